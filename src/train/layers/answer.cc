#include "train/layers/answer.h"

#include "engine/kernels/gemm.h"
#include "train/layers/vector_ops.h"

namespace tiqu::train {
namespace {

using torch::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

struct DenseFunction : public torch::autograd::Function<DenseFunction> {
  static Tensor forward(AutogradContext* context, const Tensor& input, const Tensor& kernel, const Tensor& bias,
                        bool relu) {
    const Tensor x = input.contiguous();
    const int64_t rows = x.size(0);
    const int64_t n = kernel.size(0);
    const int64_t m = kernel.size(1);
    Tensor y = torch::empty({rows, m});
    kernels::Gemm({.m = rows, .n = m, .k = n}, 1.0F, x.data_ptr<float>(), n, kernel.data_ptr<float>(), m, 0.0F,
                  y.data_ptr<float>(), m);
    if (relu) {
      AddBiasRelu(rows, m, bias.data_ptr<float>(), y.data_ptr<float>());
    } else if (bias.numel() > 0) {
      AddBias(rows, m, bias.data_ptr<float>(), y.data_ptr<float>());
    }
    context->saved_data["relu"] = relu;
    context->saved_data["bias"] = bias.numel() > 0;
    context->save_for_backward({x, kernel, relu ? y : Tensor()});
    return y;
  }

  static variable_list backward(AutogradContext* context, const variable_list& d_outs) {
    const variable_list saved = context->get_saved_variables();
    const Tensor& x = saved[0];
    const Tensor& kernel = saved[1];
    const int64_t rows = x.size(0);
    const int64_t n = kernel.size(0);
    const int64_t m = kernel.size(1);
    Tensor d_y = d_outs[0].contiguous();
    if (context->saved_data["relu"].toBool()) {
      d_y = d_y.clone();
      ReluBackward(rows * m, saved[2].data_ptr<float>(), d_y.data_ptr<float>());
    }
    Tensor d_x = torch::empty_like(x);
    Tensor d_kernel = torch::empty_like(kernel);
    Tensor d_bias;
    kernels::Gemm({.m = rows, .n = n, .k = m, .transpose_b = true}, 1.0F, d_y.data_ptr<float>(), m,
                  kernel.data_ptr<float>(), m, 0.0F, d_x.data_ptr<float>(), n);
    kernels::Gemm({.m = n, .n = m, .k = rows, .transpose_a = true}, 1.0F, x.data_ptr<float>(), n, d_y.data_ptr<float>(),
                  m, 0.0F, d_kernel.data_ptr<float>(), m);
    if (context->saved_data["bias"].toBool()) {
      d_bias = torch::zeros({m});
      AddColumnSums(rows, m, d_y.data_ptr<float>(), d_bias.data_ptr<float>());
    }
    return {d_x, d_kernel, d_bias, Tensor()};
  }
};

}  // namespace

Tensor Dense(const Tensor& x, const Tensor& kernel, const Tensor& bias, bool relu) {
  TORCH_CHECK(!relu || bias.defined(), "a rectified layer needs a bias");
  // Functions take no undefined tensors.
  return DenseFunction::apply(x, kernel, bias.defined() ? bias : torch::empty({0}), relu);
}

Tensor Answer(const Tensor& context, const AnswerWeights& weights) {
  const Tensor hidden = Dense(context, weights.hidden_kernel, weights.hidden_bias, /*relu=*/true);
  return Dense(hidden, weights.kernel, weights.bias, /*relu=*/false);
}

Tensor SpanScores(const Tensor& context, const Tensor& kernel) {
  return Dense(context, kernel, Tensor(), /*relu=*/false);
}

}  // namespace tiqu::train
