// Answer: tag scores of every passage character, and the auxiliary scores of an answer's first and last character.
//
//   logits = relu(M K_h + b_h) K + b      [rows, 3]: O, B, I
//   span   = M K_s                        [rows, 2]: start, end (inclusive)
//
// Thread safety: free functions.
#pragma once

#include "torch/torch.h"

namespace tiqu::train {

// x: [rows, n], kernel: [n, m], bias: [m] or undefined -> [rows, m], through max(0, .) when `relu` is set.
torch::Tensor Dense(const torch::Tensor& x, const torch::Tensor& kernel, const torch::Tensor& bias, bool relu);

struct AnswerWeights {
  torch::Tensor hidden_kernel;  // [d, d]
  torch::Tensor hidden_bias;    // [d]
  torch::Tensor kernel;         // [d, 3]
  torch::Tensor bias;           // [3]
};

// M: [rows, d] -> logits: [rows, 3]
torch::Tensor Answer(const torch::Tensor& context, const AnswerWeights& weights);

// M: [rows, d], kernel: [d, 2] -> [rows, 2]
torch::Tensor SpanScores(const torch::Tensor& context, const torch::Tensor& kernel);

}  // namespace tiqu::train
