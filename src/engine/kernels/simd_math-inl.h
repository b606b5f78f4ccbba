// Vector functions on floats, for inclusion by foreach_target sources after "hwy/highway.h". No include guard in the
// usual sense: compiled once for every instruction set.
//
// Errors against double precision: ExpFloat, SigmoidFloat and TanhFloat stay below 2.5e-7 relative where the result is
// a normal number; SigmoidFloat stays at 1.6e-38 below -87. A NaN stays a NaN.
#if defined(TIQU_ENGINE_KERNELS_SIMD_MATH_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef TIQU_ENGINE_KERNELS_SIMD_MATH_INL_H_
#undef TIQU_ENGINE_KERNELS_SIMD_MATH_INL_H_
#else
#define TIQU_ENGINE_KERNELS_SIMD_MATH_INL_H_
#endif

#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace tiqu::kernels::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

// exp(r) for |r| <= ln(2) / 2.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V ExpNearZero(D d, V r) {
  V p = hn::Set(d, 1.9875691500e-4F);
  p = hn::MulAdd(p, r, hn::Set(d, 1.3981999507e-3F));
  p = hn::MulAdd(p, r, hn::Set(d, 8.3334519073e-3F));
  p = hn::MulAdd(p, r, hn::Set(d, 4.1665795894e-2F));
  p = hn::MulAdd(p, r, hn::Set(d, 1.6666665459e-1F));
  p = hn::MulAdd(p, r, hn::Set(d, 5.0000001201e-1F));
  return hn::Add(hn::MulAdd(p, hn::Mul(r, r), r), hn::Set(d, 1.0F));
}

// x - n * ln(2), with ln(2) in two parts.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V ReduceByLn2(D d, V x, V n) {
  x = hn::NegMulAdd(n, hn::Set(d, 0.693359375F), x);
  return hn::NegMulAdd(n, hn::Set(d, -2.12194440e-4F), x);
}

// 2^n for whole n in [-126, 127].
template <class D, class VI>
HWY_INLINE hn::Vec<D> PowerOfTwo(D d, VI n) {
  const hn::RebindToSigned<D> di;
  return hn::BitCast(d, hn::ShiftLeft<23>(hn::Add(n, hn::Set(di, 127))));
}

// x within [low, high]; unlike with Min and Max, a NaN stays one under every instruction set.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V ClampFloat(D d, V x, float low, float high) {
  const V least = hn::Set(d, low), most = hn::Set(d, high);
  x = hn::IfThenElse(hn::Lt(x, least), least, x);
  return hn::IfThenElse(hn::Gt(x, most), most, x);
}

// exp(x) for x in [-87, 87]; values beyond are taken as the nearest end.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V ExpClamped(D d, V x) {
  x = ClampFloat(d, x, -87.0F, 87.0F);
  const auto n = hn::NearestInt(hn::Mul(x, hn::Set(d, 1.44269504F)));
  return hn::Mul(ExpNearZero(d, ReduceByLn2(d, x, hn::ConvertTo(d, n))), PowerOfTwo(d, n));
}

// exp(x) for every x: infinity above 88.72, 0 below -104.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V ExpFloat(D d, V x) {
  const auto vanishes = hn::Lt(x, hn::Set(d, -104.0F));  // apart: some processors take long over what underflows
  const V most = hn::Set(d, 89.0F), bounded = hn::IfThenElse(hn::Gt(x, most), most, hn::IfThenZeroElse(vanishes, x));
  const auto n = hn::NearestInt(hn::Mul(bounded, hn::Set(d, 1.44269504F)));
  const V mantissa = ExpNearZero(d, ReduceByLn2(d, bounded, hn::ConvertTo(d, n)));
  const auto half = hn::ShiftRight<1>(n);  // two factors, for powers beyond a normal number
  const V value = hn::Mul(hn::Mul(mantissa, PowerOfTwo(d, half)), PowerOfTwo(d, hn::Sub(n, half)));
  return hn::IfThenZeroElse(vanishes, value);
}

#if HWY_TARGET <= HWY_AVX3
// value * 2^n for whole n, within what a float holds.
HWY_INLINE hn::Vec512<float> Scale(hn::Vec512<float> value, hn::Vec512<float> n) {
  return hn::Vec512<float>{_mm512_scalef_ps(value.raw, n.raw)};
}
HWY_INLINE hn::Vec256<float> Scale(hn::Vec256<float> value, hn::Vec256<float> n) {
  return hn::Vec256<float>{_mm256_scalef_ps(value.raw, n.raw)};
}
template <size_t kLanes>
HWY_INLINE hn::Vec128<float, kLanes> Scale(hn::Vec128<float, kLanes> value, hn::Vec128<float, kLanes> n) {
  return hn::Vec128<float, kLanes>{_mm_scalef_ps(value.raw, n.raw)};
}

