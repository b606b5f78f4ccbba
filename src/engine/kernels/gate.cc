#include "engine/kernels/gate.h"

#include <algorithm>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "engine/kernels/gate.cc"
#include "hwy/foreach_target.h"
// After foreach_target, which re-includes this file for every instruction set.
#include "engine/kernels/simd_math-inl.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace tiqu::kernels::HWY_NAMESPACE {

// One row's pointers; null where there is none.
struct GateRow {
  const float* u;
  const float* g;
  const float* bias_u;
  const float* bias_g;
  const float* x;
  const float* scale;
};

template <class D>
struct GateValues {
  hn::Vec<D> u, s, x, scale;
};

template <class D>
HWY_INLINE GateValues<D> Evaluate(D d, const GateRow& row, int64_t i) {
  GateValues<D> v;
  v.u = hn::LoadU(d, row.u + i);
  hn::Vec<D> g = hn::LoadU(d, row.g + i);
  if (row.bias_u != nullptr) {
    v.u = hn::Add(v.u, hn::LoadU(d, row.bias_u + i));
    g = hn::Add(g, hn::LoadU(d, row.bias_g + i));
  }
  v.scale = row.scale != nullptr ? hn::LoadU(d, row.scale + i) : hn::Set(d, 1.0F);
  v.s = SigmoidFloat(d, hn::Mul(g, v.scale));
  v.x = hn::LoadU(d, row.x + i);
  return v;
}

template <class D>
HWY_INLINE void ForwardAt(D d, const GateRow& row, int64_t i, float mask, float* out) {
  const GateValues<D> v = Evaluate(d, row, i);
  const hn::Vec<D> mixed = hn::MulAdd(v.s, hn::Sub(v.u, v.x), v.x);
  hn::StoreU(hn::Mul(mixed, hn::Set(d, mask)), d, out + i);
}

template <class D>
HWY_INLINE void BackwardAt(D d, const GateRow& row, int64_t i, float mask, const float* d_out, float* d_u, float* d_g,
                           float* d_x) {
  const GateValues<D> v = Evaluate(d, row, i);
  const hn::Vec<D> grad = hn::Mul(hn::LoadU(d, d_out + i), hn::Set(d, mask));
  const hn::Vec<D> grad_u = hn::Mul(grad, v.s);
  const hn::Vec<D> rest = hn::Sub(grad, grad_u);  // grad * (1 - s)
  const hn::Vec<D> grad_g = hn::Mul(hn::Mul(rest, v.s), hn::Mul(hn::Sub(v.u, v.x), v.scale));
  hn::StoreU(grad_u, d, d_u + i);
  hn::StoreU(grad_g, d, d_g + i);
  hn::StoreU(rest, d, d_x + i);
}

GateRow RowAt(int64_t t, int64_t d, const float* h, const float* bias, const float* x, const float* gate_scale) {
  const float* scale = gate_scale != nullptr ? gate_scale + t * d : nullptr;
  const float* bias_g = bias != nullptr ? bias + d : nullptr;
  return {h + t * 2 * d, h + t * 2 * d + d, bias, bias_g, x + t * d, scale};
}

void Forward(int64_t rows, int64_t width, const float* h, const float* bias, const float* x, const float* mask,
             const float* gate_scale, float* out) {
  const hn::ScalableTag<float> d;
  const hn::CappedTag<float, 1> one;
  const int64_t lanes = hn::Lanes(d);
  for (int64_t t = 0; t < rows; ++t, out += width) {
    if (mask != nullptr && mask[t] == 0.0F) {
      std::fill(out, out + width, 0.0F);
      continue;
    }
    const GateRow row = RowAt(t, width, h, bias, x, gate_scale);
    const float weight = mask != nullptr ? mask[t] : 1.0F;
    int64_t i = 0;
    for (; i + lanes <= width; i += lanes) ForwardAt(d, row, i, weight, out);
    for (; i < width; ++i) ForwardAt(one, row, i, weight, out);
  }
}

void Backward(int64_t rows, int64_t width, const float* h, const float* bias, const float* x, const float* mask,
              const float* gate_scale, const float* d_out, float* d_h, float* d_x) {
  const hn::ScalableTag<float> d;
  const hn::CappedTag<float, 1> one;
  const int64_t lanes = hn::Lanes(d);
  for (int64_t t = 0; t < rows; ++t, d_out += width, d_h += 2 * width, d_x += width) {
    if (mask != nullptr && mask[t] == 0.0F) {
      std::fill(d_h, d_h + 2 * width, 0.0F);
      std::fill(d_x, d_x + width, 0.0F);
      continue;
    }
    const GateRow row = RowAt(t, width, h, bias, x, gate_scale);
    const float weight = mask != nullptr ? mask[t] : 1.0F;
    int64_t i = 0;
    for (; i + lanes <= width; i += lanes) BackwardAt(d, row, i, weight, d_out, d_h, d_h + width, d_x);
    for (; i < width; ++i) BackwardAt(one, row, i, weight, d_out, d_h, d_h + width, d_x);
  }
}

}  // namespace tiqu::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tiqu::kernels {

HWY_EXPORT(Forward);
HWY_EXPORT(Backward);

void GateForward(int64_t rows, int64_t d, const float* h, const float* bias, const float* x, const float* mask,
                 const float* gate_scale, float* out) {
  HWY_DYNAMIC_DISPATCH(Forward)(rows, d, h, bias, x, mask, gate_scale, out);
}

void GateBackward(int64_t rows, int64_t d, const float* h, const float* bias, const float* x, const float* mask,
                  const float* gate_scale, const float* d_out, float* d_h, float* d_x) {
  HWY_DYNAMIC_DISPATCH(Backward)(rows, d, h, bias, x, mask, gate_scale, d_out, d_h, d_x);
}

}  // namespace tiqu::kernels
#endif
