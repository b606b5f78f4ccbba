// MergedContext: the query-aware passage.
//
//   out = dropout([H; C; H * C; H * h~; F]) kernel + bias
//
// Thread safety: free functions.
#pragma once

#include "torch/torch.h"
#include "train/layers/dropout.h"
#include "train/layers/packing.h"

namespace tiqu::train {

struct MergedContextInputs {
  torch::Tensor passage;   // H: [sample rows, d]
  torch::Tensor c2q;       // C: [sample rows, d]
  torch::Tensor q2c;       // h~: [samples, d]
  torch::Tensor features;  // F: [sample rows, 12], no gradient
};

// kernel: [4d + 12, d], bias: [d] -> [sample rows, d].  REQUIRES: `samples` outlives the backward pass.
torch::Tensor MergedContext(const MergedContextInputs& inputs, const torch::Tensor& kernel, const torch::Tensor& bias,
                            const Packing& samples, float dropout, DropoutKey key);

}  // namespace tiqu::train
