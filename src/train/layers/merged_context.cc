#include "train/layers/merged_context.h"

#include <algorithm>
#include <cstring>

#include "engine/kernels/gemm.h"
#include "train/layers/vector_ops.h"

namespace tiqu::train {
namespace {

using torch::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

// The rows of a chunk as raw pointers.
struct Operands {
  const Packing* samples;
  int64_t d;
  int64_t features;  // columns of F
  const float* h;    // [rows, d]
  const float* c;    // [rows, d]
  const float* q;    // [samples, d]
  const float* f;    // [rows, features]
  float dropout;
  DropoutKey key;

  int64_t width() const { return 4 * d + features; }
};

// The sample of each row, as rows go by.
class SampleOfRow {
 public:
  SampleOfRow(const Packing& samples, int64_t row) : begin_(samples.begin) {
    sample_ = std::upper_bound(begin_.begin(), begin_.end(), row) - begin_.begin() - 1;
  }
  int64_t operator()(int64_t row) {
    while (row >= begin_[static_cast<size_t>(sample_) + 1]) ++sample_;
    return sample_;
  }

 private:
  const std::vector<int64_t>& begin_;
  int64_t sample_;
};

// joined: [count, 4d + features], after dropout; scale: the dropout factors (left alone without dropout).
void Join(const Operands& in, int64_t row, int64_t count, float* joined, float* scale) {
  const int64_t d = in.d;
  const size_t bytes = static_cast<size_t>(d) * sizeof(float);
  SampleOfRow sample_of(*in.samples, row);
  for (int64_t t = row; t < row + count; ++t) {
    float* out = joined + (t - row) * in.width();
    std::memcpy(out, in.h + t * d, bytes);
    std::memcpy(out + d, in.c + t * d, bytes);
    Multiply(d, in.h + t * d, in.c + t * d, out + 2 * d);
    Multiply(d, in.h + t * d, in.q + sample_of(t) * d, out + 3 * d);
    std::copy_n(in.f + t * in.features, in.features, out + 4 * d);
  }
  if (in.dropout <= 0.0F) return;
  FillDropoutScale(in.key.At(static_cast<uint64_t>(row)), in.dropout, count * in.width(), scale);
  Multiply(count * in.width(), joined, scale, joined);
}

struct MergeGradients {
  float* h;
  float* c;
  float* q;
  float* kernel;
  float* bias;
};

// d_joined: [count, 4d + features] -> the inputs' gradients.
void Split(const Operands& in, int64_t row, int64_t count, const float* d_joined, const MergeGradients& gradients) {
  const int64_t d = in.d;
  SampleOfRow sample_of(*in.samples, row);
  for (int64_t t = row; t < row + count; ++t) {
    const float* dj = d_joined + (t - row) * in.width();
    const int64_t s = sample_of(t);
    float* dh = gradients.h + t * d;
    float* dc = gradients.c + t * d;
    std::copy_n(dj, d, dh);
    AddProduct(d, dj + 2 * d, in.c + t * d, dh);
    AddProduct(d, dj + 3 * d, in.q + s * d, dh);
    std::copy_n(dj + d, d, dc);
    AddProduct(d, dj + 2 * d, in.h + t * d, dc);
    AddProduct(d, dj + 3 * d, in.h + t * d, gradients.q + s * d);
  }
}

void Backward(const Operands& in, const float* kernel, const float* d_out, const MergeGradients& gradients) {
  const int64_t d = in.d;
  const int64_t width = in.width();
  std::vector<float> joined(static_cast<size_t>(kChunkRows * width));
  std::vector<float> scale(joined.size());
  for (int64_t row = 0; row < in.samples->rows(); row += kChunkRows) {
    const int64_t count = std::min(kChunkRows, in.samples->rows() - row);
    const float* d_chunk = d_out + row * d;
    Join(in, row, count, joined.data(), scale.data());
    AddColumnSums(count, d, d_chunk, gradients.bias);
    kernels::Gemm({.m = width, .n = d, .k = count, .transpose_a = true}, 1.0F, joined.data(), width, d_chunk, d, 1.0F,
                  gradients.kernel, d);
    kernels::Gemm({.m = count, .n = width, .k = d, .transpose_b = true}, 1.0F, d_chunk, d, kernel, d, 0.0F,
                  joined.data(), width);
    if (in.dropout > 0.0F) Multiply(count * width, joined.data(), scale.data(), joined.data());
    Split(in, row, count, joined.data(), gradients);
  }
}

struct MergeFunction : public torch::autograd::Function<MergeFunction> {
  static Tensor forward(AutogradContext* context, const Tensor& passage, const Tensor& c2q, const Tensor& q2c,
                        const Tensor& kernel, const Tensor& bias, const Tensor& features, int64_t samples,
                        double dropout, int64_t key) {
    context->saved_data["samples"] = samples;
    context->saved_data["dropout"] = dropout;
    context->saved_data["key"] = key;
    const variable_list inputs = {passage, c2q, q2c, kernel, bias, features};
    context->save_for_backward(inputs);
    const Operands in = OperandsOf(context, inputs);
    Tensor out = torch::empty({passage.size(0), in.d});
    std::vector<float> joined(static_cast<size_t>(kChunkRows * in.width()));
    std::vector<float> scale(joined.size());
    for (int64_t row = 0; row < in.samples->rows(); row += kChunkRows) {
      const int64_t count = std::min(kChunkRows, in.samples->rows() - row);
      float* y = out.data_ptr<float>() + row * in.d;
      Join(in, row, count, joined.data(), scale.data());
      kernels::Gemm({.m = count, .n = in.d, .k = in.width()}, 1.0F, joined.data(), in.width(), kernel.data_ptr<float>(),
                    in.d, 0.0F, y, in.d);
      AddBias(count, in.d, bias.data_ptr<float>(), y);
    }
    return out;
  }

