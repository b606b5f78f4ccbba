// DilatedGatedConv1D: a convolution of three taps whose second half gates its first half over the input.
//
//   h = taps(x, t - r, t, t + r) kernel + bias;   out = x * (1 - s) + h[:d] * s,   s = sigmoid(dropout(h[d:]))
//
// The convolution takes half of the multiplications (minimal_conv.h), on the calling thread.
//
// Thread safety: free functions.
#pragma once

#include "torch/torch.h"
#include "train/layers/dropout.h"
#include "train/layers/packing.h"

namespace tiqu::train {

struct DilatedGatedConv1DOptions {
  int64_t rate = 1;
  float gate_dropout = 0.0F;
  DropoutKey key;
};

// x: [rows, d], kernel: [3, d, 2d], bias: [2d] -> [rows, d].  REQUIRES: `packing` outlives the backward pass.
torch::Tensor DilatedGatedConv1D(const torch::Tensor& x, const torch::Tensor& kernel, const torch::Tensor& bias,
                                 const Packing& packing, const DilatedGatedConv1DOptions& options);

}  // namespace tiqu::train
