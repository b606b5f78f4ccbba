#include "train/crf_loss.h"

#include <algorithm>
#include <cmath>

namespace tiqu::train {
namespace {

using torch::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

constexpr int kTags = model::kTagCount;
constexpr int kOutside = 0;
constexpr int kInside = 2;

bool Forbidden(int from, int to) { return from == kOutside && to == kInside; }

// exp of the parameters, with zeros where the chain is forbidden to go.
ChainParameters Potentials(const ChainParameters& scores) {
  ChainParameters potentials;
  for (int i = 0; i < kTags; ++i) {
    for (int j = 0; j < kTags; ++j) {
      potentials.transitions[i][j] = Forbidden(i, j) ? 0.0 : std::exp(scores.transitions[i][j]);
    }
    potentials.begin[i] = i == kInside ? 0.0 : std::exp(scores.begin[i]);
    potentials.end[i] = std::exp(scores.end[i]);
  }
  return potentials;
}

// exp(logits - their maximum) of one character; returns the maximum.
double EmissionPotentials(const float* logits, TagVector* potentials) {
  const float largest = std::max({logits[0], logits[1], logits[2]});
  for (int j = 0; j < kTags; ++j) (*potentials)[j] = std::exp(static_cast<double>(logits[j]) - largest);
  return largest;
}

double Normalize(TagVector* values) {
  const double sum = (*values)[0] + (*values)[1] + (*values)[2];
  for (double& value : *values) value /= sum;
  return sum;
}

struct Lattice {
  std::vector<TagVector> emissions;
  std::vector<TagVector> alpha;  // scaled: sums to 1 at each character
  std::vector<double> scale;     // what alpha was divided by
  double log_partition = 0;
};

Lattice RunForward(std::span<const float> logits, const ChainParameters& potentials) {
  const size_t chars = logits.size() / kTags;
  Lattice lattice{std::vector<TagVector>(chars), std::vector<TagVector>(chars), std::vector<double>(chars), 0};
  for (size_t t = 0; t < chars; ++t) {
    lattice.log_partition += EmissionPotentials(logits.data() + t * kTags, &lattice.emissions[t]);
    TagVector& alpha = lattice.alpha[t];
    for (int j = 0; j < kTags; ++j) {
      double sum = potentials.begin[j];
      if (t > 0) {
        sum = 0;
        for (int i = 0; i < kTags; ++i) sum += lattice.alpha[t - 1][i] * potentials.transitions[i][j];
      }
      alpha[j] = sum * lattice.emissions[t][j];
    }
    lattice.scale[t] = Normalize(&alpha);
    lattice.log_partition += std::log(lattice.scale[t]);
  }
  double last = 0;
  for (int j = 0; j < kTags; ++j) last += lattice.alpha.back()[j] * potentials.end[j];
  lattice.log_partition += std::log(last);
  return lattice;
}

// Adds pair probabilities of characters t - 1 and t to `counts` and turns beta from t into beta of t - 1.
void StepBackward(const Lattice& lattice, const ChainParameters& potentials, size_t t, TagVector* beta,
                  ChainParameters* counts) {
  TagVector weighted;
  for (int j = 0; j < kTags; ++j) weighted[j] = (*beta)[j] * lattice.emissions[t][j];
  TagMatrix pairs;
  double total = 0;
  TagVector next{};
  for (int i = 0; i < kTags; ++i) {
    for (int j = 0; j < kTags; ++j) {
      const double step = potentials.transitions[i][j] * weighted[j];
      next[i] += step;
      pairs[i][j] = lattice.alpha[t - 1][i] * step;
      total += pairs[i][j];
    }
  }
  if (counts != nullptr) {
    for (int i = 0; i < kTags; ++i) {
      for (int j = 0; j < kTags; ++j) counts->transitions[i][j] += pairs[i][j] / total;
    }
  }
  Normalize(&next);
  *beta = next;
}

// marginals (as floats) and expected counts.
void RunBackward(const Lattice& lattice, const ChainParameters& potentials, float* marginals, ChainParameters* counts) {
  TagVector beta = potentials.end;
  for (size_t t = lattice.alpha.size(); t-- > 0;) {
    TagVector marginal;
    for (int j = 0; j < kTags; ++j) marginal[j] = lattice.alpha[t][j] * beta[j];
    Normalize(&marginal);
    for (int j = 0; j < kTags && marginals != nullptr; ++j) {
      marginals[t * kTags + static_cast<size_t>(j)] = static_cast<float>(marginal[j]);
    }
    if (counts != nullptr && t + 1 == lattice.alpha.size()) {
      for (int j = 0; j < kTags; ++j) counts->end[j] += marginal[j];
    }
    if (counts != nullptr && t == 0) {
      for (int j = 0; j < kTags; ++j) counts->begin[j] += marginal[j];
    }
    if (t > 0) StepBackward(lattice, potentials, t, &beta, counts);
  }
}

double PathScore(std::span<const float> logits, std::span<const uint8_t> tags, const ChainParameters& scores) {
  double score = scores.begin[tags[0]] + scores.end[tags.back()];
  for (size_t t = 0; t < tags.size(); ++t) {
    score += logits[t * kTags + tags[t]];
    if (t > 0) score += scores.transitions[tags[t - 1]][tags[t]];
  }
  return score;
}

void SubtractPath(std::span<const uint8_t> tags, float* d_logits, ChainParameters* gradients) {
  for (size_t t = 0; t < tags.size(); ++t) {
    if (d_logits != nullptr) d_logits[t * kTags + tags[t]] -= 1.0F;
    if (gradients != nullptr && t > 0) gradients->transitions[tags[t - 1]][tags[t]] -= 1.0;
  }
  if (gradients == nullptr) return;
  gradients->begin[tags[0]] -= 1.0;
  gradients->end[tags.back()] -= 1.0;
}

ChainParameters ReadParameters(const Tensor& transitions, const Tensor& begin, const Tensor& end) {
  ChainParameters parameters;
  for (int i = 0; i < kTags; ++i) {
    for (int j = 0; j < kTags; ++j) parameters.transitions[i][j] = transitions.data_ptr<float>()[i * kTags + j];
    parameters.begin[i] = begin.data_ptr<float>()[i];
    parameters.end[i] = end.data_ptr<float>()[i];
  }
  return parameters;
}

// The gradients are made with the loss and scaled when autograd asks for them.
struct CrfFunction : public torch::autograd::Function<CrfFunction> {
  static Tensor forward(AutogradContext* context, const Tensor& logits, const Tensor& transitions, const Tensor& begin,
                        const Tensor& end, int64_t samples_address, int64_t tags_address) {
    const auto& samples = *reinterpret_cast<const Packing*>(samples_address);
    const auto& tags = *reinterpret_cast<const std::vector<uint8_t>*>(tags_address);
    const ChainParameters parameters = ReadParameters(transitions, begin, end);
    Tensor d_logits = torch::empty_like(logits);
    ChainParameters gradients;
    double loss = 0;
    for (int64_t s = 0; s < samples.sequences(); ++s) {
      const auto row = static_cast<size_t>(samples.begin[static_cast<size_t>(s)]);
      const auto rows = static_cast<size_t>(samples.length(s));
      loss += ChainLoss({logits.data_ptr<float>() + row * kTags, rows * kTags}, {tags.data() + row, rows}, parameters,
                        d_logits.data_ptr<float>() + row * kTags, &gradients);
    }
    Tensor d_transitions = torch::empty_like(transitions);
    Tensor d_begin = torch::empty_like(begin);
    Tensor d_end = torch::empty_like(end);
    for (int i = 0; i < kTags; ++i) {
      for (int j = 0; j < kTags; ++j) {
        d_transitions.data_ptr<float>()[i * kTags + j] = static_cast<float>(gradients.transitions[i][j]);
      }
      d_begin.data_ptr<float>()[i] = static_cast<float>(gradients.begin[i]);
      d_end.data_ptr<float>()[i] = static_cast<float>(gradients.end[i]);
    }
    context->saved_data["gradients"] = std::vector<Tensor>{d_logits, d_transitions, d_begin, d_end};
    return torch::full({}, loss);
  }

