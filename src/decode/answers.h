// From tag probabilities to the answers of one question on one passage.
//
// Thread safety: free functions.
#pragma once

#include <span>
#include <vector>

#include "decode/crf.h"

namespace tiqu::decode {

struct AnswerRules {
  float threshold = 0.4F;
  float no_answer_threshold = 1.0F;
  int max_answer_chars = 256;
  bool single = false;
};

struct DecodedAnswers {
  std::vector<ScoredSpan> spans;  // in passage order, not overlapping
  float no_answer = 0;            // probability of all O
};

// log_pa: [chars * 3]. Takes likely spans by falling score, skips those that overlap one taken already. A best-path span
// longer than max_answer_chars is dropped.
DecodedAnswers DecodeAnswers(const Chain& chain, std::span<const float> log_pa, const AnswerRules& rules);

}  // namespace tiqu::decode
