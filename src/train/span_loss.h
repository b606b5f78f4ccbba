// Cross-entropy of the auxiliary head: which character starts an answer, which ends one.
//
//   loss = -mean over answers of log softmax(start)[begin]  -  the same of ends (inclusive)
//
// Samples without an answer add nothing. Thread safety: free functions.
#pragma once

#include <cstdint>
#include <vector>

#include "torch/torch.h"
#include "train/layers/packing.h"

namespace tiqu::train {

struct GoldSpan {
  int32_t begin = 0;  // characters of the sample's passage, half open
  int32_t end = 0;
  int32_t type = 0;  // of a tagger's entities: index in TagSet::types()

  bool operator==(const GoldSpan&) const = default;
};

// scores: [sample rows, 2], gold: [samples] -> the sum of the samples' losses.
torch::Tensor SpanLoss(const torch::Tensor& scores, const Packing& samples,
                       const std::vector<std::vector<GoldSpan>>& gold);

}  // namespace tiqu::train
