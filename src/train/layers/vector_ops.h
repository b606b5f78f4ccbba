// Elementwise loops that the compiler vectorises; one copy an instruction set, picked when the program starts.
//
// Thread safety: free functions.
#pragma once

#include <cstdint>

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
