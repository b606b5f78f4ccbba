// The score threshold that serves best: by micro-F1 where questions have any number of answers, by the mean score of
// the best answer where they have one at most.
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

struct SingleThresholdChoice {
  float threshold = 0.0F;  // a best span with at least this score is reported
  double score = 0;        // mean over the samples, in [0, 1]
};

// For models that report one answer at most, judged as SQuAD 2.0 judges (Rajpurkar et al. 2018): an answered sample
// scores the CMRC F1 of its best span, a silent one 1 when it is unanswerable and else 0. Where every question has an
// answer, silence never pays and the threshold is 0. Candidates as above.
SingleThresholdChoice TuneSingleThreshold(const std::vector<data::Sample>& samples,
                                          const std::vector<Prediction>& candidates);

}  // namespace tiqu::eval
