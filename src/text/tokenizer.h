// Text to the ids that the reader takes, with offsets back to the original.
//
//   Tokenizer tokenizer(options, chars, words, {});
//   TIQU_ASSIGN_OR_RETURN(EncodedText passage, tokenizer.Encode("罗显敏,男,..."));
//   Anchor anchor = FindAnchor(question.text.chars, passage.text.chars);
//
// Thread safety: immutable after construction.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "text/normalizer.h"
#include "text/segmenter.h"
#include "text/vocabulary.h"

namespace tiqu::text {

struct EncodedText {
  NormalizedText text;
  std::vector<int32_t> char_ids;  // one a character of text.chars; never 0
  std::vector<int32_t> word_ids;  // the word's id repeated over its characters; never 0
};

// The question's subject: the longest question substring of at least two characters that the passage has, first
// occurrence in the passage; of several longest ones, the one that stands first in the question. Characters other than
// letters, digits and Han do not take part. Positions are inclusive, -1 and -1 when there is none. Time grows with the
// sum of the lengths, not with their product.
struct Anchor {
  int32_t first = -1;  // k1_in
  int32_t last = -1;   // k2_in
};
Anchor FindAnchor(std::u32string_view question, std::u32string_view passage);

class Tokenizer {
 public:
  // `chars` and `words` are of normalised text; `user_words` are normalised here.
  Tokenizer(const NormalizerOptions& options, Vocabulary chars, Vocabulary words, std::vector<std::string> user_words);

  // Errors: INVALID_ARGUMENT naming the byte that is not UTF-8.
  absl::StatusOr<EncodedText> Encode(std::string_view utf8) const;

  const NormalizerOptions& normalizer_options() const { return normalizer_.options(); }
  const Vocabulary& chars() const { return chars_; }
  const Vocabulary& words() const { return words_; }
  const std::vector<std::string>& user_words() const { return user_words_; }

 private:
  Normalizer normalizer_;
  Vocabulary chars_;
  Vocabulary words_;
  std::vector<std::string> user_words_;
  Segmenter segmenter_;
  std::vector<int32_t> direct_ids_;  // of the characters below U+10000
};

}  // namespace tiqu::text
