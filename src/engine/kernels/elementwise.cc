#include "engine/kernels/elementwise.h"

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

}  // namespace tiqu::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include <algorithm>

namespace tiqu::kernels {

HWY_EXPORT(ExpAll);
HWY_EXPORT(LogAll);
HWY_EXPORT(SigmoidAll);
HWY_EXPORT(TanhAll);

void ExpVector(int64_t count, const float* in, float* out) { HWY_DYNAMIC_DISPATCH(ExpAll)(count, in, out); }
void LogVector(int64_t count, const float* in, float* out) { HWY_DYNAMIC_DISPATCH(LogAll)(count, in, out); }
void SigmoidVector(int64_t count, const float* in, float* out) { HWY_DYNAMIC_DISPATCH(SigmoidAll)(count, in, out); }
void TanhVector(int64_t count, const float* in, float* out) { HWY_DYNAMIC_DISPATCH(TanhAll)(count, in, out); }

void SoftmaxRows(int64_t rows, int64_t columns, const float* in, float* out) {
  if (columns == 0) return;
  for (int64_t r = 0; r < rows; ++r, in += columns, out += columns) {
    const float largest = *std::max_element(in, in + columns);
    std::transform(in, in + columns, out, [largest](float x) { return x - largest; });
    ExpVector(columns, out, out);
    float sum = 0.0F;  // in order, so that zeros at the end change nothing
    for (int64_t i = 0; i < columns; ++i) sum += out[i];
    const float scale = 1.0F / sum;
    std::transform(out, out + columns, out, [scale](float x) { return x * scale; });
  }
}

}  // namespace tiqu::kernels
#endif
