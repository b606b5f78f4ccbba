#include "engine/fused/minimal_conv1d.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

namespace tiqu::engine {
namespace {

constexpr int64_t kOutputs = kernels::kFilterOutputs, kProducts = kernels::kFilterProducts;

struct TransformedKernel {
  Tensor source;  // kept: the key is its address
  Tensor planes;  // [kProducts, d, 2d]
};

std::shared_ptr<const TransformedKernel> TransformOnce(LoadContext* load, const Tensor& kernel) {
  const std::string key = absl::StrCat("minimal filter ", reinterpret_cast<uintptr_t>(kernel.data<float>()));
  std::shared_ptr<void>& prepared = load->prepared[key];
  if (prepared == nullptr) {
    const Shape& shape = kernel.shape();
    auto made = std::make_shared<TransformedKernel>();
    made->source = kernel;
    made->planes = Tensor(DataType::kFloat, {kProducts, shape[1], shape[2]});
    const int64_t n = shape[1] * shape[2];
    const float* const taps[3] = {kernel.data<float>(), kernel.data<float>() + n, kernel.data<float>() + 2 * n};
    kernels::TransformFilter(n, taps, made->planes.data<float>());
    prepared = made;
  }
  return std::static_pointer_cast<const TransformedKernel>(prepared);
}

}  // namespace

MinimalConv1D::MinimalConv1D(LoadContext* load, const Tensor& kernel, int64_t rate)
    : d_(kernel.shape()[1]), rate_(rate), zeros_(DataType::kFloat, {d_}) {
  const auto transformed = TransformOnce(load, kernel);
  for (int64_t i = 0; i < kProducts; ++i) {
    const float* plane = transformed->planes.data<float>() + i * d_ * 2 * d_;
    const auto matrix = kernels::PackMatrix(Precision::kFloat32, d_, 2 * d_, plane);
    // The matrix points into the planes.
    filters_[static_cast<size_t>(i)] = {
        std::make_shared<std::pair<decltype(transformed), decltype(matrix)>>(transformed, matrix), matrix.get()};
  }
}

int64_t MinimalConv1D::CountQuads(int64_t used) const {
  const int64_t group = kOutputs * rate_;
  return used / group * rate_ + std::min(used % group, rate_);
}

bool MinimalConv1D::Pays(const ConvSequence& sequence) const {
  if (rate_ > sequence.used || kProducts * CountQuads(sequence.used) >= 3 * sequence.used) return false;
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
  const int64_t quads = CountQuads(sequence.used);
  for (int64_t begin = 0; begin < quads; begin += kQuads) {
    const int64_t end = std::min(begin + kQuads, quads);
    for (int64_t quad = begin; quad < end; ++quad) {
      const float* x[kProducts];
      for (int64_t i = 0; i < kProducts; ++i) x[i] = RowAt(sequence, FirstOf(quad) + (i - 1) * rate_);
      kernels::CombineInputs(d_, x, plane, inputs + (quad - begin) * d_);
    }
    for (int64_t i = 0; i < kProducts; ++i) {
      filters_[static_cast<size_t>(i)]->Multiply(end - begin, inputs + i * plane, d_, kernels::Into::kOverwrite,
                                                 products + i * 2 * plane, 2 * d_);
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
      const int64_t t = FirstOf(quad) + i * rate_, there = std::min(rows, sequence.used - t);
      if (there > 0) sink(t, there, outputs + (i * kQuads + quad - begin) * 2 * d_);
    }
    quad += rows;
  }
}

}  // namespace tiqu::engine
