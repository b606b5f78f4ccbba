#include "engine/fused/minimal_conv1d.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "engine/kernels/gemm.h"

namespace tiqu::engine {
namespace {

constexpr int64_t kOutputs = kernels::kFilterOutputs, kProducts = kernels::kFilterProducts;

struct TransformedKernel {
  Tensor source;  // kept: the key is its address
  Tensor filter;  // [kProducts, d, 2d]
};

Tensor TransformOnce(LoadContext* load, const Tensor& kernel) {
  const std::string key = absl::StrCat("minimal filter ", reinterpret_cast<uintptr_t>(kernel.data<float>()));
  std::shared_ptr<void>& prepared = load->prepared[key];
  if (prepared == nullptr) {
    const Shape& shape = kernel.shape();
    const int64_t n = shape[1] * shape[2];
    const float* const taps[3] = {kernel.data<float>(), kernel.data<float>() + n, kernel.data<float>() + 2 * n};
    auto made = std::make_shared<TransformedKernel>();
    made->source = kernel;
    made->filter = Tensor(DataType::kFloat, {kProducts, shape[1], shape[2]});
    kernels::TransformFilter(n, taps, made->filter.data<float>());
    prepared = made;
  }
  return std::static_pointer_cast<const TransformedKernel>(prepared)->filter;
}

}  // namespace

MinimalConv1D::MinimalConv1D(LoadContext* load, const Tensor& kernel, int64_t rate)
    : d_(kernel.shape()[1]), rate_(rate), filter_(TransformOnce(load, kernel)), zeros_(DataType::kFloat, {d_}) {}

bool MinimalConv1D::Pays(const ConvSequence& sequence) const {
  if (rate_ > sequence.used || kProducts * kernels::CountQuads(sequence.used, rate_) >= 3 * sequence.used) return false;
  return std::all_of(sequence.mask, sequence.mask + sequence.used, [](float m) { return m == 0.0F || m == 1.0F; });
}

const float* MinimalConv1D::RowAt(const ConvSequence& sequence, int64_t t) const {
  const bool there = t >= 0 && t < sequence.used && sequence.mask[t] != 0.0F;
  return there ? sequence.x + t * d_ : zeros_.data<float>();
}

void MinimalConv1D::Run(const ConvSequence& sequence, float* scratch, Sink sink) const {
  const int64_t plane = kQuads * d_;
  float* const inputs = scratch;                        // [kProducts, kQuads, d]
  float* const products = scratch + kProducts * plane;  // [kProducts, kQuads, 2d]
  const int64_t quads = kernels::CountQuads(sequence.used, rate_);
  for (int64_t begin = 0; begin < quads; begin += kQuads) {
    const int64_t end = std::min(begin + kQuads, quads);
    for (int64_t quad = begin; quad < end; ++quad) {
      const float* x[kProducts];
      for (int64_t i = 0; i < kProducts; ++i)
        x[i] = RowAt(sequence, kernels::FirstOfQuad(quad, rate_) + (i - 1) * rate_);
      kernels::CombineInputs(d_, x, plane, inputs + (quad - begin) * d_);
    }
    for (int64_t i = 0; i < kProducts; ++i) {
      kernels::Gemm({.m = end - begin, .n = 2 * d_, .k = d_}, 1.0F, inputs + i * plane, d_,
                    filter_.data<float>() + i * d_ * 2 * d_, 2 * d_, 0.0F, products + i * 2 * plane, 2 * d_);
    }
    kernels::CombineProducts((end - begin) * 2 * d_, 2 * plane, products);
    GiveRows(sequence, begin, end, products, sink);
  }
}

// Neighbouring quads have neighbouring rows, `rate` at most in a row.
void MinimalConv1D::GiveRows(const ConvSequence& sequence, int64_t begin, int64_t end, const float* outputs,
                             Sink sink) const {
  for (int64_t quad = begin; quad < end;) {
    const int64_t rows = std::min(rate_ - quad % rate_, end - quad);
    for (int64_t i = 0; i < kOutputs; ++i) {
      const int64_t t = kernels::FirstOfQuad(quad, rate_) + i * rate_, there = std::min(rows, sequence.used - t);
      if (there > 0) sink(t, there, outputs + (i * kQuads + quad - begin) * 2 * d_);
    }
    quad += rows;
  }
}

}  // namespace tiqu::engine
