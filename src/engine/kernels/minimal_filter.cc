#include "engine/kernels/minimal_filter.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "engine/kernels/minimal_filter.cc"
#include "hwy/foreach_target.h"
// After foreach_target, which re-includes this file for every instruction set.
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace tiqu::kernels::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

constexpr float kA = 0.75F, kB = 1.5F;  // the points
constexpr float kA2 = kA * kA, kB2 = kB * kB;

// The polynomials that are 0 at all points but one, with the x as coefficients.
template <class D>
HWY_INLINE void InputsAt(D d, const float* const x[kFilterProducts], int64_t i, int64_t plane, float* out) {
  const auto x1 = hn::LoadU(d, x[1] + i), x2 = hn::LoadU(d, x[2] + i);
  const auto x3 = hn::LoadU(d, x[3] + i), x4 = hn::LoadU(d, x[4] + i);
  const auto a2 = hn::Set(d, kA2), b2 = hn::Set(d, kB2), sum = hn::Set(d, kA2 + kB2), product = hn::Set(d, kA2 * kB2);
  const auto even_a = hn::NegMulAdd(b2, x2, x4), odd_a = hn::Mul(hn::Set(d, kA), hn::NegMulAdd(b2, x1, x3));
  const auto even_b = hn::NegMulAdd(a2, x2, x4), odd_b = hn::Mul(hn::Set(d, kB), hn::NegMulAdd(a2, x1, x3));
  const auto at_zero = hn::MulAdd(product, hn::LoadU(d, x[0] + i), hn::NegMulAdd(sum, x2, x4));
  const auto at_infinity = hn::MulAdd(product, x1, hn::NegMulAdd(sum, x3, hn::LoadU(d, x[5] + i)));
  hn::StoreU(at_zero, d, out + i);
  hn::StoreU(hn::Add(even_a, odd_a), d, out + plane + i);
  hn::StoreU(hn::Sub(even_a, odd_a), d, out + 2 * plane + i);
  hn::StoreU(hn::Add(even_b, odd_b), d, out + 3 * plane + i);
  hn::StoreU(hn::Sub(even_b, odd_b), d, out + 4 * plane + i);
  hn::StoreU(at_infinity, d, out + 5 * plane + i);
}

template <class D>
HWY_INLINE void ProductsAt(D d, int64_t i, int64_t plane, float* m) {
  const auto at = [&](int64_t p) { return hn::LoadU(d, m + p * plane + i); };
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

void FilterInputs(int64_t width, const float* const x[kFilterProducts], int64_t plane, float* out) {
  const hn::ScalableTag<float> d;
  const hn::CappedTag<float, 1> one;
  const int64_t lanes = hn::Lanes(d);
  int64_t i = 0;
  for (; i + lanes <= width; i += lanes) InputsAt(d, x, i, plane, out);
  for (; i < width; ++i) InputsAt(one, x, i, plane, out);
}

void FilterProducts(int64_t n, int64_t plane, float* m) {
  const hn::ScalableTag<float> d;
  const hn::CappedTag<float, 1> one;
  const int64_t lanes = hn::Lanes(d);
  int64_t i = 0;
  for (; i + lanes <= n; i += lanes) ProductsAt(d, i, plane, m);
  for (; i < n; ++i) ProductsAt(one, i, plane, m);
}

}  // namespace tiqu::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tiqu::kernels {

HWY_EXPORT(FilterInputs);
HWY_EXPORT(FilterProducts);

void TransformFilter(int64_t n, const float* w, float* v) {
  constexpr double kPointA = 0.75, kPointB = 1.5;
  constexpr double kA2 = kPointA * kPointA, kB2 = kPointB * kPointB;
  // v = w(p) / N: N is the product of the differences to all other finite points.
  const double of_zero = 1 / (kA2 * kB2), of_a = 1 / (2 * kA2 * (kA2 - kB2)), of_b = 1 / (2 * kB2 * (kB2 - kA2));
  for (int64_t i = 0; i < n; ++i) {
    const double w0 = w[i], w1 = w[n + i], w2 = w[2 * n + i];
    v[i] = static_cast<float>(w0 * of_zero);
    v[n + i] = static_cast<float>((w0 + kA2 * w2 + kPointA * w1) * of_a);
    v[2 * n + i] = static_cast<float>((w0 + kA2 * w2 - kPointA * w1) * of_a);
    v[3 * n + i] = static_cast<float>((w0 + kB2 * w2 + kPointB * w1) * of_b);
    v[4 * n + i] = static_cast<float>((w0 + kB2 * w2 - kPointB * w1) * of_b);
    v[5 * n + i] = w[2 * n + i];
  }
}

void CombineInputs(int64_t d, const float* const x[kFilterProducts], int64_t plane, float* out) {
  HWY_DYNAMIC_DISPATCH(FilterInputs)(d, x, plane, out);
}

void CombineProducts(int64_t n, int64_t plane, float* m) { HWY_DYNAMIC_DISPATCH(FilterProducts)(n, plane, m); }

}  // namespace tiqu::kernels
#endif
