// Dropout whose masks are a function of (seed, step, worker, place): nothing is stored between forward and backward,
// and a resumed training sees the masks that it would have seen.
//
// One hash gives four decisions of a byte each, so rates are rounded to 1/256 (0.1 -> 26/256); the kept values are
// scaled by the exact inverse of the rounded rate.
//
// Thread safety: values and free functions.
#pragma once

#include <cstdint>

#include "torch/torch.h"

namespace tiqu::train {

struct DropoutKey {
  uint64_t key = 0;

  // A key for something inside: a layer, a chunk.
  DropoutKey At(uint64_t index) const;
};

// scale[i] = 0 with probability `rate`, else 1 / (1 - rate).
void FillDropoutScale(DropoutKey key, float rate, int64_t count, float* scale);

// x: [rows, d] -> the same with dropout; x itself when rate is 0.
torch::Tensor Dropout(const torch::Tensor& x, float rate, DropoutKey key);

}  // namespace tiqu::train
