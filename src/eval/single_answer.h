// A sample judged by one answer: the best span of a prediction against everything that counts as right.
//
// Thread safety: free functions.
#pragma once

#include "data/sample.h"
#include "eval/cmrc_score.h"
#include "eval/prediction.h"

namespace tiqu::eval {

// The span with the highest score, the first of equals; null when there is none.
const PredictedSpan* BestSpan(const Prediction& prediction);

// The CMRC score of its text against the sample's answers and alternatives; 0 without a span.
CmrcScore ScoreBestSpan(const data::Sample& sample, const Prediction& prediction);

}  // namespace tiqu::eval
