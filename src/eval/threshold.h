// The score threshold that gives the best micro-F1.
//
//   scores 0.9 right, 0.8 wrong, 0.7 right; two gold spans  ->  threshold 0.35 (all three taken), F1 0.8
//
// Thread safety: free functions.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "data/sample.h"
#include "eval/prediction.h"

namespace tiqu::eval {

struct ThresholdChoice {
  float threshold = 0.5F;  // spans with at least this score are taken
  double precision = 0;
  double recall = 0;
  double f1 = 0;
};

// (score, right) of every candidate span, in any order, and the number of gold spans. The threshold lies half way
// between the last score taken and the next one, so that rounding does not tip it. Without candidates: 0.5.
ThresholdChoice TuneThreshold(std::vector<std::pair<float, bool>> candidates, int64_t gold);

// The same for predictions that hold all candidates of their sample (not overlapping, not cut by a threshold).
// REQUIRES: as many candidates as samples.
ThresholdChoice TuneThreshold(const std::vector<data::Sample>& samples, const std::vector<Prediction>& candidates);

}  // namespace tiqu::eval
