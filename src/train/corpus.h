// Samples as ids and character spans, ready to be cut into batches. A passage that several samples share is kept once.
//
// Thread safety: a value; free functions.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "data/sample.h"
#include "text/tokenizer.h"
#include "train/span_loss.h"

namespace tiqu::train {

struct EncodedSample {
  int32_t passage = 0;      // index in Corpus::passages
  std::u32string question;  // normalised, at most max_question_chars
  std::vector<int32_t> question_chars;
  std::vector<int32_t> question_words;
  text::Anchor anchor;         // in the whole passage
  std::vector<GoldSpan> gold;  // characters of the normalised passage, in order, not overlapping
};

struct Corpus {
  std::vector<text::EncodedText> passages;
  std::vector<EncodedSample> samples;
  std::vector<int32_t> source;  // [samples]: index in what was encoded

  int64_t empty_texts = 0;   // samples left out because their question or passage is empty
  int64_t lost_answers = 0;  // answers that could not be placed or overlap another; the sample is kept

  int64_t passage_chars(int32_t passage) const {
    return static_cast<int64_t>(passages[static_cast<size_t>(passage)].char_ids.size());
  }
};

// An answer without offsets labels every place where its text stands. Errors: INVALID_ARGUMENT naming the sample whose
// text is not UTF-8.
absl::StatusOr<Corpus> EncodeCorpus(const std::vector<data::Sample>& samples, const text::Tokenizer& tokenizer,
                                    int max_question_chars);

// The characters [begin, end) of the normalised text that came from code points [source_begin, source_end).
GoldSpan FromSourceSpan(const text::NormalizedText& text, int32_t source_begin, int32_t source_end);

// A tag a character, [chars]: B, I on the spans, else O. REQUIRES: the spans lie within, not overlapping.
std::vector<uint8_t> GoldTags(const std::vector<GoldSpan>& gold, size_t chars);

}  // namespace tiqu::train
