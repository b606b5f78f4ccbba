#include "engine/kernels/elementwise.h"

#include <algorithm>
#include <limits>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "engine/kernels/elementwise.cc"
#include "hwy/foreach_target.h"
// After foreach_target, which re-includes this file for every instruction set.
#include "engine/kernels/simd_math-inl.h"
#include "hwy/contrib/math/math-inl.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace tiqu::kernels::HWY_NAMESPACE {

template <class Function>
HWY_INLINE void Apply(int64_t count, const float* in, float* out, Function function) {
  const hn::ScalableTag<float> d;
  const hn::CappedTag<float, 1> one;
  const int64_t lanes = hn::Lanes(d);
  int64_t i = 0;
  for (; i + lanes <= count; i += lanes) hn::StoreU(function(d, hn::LoadU(d, in + i)), d, out + i);
  for (; i < count; ++i) hn::StoreU(function(one, hn::LoadU(one, in + i)), one, out + i);
}

void ExpAll(int64_t count, const float* in, float* out) {
  Apply(count, in, out, [](auto d, auto x) HWY_ATTR { return ExpFloat(d, x); });
}

// Highway's logarithm is for positive normal numbers; the edges follow the standard library.
void LogAll(int64_t count, const float* in, float* out) {
  Apply(count, in, out, [](auto d, auto x) HWY_ATTR {
    const auto infinity = hn::Inf(d);
    const auto zero = hn::Zero(d);
    auto value = hn::Log(d, x);
    value = hn::IfThenElse(hn::Eq(x, infinity), infinity, value);
    value = hn::IfThenElse(hn::Eq(x, zero), hn::Neg(infinity), value);
    return hn::IfThenElse(hn::Ge(x, zero), value, hn::NaN(d));
  });
}

void SigmoidAll(int64_t count, const float* in, float* out) {
  Apply(count, in, out, [](auto d, auto x) HWY_ATTR { return SigmoidFloat(d, x); });
}

void TanhAll(int64_t count, const float* in, float* out) {
  Apply(count, in, out, [](auto d, auto x) HWY_ATTR { return TanhFloat(d, x); });
}

// The first `count` lanes of a vector, fewer than all. The others are loaded as minus infinity, and not stored.
#if HWY_TARGET <= HWY_AVX3
template <class D>
HWY_INLINE hn::Vec<D> LoadFirst(D d, int64_t count, const float* from) {
  const auto rest = hn::Set(d, -std::numeric_limits<float>::infinity());
  return hn::Vec<D>{_mm512_mask_loadu_ps(rest.raw, static_cast<__mmask16>((1U << count) - 1), from)};
}
template <class D>
HWY_INLINE void StoreFirst(D, hn::Vec<D> v, int64_t count, float* to) {
  _mm512_mask_storeu_ps(to, static_cast<__mmask16>((1U << count) - 1), v.raw);
}
#else
template <class D>
HWY_INLINE hn::Vec<D> LoadFirst(D d, int64_t count, const float* from) {
  HWY_ALIGN float lanes[hn::MaxLanes(d)];
  hn::Store(hn::Set(d, -std::numeric_limits<float>::infinity()), d, lanes);
  std::copy_n(from, count, lanes);
  return hn::Load(d, lanes);
}
template <class D>
HWY_INLINE void StoreFirst(D d, hn::Vec<D> v, int64_t count, float* to) {
  HWY_ALIGN float lanes[hn::MaxLanes(d)];
  hn::Store(v, d, lanes);
  std::copy_n(lanes, count, to);
}
#endif

// exp(x) for x <= 0, or 0 below -80: some processors take a hundred cycles over a number too small to be a normal one,
// also over what such a value comes to when it is divided by the sum of a row.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V ExpOfDifference(D d, V x) {
  const auto vanishes = hn::Lt(x, hn::Set(d, -80.0F));
  return hn::IfThenZeroElse(vanishes, ExpOfNegative(d, hn::Neg(hn::IfThenZeroElse(vanishes, x))));
}

// A vector of rows at a time.
template <class D>
HWY_INLINE void SoftmaxOfThree(D d, const float* in, float* out) {
  hn::Vec<D> a, b, c;
  hn::LoadInterleaved3(d, in, a, b, c);
  const auto largest = hn::Max(a, hn::Max(b, c));
  a = ExpOfDifference(d, hn::Sub(a, largest));
  b = ExpOfDifference(d, hn::Sub(b, largest));
  c = ExpOfDifference(d, hn::Sub(c, largest));
  const auto scale = hn::Div(hn::Set(d, 1.0F), hn::Add(hn::Add(a, b), c));
  hn::StoreInterleaved3(hn::Mul(a, scale), hn::Mul(b, scale), hn::Mul(c, scale), d, out);
}

