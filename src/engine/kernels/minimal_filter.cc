#include "engine/kernels/minimal_filter.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "engine/kernels/minimal_filter.cc"
#include "hwy/foreach_target.h"
// After foreach_target, which re-includes this file for every instruction set.
#include "engine/kernels/quantize-inl.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace tiqu::kernels::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

constexpr float kA = 0.75F, kB = 1.5F;  // the points
constexpr float kA2 = kA * kA, kB2 = kB * kB;

// At out and out + plane: what belongs to a point and to its negative.
template <class D, class V = hn::Vec<D>>
HWY_INLINE void StoreBoth(D d, V even, V odd, int64_t plane, float* out) {
  hn::StoreU(hn::Add(even, odd), d, out);
  hn::StoreU(hn::Sub(even, odd), d, out + plane);
}

template <class V>
struct SixInputs {
  V at_zero, at_a, at_minus_a, at_b, at_minus_b, at_infinity;
};

// The polynomials that are 0 at all points but one, with the x as coefficients.
template <class D>
HWY_INLINE SixInputs<hn::Vec<D>> InputsOf(D d, const float* const x[kFilterProducts], int64_t i) {
  const auto x1 = hn::LoadU(d, x[1] + i), x2 = hn::LoadU(d, x[2] + i);
  const auto x3 = hn::LoadU(d, x[3] + i), x4 = hn::LoadU(d, x[4] + i);
  const auto a2 = hn::Set(d, kA2), b2 = hn::Set(d, kB2), sum = hn::Set(d, kA2 + kB2), product = hn::Set(d, kA2 * kB2);
  const auto even_a = hn::NegMulAdd(b2, x2, x4), odd_a = hn::Mul(hn::Set(d, kA), hn::NegMulAdd(b2, x1, x3));
  const auto even_b = hn::NegMulAdd(a2, x2, x4), odd_b = hn::Mul(hn::Set(d, kB), hn::NegMulAdd(a2, x1, x3));
  return {hn::MulAdd(product, hn::LoadU(d, x[0] + i), hn::NegMulAdd(sum, x2, x4)),
          hn::Add(even_a, odd_a),
          hn::Sub(even_a, odd_a),
          hn::Add(even_b, odd_b),
          hn::Sub(even_b, odd_b),
          hn::MulAdd(product, x1, hn::NegMulAdd(sum, x3, hn::LoadU(d, x[5] + i)))};
}

template <class D>
HWY_INLINE void StoreInputs(D d, const SixInputs<hn::Vec<D>>& inputs, int64_t plane, float* out) {
  hn::StoreU(inputs.at_zero, d, out);
  hn::StoreU(inputs.at_a, d, out + plane);
  hn::StoreU(inputs.at_minus_a, d, out + 2 * plane);
  hn::StoreU(inputs.at_b, d, out + 3 * plane);
  hn::StoreU(inputs.at_minus_b, d, out + 4 * plane);
  hn::StoreU(inputs.at_infinity, d, out + 5 * plane);
}

template <class D>
HWY_INLINE void ProductsAt(D d, int64_t i, int64_t plane, float* m) {
  const auto at = [&](int64_t p) HWY_ATTR { return hn::LoadU(d, m + p * plane + i); };
  const auto plus_a = at(1), minus_a = at(2), plus_b = at(3), minus_b = at(4);
  const auto even_a = hn::Add(plus_a, minus_a), odd_a = hn::Sub(plus_a, minus_a);
  const auto even_b = hn::Add(plus_b, minus_b), odd_b = hn::Sub(plus_b, minus_b);
  const auto y0 = hn::Add(at(0), hn::Add(even_a, even_b));
  const auto y1 = hn::MulAdd(hn::Set(d, kA), odd_a, hn::Mul(hn::Set(d, kB), odd_b));
  const auto y2 = hn::MulAdd(hn::Set(d, kA2), even_a, hn::Mul(hn::Set(d, kB2), even_b));
  const auto y3 = hn::MulAdd(hn::Set(d, kA2 * kA), odd_a, hn::MulAdd(hn::Set(d, kB2 * kB), odd_b, at(5)));
  hn::StoreU(y0, d, m + i);
  hn::StoreU(y1, d, m + plane + i);
  hn::StoreU(y2, d, m + 2 * plane + i);
  hn::StoreU(y3, d, m + 3 * plane + i);
}

