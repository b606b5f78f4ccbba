#include "engine/kernels/arithmetic.h"

#include <algorithm>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "engine/kernels/arithmetic.cc"
#include "hwy/foreach_target.h"
// After foreach_target, which re-includes this file for every instruction set.
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace tiqu::kernels::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

template <class Function>
HWY_INLINE void ApplyOne(int64_t count, const float* in, float* out, Function function) {
  const hn::ScalableTag<float> d;
  const hn::CappedTag<float, 1> one;
  const int64_t lanes = hn::Lanes(d);
  int64_t i = 0;
  for (; i + lanes <= count; i += lanes) hn::StoreU(function(d, hn::LoadU(d, in + i)), d, out + i);
  for (; i < count; ++i) hn::StoreU(function(one, hn::LoadU(one, in + i)), one, out + i);
}

template <class Function>
HWY_INLINE void ApplyTwo(int64_t count, const float* a, const float* b, float* out, Function function) {
  const hn::ScalableTag<float> d;
  const hn::CappedTag<float, 1> one;
  const int64_t lanes = hn::Lanes(d);
  int64_t i = 0;
  for (; i + lanes <= count; i += lanes) {
    hn::StoreU(function(hn::LoadU(d, a + i), hn::LoadU(d, b + i)), d, out + i);
  }
  for (; i < count; ++i) hn::StoreU(function(hn::LoadU(one, a + i), hn::LoadU(one, b + i)), one, out + i);
}

void AddAll(int64_t count, const float* a, const float* b, float* out) {
  ApplyTwo(count, a, b, out, [](auto x, auto y) HWY_ATTR { return hn::Add(x, y); });
}
void SubAll(int64_t count, const float* a, const float* b, float* out) {
  ApplyTwo(count, a, b, out, [](auto x, auto y) HWY_ATTR { return hn::Sub(x, y); });
}
void MulAll(int64_t count, const float* a, const float* b, float* out) {
  ApplyTwo(count, a, b, out, [](auto x, auto y) HWY_ATTR { return hn::Mul(x, y); });
}
void DivAll(int64_t count, const float* a, const float* b, float* out) {
  ApplyTwo(count, a, b, out, [](auto x, auto y) HWY_ATTR { return hn::Div(x, y); });
}
void MaximumAll(int64_t count, const float* a, const float* b, float* out) {
  ApplyTwo(count, a, b, out,
           [](auto x, auto y) HWY_ATTR { return hn::IfThenElse(hn::Or(hn::Lt(x, y), hn::IsNaN(y)), y, x); });
}
void MinimumAll(int64_t count, const float* a, const float* b, float* out) {
  ApplyTwo(count, a, b, out,
           [](auto x, auto y) HWY_ATTR { return hn::IfThenElse(hn::Or(hn::Lt(y, x), hn::IsNaN(y)), y, x); });
}

void NegAll(int64_t count, const float* in, float* out) {
  ApplyOne(count, in, out, [](auto, auto x) HWY_ATTR { return hn::Neg(x); });
}
void SquareAll(int64_t count, const float* in, float* out) {
  ApplyOne(count, in, out, [](auto, auto x) HWY_ATTR { return hn::Mul(x, x); });
}
void ReluAll(int64_t count, const float* in, float* out) {
  ApplyOne(count, in, out,
           [](auto d, auto x) HWY_ATTR { return hn::IfThenElse(hn::Lt(x, hn::Zero(d)), hn::Zero(d), x); });
}
void SqrtAll(int64_t count, const float* in, float* out) {
  ApplyOne(count, in, out, [](auto, auto x) HWY_ATTR { return hn::Sqrt(x); });
}
void RsqrtAll(int64_t count, const float* in, float* out) {
  ApplyOne(count, in, out, [](auto d, auto x) HWY_ATTR { return hn::Div(hn::Set(d, 1.0F), hn::Sqrt(x)); });
}

void AddBiasReluAll(int64_t rows, int64_t n, const float* bias, float* in_out) {
  for (int64_t row = 0; row < rows; ++row, in_out += n) {
    ApplyTwo(n, in_out, bias, in_out, [](auto x, auto b) HWY_ATTR {
      const auto sum = hn::Add(x, b), zero = hn::Zero(hn::DFromV<decltype(x)>());
      return hn::IfThenElse(hn::Lt(sum, zero), zero, sum);
    });
  }
}
void AddBiasAndScaleAll(int64_t rows, int64_t n, const float* bias, const float* scales, float* in_out) {
  for (int64_t row = 0; row < rows; ++row, in_out += n) {
    const float scale = scales[row];
    ApplyTwo(n, in_out, bias, in_out, [scale](auto x, auto b) HWY_ATTR {
      return hn::Mul(hn::Add(x, b), hn::Set(hn::DFromV<decltype(x)>(), scale));
    });
  }
}

void WeightedSumOfAllRows(int64_t rows, int64_t n, const float* weights, const float* in, float* out) {
  std::fill_n(out, n, 0.0F);
  for (int64_t row = 0; row < rows; ++row, in += n) {
    const float weight = weights[row];
    ApplyTwo(n, in, out, out, [weight](auto x, auto sum) HWY_ATTR {
      return hn::MulAdd(x, hn::Set(hn::DFromV<decltype(x)>(), weight), sum);
    });
  }
}

}  // namespace tiqu::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE

namespace tiqu::kernels {

#define TIQU_BINARY(name)                                                         \
  HWY_EXPORT(name##All);                                                          \
  void name##Vectors(int64_t count, const float* a, const float* b, float* out) { \
    HWY_DYNAMIC_DISPATCH(name##All)(count, a, b, out);                            \
  }
TIQU_BINARY(Add)
TIQU_BINARY(Sub)
TIQU_BINARY(Mul)
TIQU_BINARY(Div)
TIQU_BINARY(Maximum)
TIQU_BINARY(Minimum)
#undef TIQU_BINARY

#define TIQU_UNARY(name) \
  HWY_EXPORT(name##All); \
  void name##Vector(int64_t count, const float* in, float* out) { HWY_DYNAMIC_DISPATCH(name##All)(count, in, out); }
TIQU_UNARY(Neg)
TIQU_UNARY(Square)
TIQU_UNARY(Relu)
TIQU_UNARY(Sqrt)
TIQU_UNARY(Rsqrt)
#undef TIQU_UNARY

HWY_EXPORT(AddBiasReluAll);
void AddBiasRelu(int64_t rows, int64_t n, const float* bias, float* in_out) {
  HWY_DYNAMIC_DISPATCH(AddBiasReluAll)(rows, n, bias, in_out);
}

HWY_EXPORT(AddBiasAndScaleAll);
void AddBiasAndScale(int64_t rows, int64_t n, const float* bias, const float* scales, float* in_out) {
  HWY_DYNAMIC_DISPATCH(AddBiasAndScaleAll)(rows, n, bias, scales, in_out);
}

HWY_EXPORT(WeightedSumOfAllRows);
void WeightedSumOfRows(int64_t rows, int64_t n, const float* weights, const float* in, float* out) {
  HWY_DYNAMIC_DISPATCH(WeightedSumOfAllRows)(rows, n, weights, in, out);
}

}  // namespace tiqu::kernels
#endif
