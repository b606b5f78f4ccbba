// Floats in eight bits and back, vectorised with Highway and dispatched at run time.
//
// Only 63 steps on either side of zero are used: with activations in [1, 127] and weights in [-63, 63] four products
// add up within 16 bits, which processors without VNNI need, and so every processor gives the same integers.
//
// Thread safety: free functions.
#pragma once

#include <cstdint>

namespace tiqu::kernels {

inline constexpr int32_t kQuantSteps = 63;
inline constexpr int32_t kQuantZero = 64;  // what stands for 0 in an activation

// Each row of `in` [rows, k] on its own: out = round(in / scale) + kQuantZero with scale = largest magnitude /
// kQuantSteps. out: [rows, padded_k], kQuantZero beyond k. scales: [rows]; 0 for a row of zeros, NaN for one with a
// value that is not finite.
void QuantizeRows(int64_t rows, int64_t k, const float* in, int64_t lda, int64_t padded_k, uint8_t* out, float* scales);

// out[i, j] = sums[i, j] * row_scales[i] * column_scales[j], plus what out holds when `accumulate`.
void DequantizeRows(int64_t rows, int64_t columns, const int32_t* sums, int64_t ld_sums, const float* row_scales,
                    const float* column_scales, bool accumulate, float* out, int64_t ldc);

}  // namespace tiqu::kernels
