#include "train/layers/similarity.h"

#include "engine/kernels/gemm.h"
#include "train/layers/vector_ops.h"

namespace tiqu::train {
namespace {

using torch::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

// One sample: P passage rows from h, Q question rows from u, scores s: [P, Q].
struct SampleView {
  int64_t p;
  int64_t q;
  int64_t h;  // first rows
  int64_t u;
  int64_t s;  // first score
};

SampleView ViewOf(const BatchLayout& layout, int64_t sample) {
  const auto index = static_cast<size_t>(sample);
  return {layout.samples.length(sample), layout.questions.length(sample), layout.samples.begin[index],
          layout.questions.begin[index], layout.pair_begin[index]};
}

// a[j] = U[j] * w3 + w1, [Q, d]
void FoldKernel(int64_t q, int64_t d, const float* u, const float* kernel, float* a) {
  for (int64_t j = 0; j < q; ++j) {
    std::copy_n(kernel, d, a + j * d);
    AddProduct(d, u + j * d, kernel + 2 * d, a + j * d);
  }
}

struct SimilarityFunction : public torch::autograd::Function<SimilarityFunction> {
  static Tensor forward(AutogradContext* context, const Tensor& passage, const Tensor& question, const Tensor& kernel,
                        int64_t layout_address) {
    const auto& layout = *reinterpret_cast<const BatchLayout*>(layout_address);
    context->saved_data["layout"] = layout_address;
    context->save_for_backward({passage, question, kernel});
    const int64_t d = passage.size(1);
    const float* w = kernel.data_ptr<float>();
    Tensor scores = torch::empty({layout.pair_begin.back()});
    std::vector<float> a;
    for (int64_t sample = 0; sample < layout.sample_count(); ++sample) {
      const SampleView v = ViewOf(layout, sample);
      const float* u = question.data_ptr<float>() + v.u * d;
      float* s = scores.data_ptr<float>() + v.s;
      a.resize(static_cast<size_t>(v.q * d));
      FoldKernel(v.q, d, u, w, a.data());
      for (int64_t j = 0; j < v.q; ++j) s[j] = Dot(d, u + j * d, w + d);
      for (int64_t i = 1; i < v.p; ++i) std::copy_n(s, v.q, s + i * v.q);
      kernels::Gemm({.m = v.p, .n = v.q, .k = d, .transpose_b = true}, 1.0F, passage.data_ptr<float>() + v.h * d, d,
                    a.data(), d, 1.0F, s, v.q);
    }
    return scores;
  }

  static variable_list backward(AutogradContext* context, const variable_list& d_outs) {
    const auto& layout = *reinterpret_cast<const BatchLayout*>(context->saved_data["layout"].toInt());
    const variable_list saved = context->get_saved_variables();
    const Tensor d_scores = d_outs[0].contiguous();
    Tensor d_passage = torch::empty_like(saved[0]);
    Tensor d_question = torch::empty_like(saved[1]);
    Tensor d_kernel = torch::zeros_like(saved[2]);
    for (int64_t sample = 0; sample < layout.sample_count(); ++sample) {
      BackwardSample(ViewOf(layout, sample), saved, d_scores.data_ptr<float>(), d_passage.data_ptr<float>(),
                     d_question.data_ptr<float>(), d_kernel.data_ptr<float>());
    }
    return {d_passage, d_question, d_kernel, Tensor()};
  }

  // With a = U * w3 + w1:  dH = dS a,  da = dS^T H,  dU = da * w3 + colsum(dS) w2.
  static void BackwardSample(const SampleView& v, const variable_list& saved, const float* d_scores, float* d_passage,
                             float* d_question, float* d_kernel) {
    const int64_t d = saved[0].size(1);
    const float* h = saved[0].data_ptr<float>() + v.h * d;
    const float* u = saved[1].data_ptr<float>() + v.u * d;
    const float* w = saved[2].data_ptr<float>();
    const float* ds = d_scores + v.s;
    std::vector<float> a(static_cast<size_t>(v.q * d));
    std::vector<float> da(static_cast<size_t>(v.q * d));
    std::vector<float> column(static_cast<size_t>(v.q), 0.0F);
    FoldKernel(v.q, d, u, w, a.data());
    kernels::Gemm({.m = v.p, .n = d, .k = v.q}, 1.0F, ds, v.q, a.data(), d, 0.0F, d_passage + v.h * d, d);
    kernels::Gemm({.m = v.q, .n = d, .k = v.p, .transpose_a = true}, 1.0F, ds, v.q, h, d, 0.0F, da.data(), d);
    AddColumnSums(v.p, v.q, ds, column.data());
    for (int64_t j = 0; j < v.q; ++j) {
      float* du = d_question + (v.u + j) * d;
      Multiply(d, da.data() + j * d, w + 2 * d, du);
      AddScaled(d, column[static_cast<size_t>(j)], w + d, du);
      AddTo(d, da.data() + j * d, d_kernel);
      AddScaled(d, column[static_cast<size_t>(j)], u + j * d, d_kernel + d);
      AddProduct(d, da.data() + j * d, u + j * d, d_kernel + 2 * d);
    }
  }
};

}  // namespace

Tensor Similarity(const Tensor& passage, const Tensor& question, const Tensor& kernel, const BatchLayout& layout) {
  return SimilarityFunction::apply(passage, question, kernel, reinterpret_cast<int64_t>(&layout));
}

}  // namespace tiqu::train
