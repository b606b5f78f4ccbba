#include "engine/fused/minimal_conv1d.h"

#include <algorithm>
#include <span>

#include "absl/strings/str_cat.h"

namespace tiqu::engine {
namespace {

constexpr int64_t kOutputs = kernels::kFilterOutputs, kProducts = kernels::kFilterProducts;

struct TransformedKernel {
  Tensor source;   // kept: the key is its address
  Tensor weights;  // [kProducts, d, 2d]; what the matrices may point to
  MinimalConv1D::Filter filter;
};

std::shared_ptr<const MinimalConv1D::Filter> TransformOnce(LoadContext* load, const Tensor& kernel) {
  const std::string key = absl::StrCat("minimal filter ", reinterpret_cast<uintptr_t>(kernel.data<float>()));
  std::shared_ptr<void>& prepared = load->prepared[key];
  if (prepared == nullptr) {
    const int64_t k = kernel.shape()[1], n = kernel.shape()[2];
    const float* const taps[3] = {kernel.data<float>(), kernel.data<float>() + k * n, kernel.data<float>() + 2 * k * n};
    auto made = std::make_shared<TransformedKernel>();
    made->source = kernel;
    made->weights = Tensor(DataType::kFloat, {kProducts, k, n});
    float* weights = made->weights.data<float>();
    kernels::TransformFilter(k * n, taps, weights);
    for (auto& matrix : made->filter) {
      matrix = kernels::PackMatrix(load->precision, k, n, weights);
      weights += k * n;
    }
    if (load->precision != Precision::kFloat32) made->weights = Tensor();  // the others copied them
    prepared = made;
  }
  const auto transformed = std::static_pointer_cast<const TransformedKernel>(prepared);
  return {transformed, &transformed->filter};
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

int64_t MinimalConv1D::row_floats() const {
  constexpr int64_t kBytes = sizeof(float), kScale = 1;
  return int8() == nullptr ? d_ : int8()->row_bytes() / kBytes + kScale;
}

int64_t MinimalConv1D::scratch_floats() const { return kProducts * (kQuads * (row_floats() + 2 * d_) + d_); }

MinimalConv1D::Run::Run(const MinimalConv1D& conv, float* scratch, Sink sink)
    : conv_(conv),
      int8_(conv.int8()),
      inputs_(scratch),
      products_(scratch + kProducts * kQuads * conv.row_floats()),
      quad_(products_ + kProducts * kQuads * 2 * conv.d_),
      bytes_(reinterpret_cast<uint8_t*>(inputs_)),
      scales_(products_ - kProducts * kQuads),
      sink_(sink) {}

void MinimalConv1D::Run::Add(const ConvSequence& sequence) {
  const int64_t rate = conv_.rate_, count = kernels::CountQuads(sequence.used, rate);
  for (int64_t quad = 0; quad < count;) {
    const int64_t end = std::min(quad + kQuads - quads_, count);
    parts_[part_count_++] = {sequence, quad, end};
    for (; quad < end; ++quad, ++quads_) {
      const float* x[kProducts];
      for (int64_t i = 0; i < kProducts; ++i)
        x[i] = conv_.RowAt(sequence, kernels::FirstOfQuad(quad, rate) + (i - 1) * rate);
      Combine(x);
    }
    if (quads_ == kQuads) Multiply();
  }
}

void MinimalConv1D::Run::Combine(const float* const x[kProducts]) const {
  const int64_t d = conv_.d_;
  if (int8_ == nullptr) {
    kernels::CombineInputs(d, x, kQuads * d, inputs_ + quads_ * d);
  } else {
    const int64_t row_bytes = int8_->row_bytes();
    kernels::CombineInputsInt8(int8_->range(), d, x, row_bytes, kQuads, bytes_ + quads_ * row_bytes, scales_ + quads_,
                               quad_);
  }
}

void MinimalConv1D::Run::Finish() {
  if (quads_ > 0) Multiply();
}

void MinimalConv1D::Run::Multiply() {
  const int64_t d = conv_.d_, plane = kQuads * d;
  for (int64_t i = 0; i < kProducts; ++i) {
    const kernels::PackedMatrix& weights = *(*conv_.filter_)[i];
    float* const out = products_ + i * 2 * plane;
    if (int8_ == nullptr) {
      weights.Multiply(quads_, inputs_ + i * plane, d, kernels::Into::kOverwrite, out, 2 * d);
    } else {
      weights.AsInt8()->MultiplyInt8Rows(quads_, bytes_ + i * kQuads * int8_->row_bytes(), scales_ + i * kQuads,
                                         kernels::Into::kOverwrite, out, 2 * d);
    }
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
