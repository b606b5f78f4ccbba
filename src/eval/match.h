// Which predicted spans are right.
//
// Gold and predicted spans are paired one to one: by offsets where both have them, else by text. A gold answer without
// offsets means every place where its text stands: further predictions of that text are neither right nor wrong.
//
// Thread safety: free functions.
#pragma once

#include <vector>

#include "data/sample.h"
#include "eval/prediction.h"

namespace tiqu::eval {

enum class SpanVerdict { kWrong, kRight, kIgnored };

struct MatchResult {
  std::vector<SpanVerdict> verdicts;  // of each predicted span
  int64_t gold = 0;
  int64_t right = 0;
  int64_t predicted = 0;  // right and wrong ones
};

MatchResult MatchSpans(const std::vector<data::AnswerSpan>& gold, const std::vector<PredictedSpan>& predicted);

// The same by text alone: distinct texts of both sides. An alternative of the sample counts as its single gold text.
MatchResult MatchTexts(const data::Sample& sample, const std::vector<PredictedSpan>& predicted);

}  // namespace tiqu::eval