  static variable_list backward(AutogradContext* context, const variable_list& d_outs) {
    variable_list gradients = context->saved_data["gradients"].toTensorVector();
    for (Tensor& gradient : gradients) gradient = gradient * d_outs[0];
    gradients.resize(6);
    return gradients;
  }
};

struct TagFunction : public torch::autograd::Function<TagFunction> {
  static Tensor forward(AutogradContext* context, const Tensor& logits, int64_t tags_address) {
    const auto& tags = *reinterpret_cast<const std::vector<uint8_t>*>(tags_address);
    Tensor d_logits = torch::empty_like(logits);
    const double loss =
        SoftmaxLoss({logits.data_ptr<float>(), static_cast<size_t>(logits.numel())}, tags, d_logits.data_ptr<float>());
    context->saved_data["gradient"] = d_logits;
    return torch::full({}, loss);
  }

  static variable_list backward(AutogradContext* context, const variable_list& d_outs) {
    return {context->saved_data["gradient"].toTensor() * d_outs[0], Tensor()};
  }
};

}  // namespace

double ChainLoss(std::span<const float> logits, std::span<const uint8_t> tags, const ChainParameters& parameters,
                 float* d_logits, ChainParameters* gradients) {
  const ChainParameters potentials = Potentials(parameters);
  const Lattice lattice = RunForward(logits, potentials);
  if (d_logits != nullptr || gradients != nullptr) {
    RunBackward(lattice, potentials, d_logits, gradients);
    SubtractPath(tags, d_logits, gradients);
  }
  return lattice.log_partition - PathScore(logits, tags, parameters);
}

double SoftmaxLoss(std::span<const float> logits, std::span<const uint8_t> tags, float* d_logits) {
  double loss = 0;
  for (size_t t = 0; t < tags.size(); ++t) {
    TagVector probabilities;
    const double largest = EmissionPotentials(logits.data() + t * kTags, &probabilities);
    loss += largest + std::log(Normalize(&probabilities)) - logits[t * kTags + tags[t]];
    for (int j = 0; j < kTags && d_logits != nullptr; ++j) {
      d_logits[t * kTags + static_cast<size_t>(j)] =
          static_cast<float>(probabilities[j]) - (tags[t] == j ? 1.0F : 0.0F);
    }
  }
  return loss;
}

Tensor CrfLoss(const Tensor& logits, const Tensor& transitions, const Tensor& begin, const Tensor& end,
               const Packing& samples, const std::vector<uint8_t>& tags) {
  return CrfFunction::apply(logits, transitions, begin, end, reinterpret_cast<int64_t>(&samples),
                            reinterpret_cast<int64_t>(&tags));
}

Tensor TagLoss(const Tensor& logits, const std::vector<uint8_t>& tags) {
  return TagFunction::apply(logits, reinterpret_cast<int64_t>(&tags));
}

}  // namespace tiqu::train