  static variable_list backward(AutogradContext* context, const variable_list& d_outs) {
    const variable_list saved = context->get_saved_variables();
    const Operands in = OperandsOf(context, saved);
    const Tensor d_out = d_outs[0].contiguous();
    Tensor d_passage = torch::empty_like(saved[0]);
    Tensor d_c2q = torch::empty_like(saved[1]);
    Tensor d_q2c = torch::zeros_like(saved[2]);
    Tensor d_kernel = torch::zeros_like(saved[3]);
    Tensor d_bias = torch::zeros_like(saved[4]);
    Backward(in, saved[3].data_ptr<float>(), d_out.data_ptr<float>(),
             {d_passage.data_ptr<float>(), d_c2q.data_ptr<float>(), d_q2c.data_ptr<float>(), d_kernel.data_ptr<float>(),
              d_bias.data_ptr<float>()});
    return {d_passage, d_c2q, d_q2c, d_kernel, d_bias, Tensor(), Tensor(), Tensor(), Tensor()};
  }

  static Operands OperandsOf(AutogradContext* context, const variable_list& inputs) {
    auto& data = context->saved_data;
    return {reinterpret_cast<const Packing*>(data["samples"].toInt()),
            inputs[0].size(1),
            inputs[5].size(1),
            inputs[0].data_ptr<float>(),
            inputs[1].data_ptr<float>(),
            inputs[2].data_ptr<float>(),
            inputs[5].data_ptr<float>(),
            static_cast<float>(data["dropout"].toDouble()),
            DropoutKey{static_cast<uint64_t>(data["key"].toInt())}};
  }
};

}  // namespace

Tensor MergedContext(const MergedContextInputs& inputs, const Tensor& kernel, const Tensor& bias,
                     const Packing& samples, float dropout, DropoutKey key) {
  return MergeFunction::apply(inputs.passage, inputs.c2q, inputs.q2c, kernel, bias, inputs.features,
                              reinterpret_cast<int64_t>(&samples), static_cast<double>(dropout),
                              static_cast<int64_t>(key.key));
}

}  // namespace tiqu::train
