// From tag probabilities to the answers of one question on one passage.
//
// Thread safety: free functions.
#pragma once

#include <span>
#include <vector>

#include "decode/crf.h"

namespace tiqu::decode {

struct AnswerRules {
  float threshold = 0.4F;            // smallest probability of a reported span; never below kLeastThreshold
  float no_answer_threshold = 1.0F;  // P(no answer) at or above which nothing is reported
  int max_answer_chars = 256;
  bool single = false;  // one answer at most

  bool operator==(const AnswerRules&) const = default;
};

// Spans less likely than this are not looked for: their number would grow with the square of the passage.
inline constexpr float kLeastThreshold = 1e-3F;

struct DecodedAnswers {
  std::vector<ScoredSpan> spans;  // in passage order, not overlapping
  float no_answer = 0;            // probability of all O
};

// log_pa: [chars * 3]. Takes likely spans by falling score, skips those that overlap one taken already. A span longer
// than max_answer_chars is never taken.
//
// With `single` it is the span of the highest expected F1, counted in shared characters, over all spans by their
// probability (minimum Bayes risk decoding, Kumar and Byrne 2004), and it is reported where its own probability reaches
// the threshold. Where the model knows the place but not the ends it takes the middle course:
//
//   P(3..20) = 0.3, P(3..18) = 0.25, P(3..19) = 0.25, P(40..41) = 0.31  ->  3..19
DecodedAnswers DecodeAnswers(const Chain& chain, std::span<const float> log_pa, const AnswerRules& rules);

// The choice alone, among the spans of one question that DecodeAnswers finds (none longer than max_answer_chars).
std::vector<ScoredSpan> ChooseAnswers(std::vector<ScoredSpan> candidates, float no_answer, const AnswerRules& rules);

}  // namespace tiqu::decode
