#include "train/layers/minimal_conv.h"

#include <algorithm>

#include "engine/kernels/gemm.h"
#include "train/layers/vector_ops.h"

namespace tiqu::train {
namespace {

using kernels::kFilterOutputs;
using kernels::kFilterProducts;

// Quads of a unit of work: its operands stay in the second-level cache.
constexpr int64_t kForwardQuads = 48;
constexpr int64_t kGradientQuads = 96;

std::vector<float> TransformKernel(const ConvShape& shape, const float* kernel) {
  const int64_t n = shape.inputs * shape.outputs;
  std::vector<float> planes(static_cast<size_t>(kFilterProducts * n));
  const float* taps[3] = {kernel, kernel + n, kernel + 2 * n};
  if (shape.backwards) std::swap(taps[0], taps[2]);
  kernels::TransformFilter(n, taps, planes.data());
  return planes;
}

// The combined inputs of quads [begin, end), plane by plane.
void Combine(const ConvQuads& quads, int64_t begin, int64_t end, int64_t d, const float* x, const float* zeros,
             int64_t plane, float* out) {
  const float* rows[kFilterProducts];
  for (int64_t quad = begin; quad < end; ++quad) {
    quads.Inputs(quad, d, x, zeros, rows);
    kernels::CombineInputs(d, rows, plane, out + (quad - begin) * d);
  }
}

void GiveOutputs(const ConvQuads& quads, int64_t begin, int64_t end, const ConvShape& shape, const float* outputs,
                 float* y) {
  const int64_t n = shape.outputs;
  for (int64_t quad = begin; quad < end; ++quad) {
    for (int64_t i = 0; i < kFilterOutputs; ++i) {
      const int64_t row = quads.OutputRow(quad, i);
      if (row < 0) continue;
      const float* from = outputs + (i * kForwardQuads + quad - begin) * n;
      if (shape.add) {
        AddTo(n, from, y + row * n);
      } else {
        std::copy_n(from, n, y + row * n);
      }
    }
  }
}

}  // namespace

ConvQuads::ConvQuads(const Packing& packing, int64_t rate) : rate_(rate) {
  for (int64_t s = 0; s < packing.sequences(); ++s) {
    const int64_t begin = packing.begin[static_cast<size_t>(s)], length = packing.length(s);
    for (int64_t quad = 0; quad < kernels::CountQuads(length, rate); ++quad) {
      quads_.push_back({begin + kernels::FirstOfQuad(quad, rate), begin, begin + length});
    }
  }
}

void ConvQuads::Inputs(int64_t quad, int64_t d, const float* x, const float* zeros, const float* rows[]) const {
  const Quad& q = quads_[static_cast<size_t>(quad)];
  for (int64_t i = 0; i < kFilterProducts; ++i) {
    const int64_t row = q.first + (i - 1) * rate_;
    rows[i] = row >= q.begin && row < q.end ? x + row * d : zeros;
  }
}

int64_t ConvQuads::OutputRow(int64_t quad, int64_t i) const {
  const Quad& q = quads_[static_cast<size_t>(quad)];
  const int64_t row = q.first + i * rate_;
  return row < q.end ? row : -1;
}

void MinimalConv(const ConvQuads& quads, const ConvShape& shape, const float* kernel, const float* x, float* y) {
  const int64_t d = shape.inputs, n = shape.outputs;
  const std::vector<float> filter = TransformKernel(shape, kernel);
  const std::vector<float> zeros(static_cast<size_t>(d));
  std::vector<float> inputs(static_cast<size_t>(kFilterProducts * kForwardQuads * d));
  std::vector<float> products(static_cast<size_t>(kFilterProducts * kForwardQuads * n));
  for (int64_t begin = 0; begin < quads.size(); begin += kForwardQuads) {
    const int64_t end = std::min(begin + kForwardQuads, quads.size());
    Combine(quads, begin, end, d, x, zeros.data(), kForwardQuads * d, inputs.data());
    for (int64_t p = 0; p < kFilterProducts; ++p) {
      kernels::Gemm({.m = end - begin, .n = n, .k = d, .transpose_a = false, .transpose_b = shape.backwards}, 1.0F,
                    inputs.data() + p * kForwardQuads * d, d, filter.data() + p * d * n, shape.backwards ? d : n, 0.0F,
                    products.data() + p * kForwardQuads * n, n);
    }
    kernels::CombineProducts((end - begin) * n, kForwardQuads * n, products.data());
    GiveOutputs(quads, begin, end, shape, products.data(), y);
  }
}

void AddKernelGradient(const ConvQuads& quads, int64_t d, int64_t n, const float* x, const float* d_y,
                       float* d_kernel) {
  const std::vector<float> zeros(static_cast<size_t>(std::max(d, n)));
  std::vector<float> inputs(static_cast<size_t>(kFilterProducts * kGradientQuads * d));
  std::vector<float> outputs(static_cast<size_t>(kFilterProducts * kGradientQuads * n));
  std::vector<float> d_filter(static_cast<size_t>(kFilterProducts * d * n));
  for (int64_t begin = 0; begin < quads.size(); begin += kGradientQuads) {
    const int64_t end = std::min(begin + kGradientQuads, quads.size());
    Combine(quads, begin, end, d, x, zeros.data(), kGradientQuads * d, inputs.data());
    for (int64_t quad = begin; quad < end; ++quad) {
      const float* rows[kFilterOutputs];
      for (int64_t i = 0; i < kFilterOutputs; ++i) {
        const int64_t row = quads.OutputRow(quad, i);
        rows[i] = row < 0 ? zeros.data() : d_y + row * n;
      }
      kernels::SpreadOutputs(n, rows, kGradientQuads * n, outputs.data() + (quad - begin) * n);
    }
    for (int64_t p = 0; p < kFilterProducts; ++p) {
      kernels::Gemm({.m = d, .n = n, .k = end - begin, .transpose_a = true}, 1.0F,
                    inputs.data() + p * kGradientQuads * d, d, outputs.data() + p * kGradientQuads * n, n, 1.0F,
                    d_filter.data() + p * d * n, n);
    }
  }
  kernels::AddFilterGradient(d * n, d_filter.data(), d_kernel);
}

}  // namespace tiqu::train
