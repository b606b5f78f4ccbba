// Floats in eight bits and back, vectorised with Highway and dispatched at run time.
//
// Thread safety: free functions.
#pragma once

#include <cstdint>

namespace tiqu::kernels {

// Steps on either side of zero, for activations and weights, and what stands for 0 in an activation.
struct QuantRange {
  int32_t steps, zero;
};

// With activations in [1, 127] and weights in [-63, 63] four products add up within 16 bits, which processors without
// VNNI need; with VNNI all eight bits serve.
inline constexpr QuantRange kNarrowRange{63, 64}, kWideRange{127, 128};

// Each row of `in` [rows, k] on its own: out = round(in / scale) + range.zero with scale = largest magnitude /
// range.steps. out: [rows, padded_k], range.zero beyond k. scales: [rows]; 0 for a row of zeros, NaN for one with a
// value that is not finite.
void QuantizeRows(QuantRange range, int64_t rows, int64_t k, const float* in, int64_t lda, int64_t padded_k,
                  uint8_t* out, float* scales);

// Each column of `weights` [k, n] on its own: out [k, n] = round(weights / scale). scales: [n], as above but NaN or 0
// with a column of zeros in `out`. offsets: [n], what range.zero in the activations adds to a column's sum, negated.
void QuantizeColumns(QuantRange range, int64_t k, int64_t n, const float* weights, int8_t* out, float* scales,
                     int32_t* offsets);

// out[i, j] = sums[i, j] * row_scales[i] * column_scales[j], plus what out holds when `accumulate`.
void DequantizeRows(int64_t rows, int64_t columns, const int32_t* sums, int64_t ld_sums, const float* row_scales,
                    const float* column_scales, bool accumulate, float* out, int64_t ldc);

}  // namespace tiqu::kernels
