// The hand-made features F of docs/model.md: how a passage character relates to the question and to the anchor.
//
// They carry no gradient, so they are plain C++ on ids. Training computes them from the true ids, also where the
// embedding sees "unknown" in their place.
//
// Thread safety: free functions.
#pragma once

#include <cstdint>
#include <span>

#include "text/tokenizer.h"

namespace tiqu::train {

struct MatchInputs {
  std::span<const int32_t> passage_chars;   // [P]
  std::span<const int32_t> passage_words;   // [P]
  std::span<const int32_t> question_chars;  // [Q]
  std::span<const int32_t> question_words;  // [Q]
  text::Anchor anchor;                      // positions in this passage
  std::span<const float> char_idf;          // [char_vocab]
  std::span<const float> word_idf;          // [word_vocab]
};

// features: [P, 12], all of it written.
void ComputeMatchFeatures(const MatchInputs& inputs, float* features);

}  // namespace tiqu::train
