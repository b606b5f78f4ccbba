// Arithmetic over runs of floats, vectorised with Highway and dispatched at run time. Every result but that of
// WeightedSumOfRows has the bits of the plain expression; a NaN stays one.
//
// Thread safety: free functions. `out` may be an operand.
#pragma once

#include <cstdint>

namespace tiqu::kernels {

void AddVectors(int64_t count, const float* a, const float* b, float* out);
void SubVectors(int64_t count, const float* a, const float* b, float* out);
void MulVectors(int64_t count, const float* a, const float* b, float* out);
void DivVectors(int64_t count, const float* a, const float* b, float* out);
void MaximumVectors(int64_t count, const float* a, const float* b, float* out);  // NaN where one of them is NaN
void MinimumVectors(int64_t count, const float* a, const float* b, float* out);

void NegVector(int64_t count, const float* in, float* out);
void SquareVector(int64_t count, const float* in, float* out);
void ReluVector(int64_t count, const float* in, float* out);
void SqrtVector(int64_t count, const float* in, float* out);
void RsqrtVector(int64_t count, const float* in, float* out);  // 1 / sqrt(x)

// Rows of n floats, one after the other: relu(x + bias), and (x + bias) * scale with a scale a row.
void AddBiasRelu(int64_t rows, int64_t n, const float* bias, float* in_out);
void AddBiasAndScale(int64_t rows, int64_t n, const float* bias, const float* scales, float* in_out);

// The sum of the rows of [rows, n], each times its weight: out [n], which is no operand here.
void WeightedSumOfRows(int64_t rows, int64_t n, const float* weights, const float* in, float* out);

}  // namespace tiqu::kernels
