#include "train/span_loss.h"

#include <algorithm>
#include <cmath>

namespace tiqu::train {
namespace {

using torch::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

// One column of one sample: scores and gradients lie two floats apart. `target` gives a gold span's character.
template <typename Target>
double ColumnLoss(int64_t rows, const float* scores, const std::vector<GoldSpan>& gold, float* gradient,
                  Target target) {
  float largest = scores[0];
  for (int64_t t = 1; t < rows; ++t) largest = std::max(largest, scores[2 * t]);
  double sum = 0;
  for (int64_t t = 0; t < rows; ++t) sum += std::exp(static_cast<double>(scores[2 * t] - largest));
  const double log_sum = largest + std::log(sum);
  for (int64_t t = 0; t < rows; ++t) gradient[2 * t] = static_cast<float>(std::exp(scores[2 * t] - log_sum));
  const double share = 1.0 / static_cast<double>(gold.size());
  double loss = 0;
  for (const GoldSpan& span : gold) {
    loss += share * (log_sum - scores[2 * target(span)]);
    gradient[2 * target(span)] -= static_cast<float>(share);
  }
  return loss;
}

struct SpanFunction : public torch::autograd::Function<SpanFunction> {
  static Tensor forward(AutogradContext* context, const Tensor& scores, int64_t samples_address, int64_t gold_address) {
    const auto& samples = *reinterpret_cast<const Packing*>(samples_address);
    const auto& gold = *reinterpret_cast<const std::vector<std::vector<GoldSpan>>*>(gold_address);
    Tensor gradient = torch::zeros_like(scores);
    double loss = 0;
    for (int64_t s = 0; s < samples.sequences(); ++s) {
      const auto& spans = gold[static_cast<size_t>(s)];
      if (spans.empty()) continue;
      const float* x = scores.data_ptr<float>() + 2 * samples.begin[static_cast<size_t>(s)];
      float* dx = gradient.data_ptr<float>() + 2 * samples.begin[static_cast<size_t>(s)];
      const int64_t rows = samples.length(s);
      loss += ColumnLoss(rows, x, spans, dx, [](const GoldSpan& span) { return span.begin; });
      loss += ColumnLoss(rows, x + 1, spans, dx + 1, [](const GoldSpan& span) { return span.end - 1; });
    }
    context->saved_data["gradient"] = gradient;
    return torch::full({}, loss);
  }

  static variable_list backward(AutogradContext* context, const variable_list& d_outs) {
    return {context->saved_data["gradient"].toTensor() * d_outs[0], Tensor(), Tensor()};
  }
};

}  // namespace

Tensor SpanLoss(const Tensor& scores, const Packing& samples, const std::vector<std::vector<GoldSpan>>& gold) {
  return SpanFunction::apply(scores, reinterpret_cast<int64_t>(&samples), reinterpret_cast<int64_t>(&gold));
}

}  // namespace tiqu::train
