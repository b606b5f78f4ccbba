// Q2CAttention: what the question, as a whole, looks at in the passage.
//
//   z[i] = max_j S[i,j];  b = softmax_i(z);  h~ = sum_i b[i] H[i]
//
// Thread safety: free functions.
#pragma once

#include "torch/torch.h"
#include "train/layers/packing.h"

namespace tiqu::train {

// scores: as Similarity gives them, H: [sample rows, d] -> h~: [samples, d].
// REQUIRES: `layout` outlives the backward pass; every question and passage has a character.
torch::Tensor Q2CAttention(const torch::Tensor& scores, const torch::Tensor& passage, const BatchLayout& layout);

}  // namespace tiqu::train
