// Negative log-likelihood of a tag sequence under the linear chain of docs/model.md, with exact gradients.
//
//   loss = log Z - (begin[y_0] + sum_t logits[t, y_t] + sum_t transitions[y_{t-1}, y_t] + end[y_{P-1}])
//
// Forward-backward over probabilities scaled to sum 1 at each character, in double precision: three exponentials a
// character. I at the start and I after O are impossible, whatever the parameters say; they get no gradient.
//
// Thread safety: free functions.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "model/model_spec.h"
#include "torch/torch.h"
#include "train/layers/packing.h"

namespace tiqu::train {

using TagMatrix = std::array<std::array<double, model::kTagCount>, model::kTagCount>;
using TagVector = std::array<double, model::kTagCount>;

// Scores in nats, or gradients of them.
struct ChainParameters {
  TagMatrix transitions{};  // [from][to]
  TagVector begin{};
  TagVector end{};
};

// logits: [chars * 3], tags: [chars], a legal sequence of at least one tag. Writes d_logits: [chars * 3] unless null
// and adds to `gradients` unless null.
double ChainLoss(std::span<const float> logits, std::span<const uint8_t> tags, const ChainParameters& parameters,
                 float* d_logits, ChainParameters* gradients);

// Cross-entropy summed over characters, when there is no chain.
double SoftmaxLoss(std::span<const float> logits, std::span<const uint8_t> tags, float* d_logits);

// logits: [sample rows, 3], transitions: [3, 3], begin, end: [3] -> the sum of the samples' losses.
torch::Tensor CrfLoss(const torch::Tensor& logits, const torch::Tensor& transitions, const torch::Tensor& begin,
                      const torch::Tensor& end, const Packing& samples, const std::vector<uint8_t>& tags);

// logits: [sample rows, 3] -> summed over all characters.
torch::Tensor TagLoss(const torch::Tensor& logits, const std::vector<uint8_t>& tags);

}  // namespace tiqu::train
