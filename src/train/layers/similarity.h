// Similarity: the trilinear score of every passage character with every question character of its sample.
//
//   S[i,j] = H[i].w1 + U[j].w2 + (H[i] * w3).U[j]  =  H[i].(U[j] * w3 + w1) + U[j].w2
//
// Thread safety: free functions.
#pragma once

#include "torch/torch.h"
#include "train/layers/packing.h"

namespace tiqu::train {

// H: [sample rows, d], U: [question rows, d], kernel: [3d, 1] = [w1; w2; w3] -> the samples' [passage, question]
// matrices one after the other, sample s at layout.pair_begin[s].  REQUIRES: `layout` outlives the backward pass.
torch::Tensor Similarity(const torch::Tensor& passage, const torch::Tensor& question, const torch::Tensor& kernel,
                         const BatchLayout& layout);

}  // namespace tiqu::train
