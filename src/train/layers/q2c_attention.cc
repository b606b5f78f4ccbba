#include "train/layers/q2c_attention.h"

#include <algorithm>
#include <cstring>

#include "train/layers/vector_ops.h"

namespace tiqu::train {
namespace {

using torch::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

// b and the column of the largest score of each row (the first of equals).
void SoftmaxOfRowMaxima(int64_t p, int64_t q, const float* s, float* b, int32_t* column) {
  for (int64_t i = 0; i < p; ++i, s += q) {
    const float* largest = std::max_element(s, s + q);
    b[i] = *largest;
    column[i] = static_cast<int32_t>(largest - s);
  }
  Scale(p, 1.0F / ExpShifted(p, Max(p, b), b), b);
}

struct Q2CFunction : public torch::autograd::Function<Q2CFunction> {
  static Tensor forward(AutogradContext* context, const Tensor& scores, const Tensor& passage, int64_t layout_address) {
    const auto& layout = *reinterpret_cast<const BatchLayout*>(layout_address);
    const int64_t d = passage.size(1);
    Tensor weights = torch::empty({layout.samples.rows()});
    Tensor columns = torch::empty({layout.samples.rows()}, torch::kInt32);
    Tensor out = torch::zeros({layout.sample_count(), d});
    for (int64_t s = 0; s < layout.sample_count(); ++s) {
      const int64_t row = layout.samples.begin[static_cast<size_t>(s)];
      const int64_t p = layout.samples.length(s);
      float* b = weights.data_ptr<float>() + row;
      SoftmaxOfRowMaxima(p, layout.questions.length(s),
                         scores.data_ptr<float>() + layout.pair_begin[static_cast<size_t>(s)], b,
                         columns.data_ptr<int32_t>() + row);
      for (int64_t i = 0; i < p; ++i) {
        AddScaled(d, b[i], passage.data_ptr<float>() + (row + i) * d, out.data_ptr<float>() + s * d);
      }
    }
    context->saved_data["layout"] = layout_address;
    context->save_for_backward({passage, weights, columns});
    return out;
  }

  static variable_list backward(AutogradContext* context, const variable_list& d_outs) {
    const auto& layout = *reinterpret_cast<const BatchLayout*>(context->saved_data["layout"].toInt());
    const variable_list saved = context->get_saved_variables();
    const Tensor d_out = d_outs[0].contiguous();
    Tensor d_scores = torch::zeros({layout.pair_begin.back()});
    Tensor d_passage = torch::empty_like(saved[0]);
    for (int64_t s = 0; s < layout.sample_count(); ++s) {
      BackwardSample(layout, s, saved, d_out.data_ptr<float>(), d_scores.data_ptr<float>(),
                     d_passage.data_ptr<float>());
    }
    return {d_scores, d_passage, Tensor()};
  }

  static void BackwardSample(const BatchLayout& layout, int64_t s, const variable_list& saved, const float* d_out,
                             float* d_scores, float* d_passage) {
    const int64_t d = saved[0].size(1);
    const int64_t row = layout.samples.begin[static_cast<size_t>(s)];
    const int64_t p = layout.samples.length(s);
    const int64_t q = layout.questions.length(s);
    const float* b = saved[1].data_ptr<float>() + row;
    const int32_t* column = saved[2].data_ptr<int32_t>() + row;
    const float* dh = d_out + s * d;
    std::vector<float> db(static_cast<size_t>(p));
    std::memset(d_passage + row * d, 0, static_cast<size_t>(p * d) * sizeof(float));
    for (int64_t i = 0; i < p; ++i) {
      db[static_cast<size_t>(i)] = Dot(d, dh, saved[0].data_ptr<float>() + (row + i) * d);
      AddScaled(d, b[i], dh, d_passage + (row + i) * d);
    }
    const float mean = Dot(p, b, db.data());
    float* ds = d_scores + layout.pair_begin[static_cast<size_t>(s)];
    for (int64_t i = 0; i < p; ++i) ds[i * q + column[i]] = b[i] * (db[static_cast<size_t>(i)] - mean);
  }
};

}  // namespace

Tensor Q2CAttention(const Tensor& scores, const Tensor& passage, const BatchLayout& layout) {
  return Q2CFunction::apply(scores, passage, reinterpret_cast<int64_t>(&layout));
}

}  // namespace tiqu::train
