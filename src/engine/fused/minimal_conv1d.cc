#include "engine/fused/minimal_conv1d.h"

#include <algorithm>
#include <span>

#include "absl/strings/str_cat.h"
#include "engine/kernels/gemm.h"
#include "engine/kernels/packed_matrix.h"

namespace tiqu::engine {
namespace {

constexpr int64_t kOutputs = kernels::kFilterOutputs, kProducts = kernels::kFilterProducts;

struct TransformedKernel {
  Tensor source;  // kept: the key is its address
  Tensor filter;  // [kProducts, d, 2d]
};

// As the products of the load's precision take it.
Tensor AtPrecision(const LoadContext& load, const Tensor& kernel) {
  if (load.precision != Precision::kBfloat16) return kernel;
  Tensor rounded(DataType::kFloat, kernel.shape());
  kernels::RoundToBfloat16(kernel.size(), kernel.data<float>(), rounded.data<float>());
  return rounded;
}

Tensor TransformOnce(LoadContext* load, const Tensor& kernel) {
  const std::string key = absl::StrCat("minimal filter ", reinterpret_cast<uintptr_t>(kernel.data<float>()));
  std::shared_ptr<void>& prepared = load->prepared[key];
  if (prepared == nullptr) {
    const Shape& shape = kernel.shape();
    const int64_t n = shape[1] * shape[2];
    const Tensor weights = AtPrecision(*load, kernel);
    const float* const taps[3] = {weights.data<float>(), weights.data<float>() + n, weights.data<float>() + 2 * n};
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

bool MinimalConv1D::Serves(Precision precision) {
  return precision == Precision::kFloat32 || (precision == Precision::kBfloat16 && !kernels::MultipliesBfloat16());
}

bool MinimalConv1D::Pays(const ConvSequence& sequence) const {
  if (rate_ > sequence.used || kProducts * kernels::CountQuads(sequence.used, rate_) >= 3 * sequence.used) return false;
  return std::all_of(sequence.mask, sequence.mask + sequence.used, [](float m) { return m == 0.0F || m == 1.0F; });
}

const float* MinimalConv1D::RowAt(const ConvSequence& sequence, int64_t t) const {
  const bool there = t >= 0 && t < sequence.used && sequence.mask[t] != 0.0F;
  return there ? sequence.x + t * d_ : zeros_.data<float>();
}

MinimalConv1D::Run::Run(const MinimalConv1D& conv, float* scratch, Sink sink)
    : conv_(conv), inputs_(scratch), products_(scratch + kProducts * kQuads * conv.d_), sink_(sink) {}

void MinimalConv1D::Run::Add(const ConvSequence& sequence) {
  const int64_t d = conv_.d_, count = kernels::CountQuads(sequence.used, conv_.rate_);
  for (int64_t quad = 0; quad < count;) {
    const int64_t end = std::min(quad + kQuads - quads_, count);
    parts_[part_count_++] = {sequence, quad, end};
    for (; quad < end; ++quad, ++quads_) {
      const float* x[kProducts];
      for (int64_t i = 0; i < kProducts; ++i)
        x[i] = conv_.RowAt(sequence, kernels::FirstOfQuad(quad, conv_.rate_) + (i - 1) * conv_.rate_);
      kernels::CombineInputs(d, x, kQuads * d, inputs_ + quads_ * d);
    }
    if (quads_ == kQuads) Multiply();
  }
}

void MinimalConv1D::Run::Finish() {
  if (quads_ > 0) Multiply();
}

void MinimalConv1D::Run::Multiply() {
  const int64_t d = conv_.d_, plane = kQuads * d;
  for (int64_t i = 0; i < kProducts; ++i) {
    kernels::Gemm({.m = quads_, .n = 2 * d, .k = d}, 1.0F, inputs_ + i * plane, d,
                  conv_.filter_.data<float>() + i * d * 2 * d, 2 * d, 0.0F, products_ + i * 2 * plane, 2 * d);
  }
  kernels::CombineProducts(quads_ * 2 * d, 2 * plane, products_);
  const float* outputs = products_;
  for (const Part& part : std::span(parts_).first(part_count_)) {
    GiveRows(part, outputs);
    outputs += (part.end - part.begin) * 2 * d;
  }
  part_count_ = 0;
  quads_ = 0;
}

// Neighbouring quads have neighbouring rows, `rate` at most in a row.
void MinimalConv1D::Run::GiveRows(const Part& part, const float* outputs) const {
  const int64_t d = conv_.d_, rate = conv_.rate_;
  for (int64_t quad = part.begin; quad < part.end;) {
    const int64_t rows = std::min(rate - quad % rate, part.end - quad);
    for (int64_t i = 0; i < kOutputs; ++i) {
      const int64_t t = kernels::FirstOfQuad(quad, rate) + i * rate, there = std::min(rows, part.sequence.used - t);
      if (there > 0) sink_(part.sequence, t, there, outputs + (i * kQuads + quad - part.begin) * 2 * d);
    }
    quad += rows;
  }
}

}  // namespace tiqu::engine
