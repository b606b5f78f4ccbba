#include "train/layers/c2q_attention.h"

#include "engine/kernels/gemm.h"
#include "train/layers/vector_ops.h"

namespace tiqu::train {
namespace {

using torch::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

void SoftmaxRows(int64_t rows, int64_t n, float* x) {
  for (int64_t i = 0; i < rows; ++i, x += n) Scale(n, 1.0F / ExpShifted(n, Max(n, x), x), x);
}

// dS = a * (da - sum(a * da)), in place over da.
void SoftmaxBackwardRows(int64_t rows, int64_t n, const float* a, float* da) {
  for (int64_t i = 0; i < rows; ++i, a += n, da += n) {
    const float mean = Dot(n, a, da);
    for (int64_t j = 0; j < n; ++j) da[j] = a[j] * (da[j] - mean);
  }
}

struct C2QFunction : public torch::autograd::Function<C2QFunction> {
  static Tensor forward(AutogradContext* context, const Tensor& scores, const Tensor& question,
                        int64_t layout_address) {
    const auto& layout = *reinterpret_cast<const BatchLayout*>(layout_address);
    const int64_t d = question.size(1);
    Tensor weights = scores.clone();
    Tensor out = torch::empty({layout.samples.rows(), d});
    for (int64_t s = 0; s < layout.sample_count(); ++s) {
      const int64_t p = layout.samples.length(s);
      const int64_t q = layout.questions.length(s);
      float* a = weights.data_ptr<float>() + layout.pair_begin[static_cast<size_t>(s)];
      SoftmaxRows(p, q, a);
      kernels::Gemm({.m = p, .n = d, .k = q}, 1.0F, a, q,
                    question.data_ptr<float>() + layout.questions.begin[static_cast<size_t>(s)] * d, d, 0.0F,
                    out.data_ptr<float>() + layout.samples.begin[static_cast<size_t>(s)] * d, d);
    }
    context->saved_data["layout"] = layout_address;
    context->save_for_backward({weights, question});
    return out;
  }

  static variable_list backward(AutogradContext* context, const variable_list& d_outs) {
    const auto& layout = *reinterpret_cast<const BatchLayout*>(context->saved_data["layout"].toInt());
    const variable_list saved = context->get_saved_variables();
    const Tensor d_out = d_outs[0].contiguous();
    const int64_t d = saved[1].size(1);
    Tensor d_scores = torch::empty_like(saved[0]);
    Tensor d_question = torch::empty_like(saved[1]);
    for (int64_t s = 0; s < layout.sample_count(); ++s) {
      const auto index = static_cast<size_t>(s);
      const int64_t p = layout.samples.length(s);
      const int64_t q = layout.questions.length(s);
      const float* a = saved[0].data_ptr<float>() + layout.pair_begin[index];
      const float* dc = d_out.data_ptr<float>() + layout.samples.begin[index] * d;
      float* da = d_scores.data_ptr<float>() + layout.pair_begin[index];
      const int64_t u = layout.questions.begin[index] * d;
      kernels::Gemm({.m = p, .n = q, .k = d, .transpose_b = true}, 1.0F, dc, d, saved[1].data_ptr<float>() + u, d, 0.0F,
                    da, q);
      kernels::Gemm({.m = q, .n = d, .k = p, .transpose_a = true}, 1.0F, a, q, dc, d, 0.0F,
                    d_question.data_ptr<float>() + u, d);
      SoftmaxBackwardRows(p, q, a, da);
    }
    return {d_scores, d_question, Tensor()};
  }
};

}  // namespace

Tensor C2QAttention(const Tensor& scores, const Tensor& question, const BatchLayout& layout) {
  return C2QFunction::apply(scores, question, reinterpret_cast<int64_t>(&layout));
}

}  // namespace tiqu::train
