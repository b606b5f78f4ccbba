#include "train/layers/expand_passages.h"

#include <cstring>

#include "train/layers/vector_ops.h"

namespace tiqu::train {
namespace {

using torch::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

// visit(row of the sample packing, row of the encoder packing, number of rows)
template <typename Visit>
void ForEachSample(const BatchLayout& layout, Visit visit) {
  for (int64_t s = 0; s < layout.sample_count(); ++s) {
    const int64_t passage = layout.passage_of_sample[static_cast<size_t>(s)];
    visit(layout.samples.begin[static_cast<size_t>(s)], layout.encoder.begin[static_cast<size_t>(passage)],
          layout.samples.length(s));
  }
}

struct ExpandFunction : public torch::autograd::Function<ExpandFunction> {
  static variable_list forward(AutogradContext* context, const Tensor& encoded, int64_t layout_address) {
    const auto& layout = *reinterpret_cast<const BatchLayout*>(layout_address);
    context->saved_data["layout"] = layout_address;
    const int64_t d = encoded.size(1);
    const float* x = encoded.data_ptr<float>();
    Tensor passages = torch::empty({layout.samples.rows(), d});
    Tensor questions = torch::empty({layout.questions.rows(), d});
    ForEachSample(layout, [&](int64_t to, int64_t from, int64_t rows) {
      std::memcpy(passages.data_ptr<float>() + to * d, x + from * d, static_cast<size_t>(rows * d) * sizeof(float));
    });
    std::memcpy(questions.data_ptr<float>(), x + layout.passage_rows() * d,
                static_cast<size_t>(layout.questions.rows() * d) * sizeof(float));
    return {passages, questions};
  }

  static variable_list backward(AutogradContext* context, const variable_list& d_outs) {
    const auto& layout = *reinterpret_cast<const BatchLayout*>(context->saved_data["layout"].toInt());
    const Tensor d_passages = d_outs[0].contiguous();
    const Tensor d_questions = d_outs[1].contiguous();
    const int64_t d = d_passages.size(1);
    Tensor d_encoded = torch::empty({layout.encoder.rows(), d});
    float* out = d_encoded.data_ptr<float>();
    std::memset(out, 0, static_cast<size_t>(layout.passage_rows() * d) * sizeof(float));
    ForEachSample(layout, [&](int64_t from, int64_t to, int64_t rows) {
      AddTo(rows * d, d_passages.data_ptr<float>() + from * d, out + to * d);
    });
    std::memcpy(out + layout.passage_rows() * d, d_questions.data_ptr<float>(),
                static_cast<size_t>(layout.questions.rows() * d) * sizeof(float));
    return {d_encoded, Tensor()};
  }
};

}  // namespace

ExpandedRows ExpandPassages(const Tensor& encoded, const BatchLayout& layout) {
  const variable_list rows = ExpandFunction::apply(encoded, reinterpret_cast<int64_t>(&layout));
  return {rows[0], rows[1]};
}

}  // namespace tiqu::train