void SoftmaxThree(int64_t rows, const float* in, float* out) {
  const hn::ScalableTag<float> d;
  const int64_t lanes = hn::Lanes(d), whole = rows - rows % lanes;
  for (int64_t row = 0; row < whole; row += lanes) SoftmaxOfThree(d, in + row * 3, out + row * 3);
  if (whole == rows) return;
  HWY_ALIGN float last[3 * hn::MaxLanes(d)] = {};
  std::copy(in + whole * 3, in + rows * 3, last);
  SoftmaxOfThree(d, last, last);
  std::copy_n(last, (rows - whole) * 3, out + whole * 3);
}

// Of whole vectors and of `last`, in every lane.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V LargestOfRow(D d, int64_t whole, const float* in, V last) {
  for (int64_t i = 0; i < whole; i += hn::Lanes(d)) last = hn::Max(last, hn::LoadU(d, in + i));
  return hn::MaxOfLanes(d, last);
}

// The last columns of a row, fewer than a vector has, are filled up with minus infinity: exp(x - max) of that is 0, as
// that of columns far below the largest, and changes nothing in whatever lane it stands.
void SoftmaxAll(int64_t rows, int64_t columns, const float* in, float* out) {
  const hn::ScalableTag<float> d;
  const int64_t lanes = hn::Lanes(d), whole = columns - columns % lanes, rest = columns - whole;
  for (int64_t row = 0; row < rows; ++row, in += columns, out += columns) {
    const auto last = rest > 0 ? LoadFirst(d, rest, in + whole) : hn::LoadU(d, in);
    const auto largest = LargestOfRow(d, whole, in, last);
    const auto of_last = rest > 0 ? ExpOfDifference(d, hn::Sub(last, largest)) : hn::Zero(d);
    auto sum = hn::Zero(d);
    for (int64_t i = 0; i < whole; i += lanes) {
      const auto exponential = ExpOfDifference(d, hn::Sub(hn::LoadU(d, in + i), largest));
      sum = hn::Add(sum, exponential);
      hn::StoreU(exponential, d, out + i);
    }
    const auto scale = hn::Div(hn::Set(d, 1.0F), hn::SumOfLanes(d, hn::Add(sum, of_last)));
    for (int64_t i = 0; i < whole; i += lanes) hn::StoreU(hn::Mul(hn::LoadU(d, out + i), scale), d, out + i);
    if (rest > 0) StoreFirst(d, hn::Mul(of_last, scale), rest, out + whole);
  }
}

void MaxOfAllRows(int64_t rows, int64_t columns, const float* in, float* out) {
  const hn::ScalableTag<float> d;
  const int64_t lanes = hn::Lanes(d), whole = columns - columns % lanes, rest = columns - whole;
  for (int64_t row = 0; row < rows; ++row, in += columns) {
    const auto last = rest > 0 ? LoadFirst(d, rest, in + whole) : hn::LoadU(d, in);
    out[row] = hn::GetLane(LargestOfRow(d, whole, in, last));
  }
}

}  // namespace tiqu::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tiqu::kernels {

HWY_EXPORT(ExpAll);
HWY_EXPORT(LogAll);
HWY_EXPORT(SigmoidAll);
HWY_EXPORT(TanhAll);
HWY_EXPORT(SoftmaxAll);
HWY_EXPORT(SoftmaxThree);
HWY_EXPORT(MaxOfAllRows);

void ExpVector(int64_t count, const float* in, float* out) { HWY_DYNAMIC_DISPATCH(ExpAll)(count, in, out); }
void LogVector(int64_t count, const float* in, float* out) { HWY_DYNAMIC_DISPATCH(LogAll)(count, in, out); }
void SigmoidVector(int64_t count, const float* in, float* out) { HWY_DYNAMIC_DISPATCH(SigmoidAll)(count, in, out); }
void TanhVector(int64_t count, const float* in, float* out) { HWY_DYNAMIC_DISPATCH(TanhAll)(count, in, out); }

void SoftmaxRows(int64_t rows, int64_t columns, const float* in, float* out) {
  if (columns > 0) HWY_DYNAMIC_DISPATCH(SoftmaxAll)(rows, columns, in, out);
}

void SoftmaxRowsOfThree(int64_t rows, const float* in, float* out) {
  HWY_DYNAMIC_DISPATCH(SoftmaxThree)(rows, in, out);
}

void MaxOfRows(int64_t rows, int64_t columns, const float* in, float* out) {
  HWY_DYNAMIC_DISPATCH(MaxOfAllRows)(rows, columns, in, out);
}

}  // namespace tiqu::kernels
#endif
