// A row of floats in eight bits, for inclusion by foreach_target sources after "hwy/highway.h". No include guard in the
// usual sense: compiled once for every instruction set.
#if defined(TIQU_ENGINE_KERNELS_QUANTIZE_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef TIQU_ENGINE_KERNELS_QUANTIZE_INL_H_
#undef TIQU_ENGINE_KERNELS_QUANTIZE_INL_H_
#else
#define TIQU_ENGINE_KERNELS_QUANTIZE_INL_H_
#endif

#include <algorithm>
#include <cstring>

#include "engine/kernels/quantize.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace tiqu::kernels::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

// The larger of `largest` and the magnitudes of x, as integers: the bits of magnitudes are in the order of the values,
// infinity and NaN above all others.
template <class D, class VI>
HWY_INLINE VI LargerMagnitude(D, hn::Vec<D> x, VI largest) {
  return hn::Max(largest, hn::BitCast(hn::RebindToSigned<D>(), hn::Abs(x)));
}

// The largest magnitude of a row, NaN when a value is not finite, from that of its whole vectors and the rest.
template <class VI>
HWY_INLINE float LargestOf(VI largest, int64_t rest, const float* in) {
  const int32_t most_bits = hn::GetLane(hn::MaxOfLanes(hn::DFromV<VI>(), largest));
  float most;
  std::memcpy(&most, &most_bits, sizeof(most));
  float bad = most * 0.0F;  // NaN for what is not finite
  for (int64_t i = 0; i < rest; ++i) {
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

HWY_INLINE void QuantizeRow(int64_t k, const float* in, float factor, int32_t zero, uint8_t* out) {
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

// A row whose largest magnitude is known, as QuantizeRows says.
HWY_INLINE void QuantizeKnownRow(QuantRange range, float largest, int64_t k, const float* in, int64_t padded_k,
                                 uint8_t* out, float* scale) {
  const auto steps = static_cast<float>(range.steps);
  const auto zero = static_cast<uint8_t>(range.zero);
  const float factor = steps / largest;
  *scale = largest * (1.0F / steps);
  // Zeros, what is not finite, and magnitudes whose inverse is not.
  if (!(largest > 0) || !(factor <= 3e38F)) {
    if (largest == largest) *scale = 0;
    std::fill_n(out, padded_k, zero);
    return;
  }
  QuantizeRow(k, in, factor, range.zero, out);
  std::fill(out + k, out + padded_k, zero);
}

}  // namespace tiqu::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