// exp(-x) for x in [-87, 87], as a power of two, in half of the instructions; values beyond are taken as the nearest
// end.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V ExpOfNegative(D d, V x) {
  x = hn::Max(hn::Set(d, -87.0F), hn::Min(hn::Set(d, 87.0F), x));  // these give x, the second, where it is a NaN
  const V minus_log2_e = hn::Set(d, -1.44269502F), rest = hn::Set(d, -1.925963033e-8F);
  const V magic = hn::Set(d, 12582912.0F);  // 1.5 * 2^23, beside which only whole numbers are left
  const V n = hn::Sub(hn::MulAdd(x, minus_log2_e, magic), magic);
  const V r = hn::MulAdd(x, rest, hn::MulSub(x, minus_log2_e, n));
  V p = hn::Set(d, 1.535336188319500e-4F);  // 2^r for |r| <= 1/2
  p = hn::MulAdd(p, r, hn::Set(d, 1.339887440266574e-3F));
  p = hn::MulAdd(p, r, hn::Set(d, 9.618437357674640e-3F));
  p = hn::MulAdd(p, r, hn::Set(d, 5.550332471162809e-2F));
  p = hn::MulAdd(p, r, hn::Set(d, 2.402264791363012e-1F));
  p = hn::MulAdd(p, r, hn::Set(d, 6.931472028550421e-1F));
  return Scale(hn::MulAdd(p, r, hn::Set(d, 1.0F)), n);
}

// 14 bits of 1 / x, for normal numbers up to 2^126.
HWY_INLINE hn::Vec512<float> RoughInverse(hn::Vec512<float> x) { return hn::Vec512<float>{_mm512_rcp14_ps(x.raw)}; }
HWY_INLINE hn::Vec256<float> RoughInverse(hn::Vec256<float> x) { return hn::Vec256<float>{_mm256_rcp14_ps(x.raw)}; }
template <size_t kLanes>
HWY_INLINE hn::Vec128<float, kLanes> RoughInverse(hn::Vec128<float, kLanes> x) {
  return hn::Vec128<float, kLanes>{_mm_rcp14_ps(x.raw)};
}

// 1 / x by Newton's step from there: a division takes as long as all the rest of a gate.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V Inverse(D d, V x) {
  const V rough = RoughInverse(x);
  return hn::MulAdd(rough, hn::NegMulAdd(x, rough, hn::Set(d, 1.0F)), rough);
}
#else
template <class D, class V = hn::Vec<D>>
HWY_INLINE V ExpOfNegative(D d, V x) {
  return ExpClamped(d, hn::Neg(x));
}

template <class D, class V = hn::Vec<D>>
HWY_INLINE V Inverse(D d, V x) {
  return hn::Div(hn::Set(d, 1.0F), x);
}
#endif

template <class D, class V = hn::Vec<D>>
HWY_INLINE V SigmoidFloat(D d, V x) {
  return Inverse(d, hn::Add(hn::Set(d, 1.0F), ExpOfNegative(d, x)));
}

template <class D, class V = hn::Vec<D>>
HWY_INLINE V TanhFloat(D d, V x) {
  const V magnitude = hn::Abs(x);
  const V square = hn::Mul(x, x);
  V p = hn::Set(d, -5.70498872745e-3F);  // |x| < 0.625: an odd polynomial, no cancellation
  p = hn::MulAdd(p, square, hn::Set(d, 2.06390887954e-2F));
  p = hn::MulAdd(p, square, hn::Set(d, -5.37397155531e-2F));
  p = hn::MulAdd(p, square, hn::Set(d, 1.33314422036e-1F));
  p = hn::MulAdd(p, square, hn::Set(d, -3.33332819422e-1F));
  const V small = hn::MulAdd(hn::Mul(p, square), x, x);
  const V one = hn::Set(d, 1.0F);
  const V power = ExpClamped(d, hn::Add(magnitude, magnitude));
  const V large = hn::Sub(one, hn::Div(hn::Set(d, 2.0F), hn::Add(power, one)));
  return hn::IfThenElse(hn::Lt(magnitude, hn::Set(d, 0.625F)), small, hn::CopySign(large, x));
}

}  // namespace tiqu::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
