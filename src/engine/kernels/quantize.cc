#include "engine/kernels/quantize.h"

#include <algorithm>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "engine/kernels/quantize.cc"
#include "hwy/foreach_target.h"
// After foreach_target, which re-includes this file for every instruction set.
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace tiqu::kernels::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

// The largest magnitude of a row, NaN when a value is not finite.
float LargestMagnitude(int64_t k, const float* in) {
  const hn::ScalableTag<float> d;
  const int64_t lanes = hn::Lanes(d);
  const auto zero = hn::Zero(d);
  auto largest = zero, poison = zero;  // value * 0 is NaN for what is not finite
  int64_t i = 0;
  for (; i + lanes <= k; i += lanes) {
    const auto x = hn::LoadU(d, in + i);
    largest = hn::Max(largest, hn::Abs(x));
    poison = hn::MulAdd(x, zero, poison);
  }
  float most = hn::GetLane(hn::MaxOfLanes(d, largest));
  float bad = hn::GetLane(hn::SumOfLanes(d, poison));
  for (; i < k; ++i) {
    most = std::max(most, in[i] < 0 ? -in[i] : in[i]);
    bad += in[i] * 0.0F;
  }
  return most + bad;
}

#if HWY_TARGET == HWY_AVX2
// 32 values at once; Highway narrows one vector at a time.
HWY_INLINE __m256i QuantizeEight(const float* in, __m256 factor) {
  return _mm256_cvtps_epi32(_mm256_mul_ps(_mm256_loadu_ps(in), factor));
}

HWY_INLINE void QuantizeThirtyTwo(const float* in, float factor, uint8_t* out) {
  const __m256 f = _mm256_set1_ps(factor);
  const __m256i first = _mm256_packs_epi32(QuantizeEight(in, f), QuantizeEight(in + 8, f));
  const __m256i second = _mm256_packs_epi32(QuantizeEight(in + 16, f), QuantizeEight(in + 24, f));
  // Packing goes by halves of a vector: put the groups of four in order.
  const __m256i order = _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7);
  const __m256i bytes = _mm256_permutevar8x32_epi32(_mm256_packs_epi16(first, second), order);
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(out), _mm256_add_epi8(bytes, _mm256_set1_epi8(kQuantZero)));
}
#endif

void QuantizeRow(int64_t k, const float* in, float factor, uint8_t* out) {
  const hn::ScalableTag<float> d;
  const hn::Rebind<uint8_t, decltype(d)> bytes;
  const int64_t lanes = hn::Lanes(d);
  const auto scale = hn::Set(d, factor);
  const auto zero_point = hn::Set(hn::Rebind<int32_t, decltype(d)>(), kQuantZero);
  int64_t i = 0;
#if HWY_TARGET == HWY_AVX2
  for (; i + 32 <= k; i += 32) QuantizeThirtyTwo(in + i, factor, out + i);
#endif
  for (; i + lanes <= k; i += lanes) {
    const auto whole = hn::NearestInt(hn::Mul(hn::LoadU(d, in + i), scale));
    hn::StoreU(hn::DemoteTo(bytes, hn::Add(whole, zero_point)), bytes, out + i);
  }
  const hn::CappedTag<float, 1> one;
  for (; i < k; ++i) {
    out[i] = static_cast<uint8_t>(hn::GetLane(hn::NearestInt(hn::Set(one, in[i] * factor))) + kQuantZero);
  }
}

void QuantizeAllRows(int64_t rows, int64_t k, const float* in, int64_t lda, int64_t padded_k, uint8_t* out,
                     float* scales) {
  for (int64_t row = 0; row < rows; ++row, in += lda, out += padded_k) {
    const float largest = LargestMagnitude(k, in);
    scales[row] = largest * (1.0F / kQuantSteps);
    const float factor = kQuantSteps / largest;
    // Zeros, what is not finite, and magnitudes whose inverse is not.
    if (!(largest > 0) || !(factor <= 3e38F)) {
      if (largest == largest) scales[row] = 0;
      std::fill_n(out, padded_k, static_cast<uint8_t>(kQuantZero));
      continue;
    }
    QuantizeRow(k, in, factor, out);
    std::fill(out + k, out + padded_k, static_cast<uint8_t>(kQuantZero));
  }
}

void DequantizeAllRows(int64_t rows, int64_t columns, const int32_t* sums, int64_t ld_sums, const float* row_scales,
                       const float* column_scales, bool accumulate, float* out, int64_t ldc) {
  const hn::ScalableTag<float> d;
  const hn::Rebind<int32_t, decltype(d)> integers;
  const int64_t lanes = hn::Lanes(d);
  for (int64_t row = 0; row < rows; ++row, sums += ld_sums, out += ldc) {
    const auto scale = hn::Set(d, row_scales[row]);
    int64_t j = 0;
    for (; j + lanes <= columns; j += lanes) {
      const auto whole = hn::ConvertTo(d, hn::LoadU(integers, sums + j));
      const auto value = hn::Mul(hn::Mul(whole, hn::LoadU(d, column_scales + j)), scale);
      hn::StoreU(accumulate ? hn::Add(hn::LoadU(d, out + j), value) : value, d, out + j);
    }
    for (; j < columns; ++j) {
      const float value = static_cast<float>(sums[j]) * column_scales[j] * row_scales[row];
      out[j] = accumulate ? out[j] + value : value;
    }
  }
}

}  // namespace tiqu::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE

namespace tiqu::kernels {

HWY_EXPORT(QuantizeAllRows);
HWY_EXPORT(DequantizeAllRows);

void QuantizeRows(int64_t rows, int64_t k, const float* in, int64_t lda, int64_t padded_k, uint8_t* out,
                  float* scales) {
  HWY_DYNAMIC_DISPATCH(QuantizeAllRows)(rows, k, in, lda, padded_k, out, scales);
}

void DequantizeRows(int64_t rows, int64_t columns, const int32_t* sums, int64_t ld_sums, const float* row_scales,
                    const float* column_scales, bool accumulate, float* out, int64_t ldc) {
  HWY_DYNAMIC_DISPATCH(DequantizeAllRows)
  (rows, columns, sums, ld_sums, row_scales, column_scales, accumulate, out, ldc);
}

}  // namespace tiqu::kernels
#endif
