// What a model says to one sample.
//
// Thread safety: values.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace tiqu::eval {

struct PredictedSpan {
  std::string text;
  int32_t begin = -1;  // code points of the passage, half open; -1: not known, compared by text
  int32_t end = -1;
  float score = 1;  // probability that exactly this span is an answer
};

struct Prediction {
  std::vector<PredictedSpan> spans;  // none: "the passage does not answer the question"
  float no_answer = 0;               // probability of that
};

}  // namespace tiqu::eval
