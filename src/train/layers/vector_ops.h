// Elementwise loops that the compiler vectorises; one copy an instruction set, picked when the program starts.
//
// Thread safety: free functions.
#pragma once

#include <cstdint>

// Clones a function for AVX-512, AVX2 and plain x86-64. Sanitizers instrument the resolver, which runs before they are
// ready, so they get the plain function.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__) && \
    !defined(__SANITIZE_THREAD__)
#define TIQU_EACH_ISA __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define TIQU_EACH_ISA
#endif

namespace tiqu::train {

void AddTo(int64_t n, const float* x, float* sum);                         // sum += x
void AddScaled(int64_t n, float factor, const float* x, float* sum);       // sum += factor * x
void AddProduct(int64_t n, const float* a, const float* b, float* sum);    // sum += a * b
void Multiply(int64_t n, const float* a, const float* b, float* product);  // product = a * b (in place allowed)
float Dot(int64_t n, const float* a, const float* b);
float Max(int64_t n, const float* x);  // REQUIRES: n > 0
// x <- exp(x - shift); returns the sum.
float ExpShifted(int64_t n, float shift, float* x);
void Scale(int64_t n, float factor, float* x);
// x[row] += bias, then max(0, .)
void AddBiasRelu(int64_t rows, int64_t n, const float* bias, float* x);
void AddBias(int64_t rows, int64_t n, const float* bias, float* x);
// sum[n] += column sums of x [rows, n]
void AddColumnSums(int64_t rows, int64_t n, const float* x, float* sum);
// d <- d where y > 0, else 0
void ReluBackward(int64_t n, const float* y, float* d);
double SquaredNorm(int64_t n, const float* x);

}  // namespace tiqu::train