// v = w(p) / N: N is the product of the differences of p to the other finite points.
constexpr float kOfZero = 1 / (kA2 * kB2), kOfA = 1 / (2 * kA2 * (kA2 - kB2)), kOfB = 1 / (2 * kB2 * (kB2 - kA2));

template <class D>
HWY_INLINE void TransformAt(D d, const float* const w[3], int64_t i, int64_t n, float* v) {
  const auto w0 = hn::LoadU(d, w[0] + i), w1 = hn::LoadU(d, w[1] + i), w2 = hn::LoadU(d, w[2] + i);
  const auto even_a = hn::Mul(hn::MulAdd(hn::Set(d, kA2), w2, w0), hn::Set(d, kOfA));
  const auto even_b = hn::Mul(hn::MulAdd(hn::Set(d, kB2), w2, w0), hn::Set(d, kOfB));
  const auto odd_a = hn::Mul(w1, hn::Set(d, kA * kOfA)), odd_b = hn::Mul(w1, hn::Set(d, kB * kOfB));
  hn::StoreU(hn::Mul(w0, hn::Set(d, kOfZero)), d, v + i);
  StoreBoth(d, even_a, odd_a, n, v + n + i);
  StoreBoth(d, even_b, odd_b, n, v + 3 * n + i);
  hn::StoreU(w2, d, v + 5 * n + i);
}

template <class D>
HWY_INLINE void GradientAt(D d, const float* d_v, int64_t i, int64_t n, float* d_w) {
  const auto at = [&](int64_t p) HWY_ATTR { return hn::LoadU(d, d_v + p * n + i); };
  const auto even_a = hn::Mul(hn::Add(at(1), at(2)), hn::Set(d, kOfA));
  const auto even_b = hn::Mul(hn::Add(at(3), at(4)), hn::Set(d, kOfB));
  const auto odd_a = hn::Sub(at(1), at(2)), odd_b = hn::Sub(at(3), at(4));
  const auto add = [&](int64_t tap, auto value) HWY_ATTR {
    float* to = d_w + tap * n + i;
    hn::StoreU(hn::Add(hn::LoadU(d, to), value), d, to);
  };
  add(0, hn::MulAdd(at(0), hn::Set(d, kOfZero), hn::Add(even_a, even_b)));
  add(1, hn::MulAdd(odd_a, hn::Set(d, kA * kOfA), hn::Mul(odd_b, hn::Set(d, kB * kOfB))));
  add(2, hn::MulAdd(even_a, hn::Set(d, kA2), hn::MulAdd(even_b, hn::Set(d, kB2), at(5))));
}

template <class D>
HWY_INLINE void SpreadAt(D d, const float* const d_y[kFilterOutputs], int64_t i, int64_t plane, float* out) {
  const auto y0 = hn::LoadU(d, d_y[0] + i), y1 = hn::LoadU(d, d_y[1] + i);
  const auto y2 = hn::LoadU(d, d_y[2] + i), y3 = hn::LoadU(d, d_y[3] + i);
  const auto a2 = hn::Set(d, kA2), b2 = hn::Set(d, kB2);
  const auto even_a = hn::MulAdd(a2, y2, y0), odd_a = hn::Mul(hn::Set(d, kA), hn::MulAdd(a2, y3, y1));
  const auto even_b = hn::MulAdd(b2, y2, y0), odd_b = hn::Mul(hn::Set(d, kB), hn::MulAdd(b2, y3, y1));
  hn::StoreU(y0, d, out + i);
  StoreBoth(d, even_a, odd_a, plane, out + plane + i);
  StoreBoth(d, even_b, odd_b, plane, out + 3 * plane + i);
  hn::StoreU(y3, d, out + 5 * plane + i);
}

// Calls at(tag, i) for whole vectors and then for single elements.
template <class At>
HWY_INLINE void ForEach(int64_t n, const At& at) {
  const hn::ScalableTag<float> d;
  const hn::CappedTag<float, 1> one;
  const int64_t lanes = hn::Lanes(d);
  int64_t i = 0;
  for (; i + lanes <= n; i += lanes) at(d, i);
  for (; i < n; ++i) at(one, i);
}

