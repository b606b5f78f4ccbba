#include "engine/kernels/quantize.h"

#include <algorithm>
#include <cstring>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "engine/kernels/quantize.cc"
#include "hwy/foreach_target.h"
// After foreach_target, which re-includes this file for every instruction set.
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace tiqu::kernels::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

// The largest magnitude of a row, NaN when a value is not finite. As integers, the bits of magnitudes are in the order
// of the values, infinity and NaN above all others.
float LargestMagnitude(int64_t k, const float* in) {
  const hn::ScalableTag<float> d;
  const hn::RebindToSigned<decltype(d)> bits;
  const int64_t lanes = hn::Lanes(d);
  auto largest = hn::Zero(bits);
  int64_t i = 0;
  for (; i + lanes <= k; i += lanes) largest = hn::Max(largest, hn::BitCast(bits, hn::Abs(hn::LoadU(d, in + i))));
  const int32_t most_bits = hn::GetLane(hn::MaxOfLanes(bits, largest));
  float most;
  std::memcpy(&most, &most_bits, sizeof(most));
  float bad = most * 0.0F;  // NaN for what is not finite
  for (; i < k; ++i) {
    most = std::max(most, in[i] < 0 ? -in[i] : in[i]);
    bad += in[i] * 0.0F;
  }
  return most + bad;
}

#if HWY_TARGET == HWY_AVX2
// Four vectors at once; Highway narrows one at a time.
constexpr int64_t kGroup = 32;

HWY_INLINE __m256i QuantizeEight(const float* in, __m256 factor) {
  return _mm256_cvtps_epi32(_mm256_mul_ps(_mm256_loadu_ps(in), factor));
}

HWY_INLINE void QuantizeGroup(const float* in, float factor, int32_t zero, uint8_t* out) {
  const __m256 f = _mm256_set1_ps(factor);
  const __m256i first = _mm256_packs_epi32(QuantizeEight(in, f), QuantizeEight(in + 8, f));
  const __m256i second = _mm256_packs_epi32(QuantizeEight(in + 16, f), QuantizeEight(in + 24, f));
  // Packing goes by halves of a vector: put the groups of four in order.
  const __m256i order = _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7);
  const __m256i bytes = _mm256_permutevar8x32_epi32(_mm256_packs_epi16(first, second), order);
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(out),
                      _mm256_add_epi8(bytes, _mm256_set1_epi8(static_cast<char>(zero))));
}
#elif HWY_TARGET <= HWY_AVX3
constexpr int64_t kGroup = 64;

// Of a row's last values, fewer than a vector has.
HWY_INLINE void QuantizeRest(int64_t count, const float* in, float factor, int32_t zero, uint8_t* out) {
  const auto there = static_cast<__mmask16>((1U << count) - 1);
  const __m512 scaled = _mm512_mul_ps(_mm512_maskz_loadu_ps(there, in), _mm512_set1_ps(factor));
  const __m128i bytes = _mm512_cvtepi32_epi8(_mm512_cvtps_epi32(scaled));
  _mm_mask_storeu_epi8(out, there, _mm_add_epi8(bytes, _mm_set1_epi8(static_cast<char>(zero))));
}

HWY_INLINE __m512i QuantizeSixteen(const float* in, __m512 factor) {
  return _mm512_cvtps_epi32(_mm512_mul_ps(_mm512_loadu_ps(in), factor));
}

HWY_INLINE void QuantizeGroup(const float* in, float factor, int32_t zero, uint8_t* out) {
  const __m512 f = _mm512_set1_ps(factor);
  const __m512i first = _mm512_packs_epi32(QuantizeSixteen(in, f), QuantizeSixteen(in + 16, f));
  const __m512i second = _mm512_packs_epi32(QuantizeSixteen(in + 32, f), QuantizeSixteen(in + 48, f));
  // Packing goes by quarters of a vector: put the groups of four in order.
  const __m512i order = _mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
  const __m512i bytes = _mm512_permutexvar_epi32(order, _mm512_packs_epi16(first, second));
  _mm512_storeu_si512(out, _mm512_add_epi8(bytes, _mm512_set1_epi8(static_cast<char>(zero))));
}
#endif

void QuantizeRow(int64_t k, const float* in, float factor, int32_t zero, uint8_t* out) {
  const hn::ScalableTag<float> d;
  const hn::Rebind<uint8_t, decltype(d)> bytes;
  const int64_t lanes = hn::Lanes(d);
  const auto scale = hn::Set(d, factor);
  const auto zero_point = hn::Set(hn::Rebind<int32_t, decltype(d)>(), zero);
  int64_t i = 0;
#if HWY_TARGET <= HWY_AVX2
  for (; i + kGroup <= k; i += kGroup) QuantizeGroup(in + i, factor, zero, out + i);
#endif
  for (; i + lanes <= k; i += lanes) {
    const auto whole = hn::NearestInt(hn::Mul(hn::LoadU(d, in + i), scale));
    hn::StoreU(hn::DemoteTo(bytes, hn::Add(whole, zero_point)), bytes, out + i);
  }
#if HWY_TARGET <= HWY_AVX3
  if (i < k) QuantizeRest(k - i, in + i, factor, zero, out + i);
  i = k;
#endif
  const hn::CappedTag<float, 1> one;
  for (; i < k; ++i) {
    out[i] = static_cast<uint8_t>(hn::GetLane(hn::NearestInt(hn::Set(one, in[i] * factor))) + zero);
  }
}

