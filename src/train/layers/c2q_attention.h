// C2QAttention: what each passage character sees of the question.
//
//   C[i] = sum_j softmax_j(S[i])[j] U[j]
//
// Thread safety: free functions.
#pragma once

#include "torch/torch.h"
#include "train/layers/packing.h"

namespace tiqu::train {

// scores: as Similarity gives them, U: [question rows, d] -> C: [sample rows, d].
// REQUIRES: `layout` outlives the backward pass; every question has a character.
torch::Tensor C2QAttention(const torch::Tensor& scores, const torch::Tensor& question, const BatchLayout& layout);

}  // namespace tiqu::train