void FilterTransform(int64_t n, const float* const w[3], float* v) {
  ForEach(n, [=](auto d, int64_t i) HWY_ATTR { TransformAt(d, w, i, n, v); });
}
void FilterInputs(int64_t n, const float* const x[kFilterProducts], int64_t plane, float* out) {
  ForEach(n, [=](auto d, int64_t i) HWY_ATTR { StoreInputs(d, InputsOf(d, x, i), plane, out + i); });
}

// The largest magnitudes are found while the rows are in registers.
void FilterInputsInt8(QuantRange range, int64_t n, const float* const x[kFilterProducts], int64_t padded_n,
                      int64_t plane, uint8_t* out, float* scales, float* scratch) {
  const hn::ScalableTag<float> d;
  const hn::CappedTag<float, 1> one;
  const int64_t lanes = hn::Lanes(d);
  const auto none = hn::Zero(hn::RebindToSigned<decltype(d)>());
  auto zero = none, a = none, minus_a = none, b = none, minus_b = none, infinity = none;
  int64_t i = 0;
  for (; i + lanes <= n; i += lanes) {
    const auto inputs = InputsOf(d, x, i);
    StoreInputs(d, inputs, n, scratch + i);
    zero = LargerMagnitude(d, inputs.at_zero, zero);
    a = LargerMagnitude(d, inputs.at_a, a);
    minus_a = LargerMagnitude(d, inputs.at_minus_a, minus_a);
    b = LargerMagnitude(d, inputs.at_b, b);
    minus_b = LargerMagnitude(d, inputs.at_minus_b, minus_b);
    infinity = LargerMagnitude(d, inputs.at_infinity, infinity);
  }
  for (int64_t j = i; j < n; ++j) StoreInputs(one, InputsOf(one, x, j), n, scratch + j);
  const auto quantize = [&](auto largest) HWY_ATTR {
    QuantizeKnownRow(range, LargestOf(largest, n - i, scratch + i), n, scratch, padded_n, out, scales);
    scratch += n;
    out += plane * padded_n;
    scales += plane;
  };
  quantize(zero);
  quantize(a);
  quantize(minus_a);
  quantize(b);
  quantize(minus_b);
  quantize(infinity);
}
void FilterProducts(int64_t n, int64_t plane, float* m) {
  ForEach(n, [=](auto d, int64_t i) HWY_ATTR { ProductsAt(d, i, plane, m); });
}
void FilterSpread(int64_t n, const float* const d_y[kFilterOutputs], int64_t plane, float* out) {
  ForEach(n, [=](auto d, int64_t i) HWY_ATTR { SpreadAt(d, d_y, i, plane, out); });
}
void FilterGradient(int64_t n, const float* d_v, float* d_w) {
  ForEach(n, [=](auto d, int64_t i) HWY_ATTR { GradientAt(d, d_v, i, n, d_w); });
}

}  // namespace tiqu::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tiqu::kernels {

HWY_EXPORT(FilterTransform);
HWY_EXPORT(FilterInputs);
HWY_EXPORT(FilterInputsInt8);
HWY_EXPORT(FilterProducts);
HWY_EXPORT(FilterSpread);
HWY_EXPORT(FilterGradient);

void TransformFilter(int64_t n, const float* const w[3], float* v) { HWY_DYNAMIC_DISPATCH(FilterTransform)(n, w, v); }

void CombineInputs(int64_t d, const float* const x[kFilterProducts], int64_t plane, float* out) {
  HWY_DYNAMIC_DISPATCH(FilterInputs)(d, x, plane, out);
}

void CombineInputsInt8(QuantRange range, int64_t d, const float* const x[kFilterProducts], int64_t padded_d,
                       int64_t plane, uint8_t* out, float* scales, float* scratch) {
  HWY_DYNAMIC_DISPATCH(FilterInputsInt8)(range, d, x, padded_d, plane, out, scales, scratch);
}

void CombineProducts(int64_t n, int64_t plane, float* m) { HWY_DYNAMIC_DISPATCH(FilterProducts)(n, plane, m); }

void SpreadOutputs(int64_t n, const float* const d_y[kFilterOutputs], int64_t plane, float* out) {
  HWY_DYNAMIC_DISPATCH(FilterSpread)(n, d_y, plane, out);
}

void AddFilterGradient(int64_t n, const float* d_v, float* d_w) { HWY_DYNAMIC_DISPATCH(FilterGradient)(n, d_v, d_w); }

}  // namespace tiqu::kernels
#endif