void QuantizeAllRows(QuantRange range, int64_t rows, int64_t k, const float* in, int64_t lda, int64_t padded_k,
                     uint8_t* out, float* scales) {
  const auto steps = static_cast<float>(range.steps);
  const auto zero = static_cast<uint8_t>(range.zero);
  for (int64_t row = 0; row < rows; ++row, in += lda, out += padded_k) {
    const float largest = LargestMagnitude(k, in);
    scales[row] = largest * (1.0F / steps);
    const float factor = steps / largest;
    // Zeros, what is not finite, and magnitudes whose inverse is not.
    if (!(largest > 0) || !(factor <= 3e38F)) {
      if (largest == largest) scales[row] = 0;
      std::fill_n(out, padded_k, zero);
      continue;
    }
    QuantizeRow(k, in, factor, range.zero, out);
    std::fill(out + k, out + padded_k, zero);
  }
}

// As many columns as D has lanes.
template <class D>
HWY_INLINE void QuantizeColumnsAt(D d, QuantRange range, int64_t k, int64_t n, const float* weights, int8_t* out,
                                  float* scales, int32_t* offsets) {
  const hn::RebindToSigned<D> integers;
  const hn::Rebind<int8_t, D> bytes;
  const auto zero = hn::Zero(d), most = hn::Set(d, static_cast<float>(range.steps));
  auto largest = zero, poison = zero;  // value * 0 is NaN for what is not finite
  for (int64_t i = 0; i < k; ++i) {
    const auto x = hn::LoadU(d, weights + i * n);
    largest = hn::Max(largest, hn::Abs(x));
    poison = hn::MulAdd(x, zero, poison);
  }
  const auto scale = hn::Add(hn::Div(largest, most), poison);
  const auto usable = hn::Gt(scale, zero);
  const auto divisor = hn::IfThenElse(usable, scale, hn::Set(d, 1.0F));
  auto sum = hn::Zero(integers);
  for (int64_t i = 0; i < k; ++i) {
    const auto steps = hn::Div(hn::LoadU(d, weights + i * n), divisor);
    const auto bounded = hn::Min(hn::Max(steps, hn::Neg(most)), most);
    const auto value = hn::NearestInt(hn::IfThenElseZero(usable, bounded));
    sum = hn::Add(sum, value);
    hn::StoreU(hn::DemoteTo(bytes, value), bytes, out + i * n);
  }
  hn::StoreU(scale, d, scales);
  hn::StoreU(hn::Mul(sum, hn::Set(integers, -range.zero)), integers, offsets);
}

void QuantizeAllColumns(QuantRange range, int64_t k, int64_t n, const float* weights, int8_t* out, float* scales,
                        int32_t* offsets) {
  const hn::ScalableTag<float> d;
  const hn::CappedTag<float, 1> one;
  const int64_t lanes = hn::Lanes(d);
  int64_t j = 0;
  for (; j + lanes <= n; j += lanes) {
    QuantizeColumnsAt(d, range, k, n, weights + j, out + j, scales + j, offsets + j);
  }
  for (; j < n; ++j) QuantizeColumnsAt(one, range, k, n, weights + j, out + j, scales + j, offsets + j);
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
HWY_EXPORT(QuantizeAllColumns);
HWY_EXPORT(DequantizeAllRows);

void QuantizeRows(QuantRange range, int64_t rows, int64_t k, const float* in, int64_t lda, int64_t padded_k,
                  uint8_t* out, float* scales) {
  HWY_DYNAMIC_DISPATCH(QuantizeAllRows)(range, rows, k, in, lda, padded_k, out, scales);
}

void QuantizeColumns(QuantRange range, int64_t k, int64_t n, const float* weights, int8_t* out, float* scales,
                     int32_t* offsets) {
  HWY_DYNAMIC_DISPATCH(QuantizeAllColumns)(range, k, n, weights, out, scales, offsets);
}

void DequantizeRows(int64_t rows, int64_t columns, const int32_t* sums, int64_t ld_sums, const float* row_scales,
                    const float* column_scales, bool accumulate, float* out, int64_t ldc) {
  HWY_DYNAMIC_DISPATCH(DequantizeAllRows)
  (rows, columns, sums, ld_sums, row_scales, column_scales, accumulate, out, ldc);
}

}  // namespace tiqu::kernels
#endif
