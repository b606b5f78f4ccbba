// From the encoder's rows (each passage once, then the questions) to one passage copy a sample, and the questions
// apart.
//
// Thread safety: free functions.
#pragma once

#include "torch/torch.h"
#include "train/layers/packing.h"

namespace tiqu::train {

struct ExpandedRows {
  torch::Tensor passages;   // H: [layout.samples.rows(), d]
  torch::Tensor questions;  // U: [layout.questions.rows(), d]
};

// encoded: [layout.encoder.rows(), d].  REQUIRES: `layout` outlives the backward pass.
ExpandedRows ExpandPassages(const torch::Tensor& encoded, const BatchLayout& layout);

}  // namespace tiqu::train
