// What a model's input side learns from the training texts: its characters, and how telling each character and word is.
//
// Thread safety: free functions.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "data/sample.h"
#include "text/normalizer.h"
#include "text/tokenizer.h"
#include "text/vocabulary.h"

namespace tiqu::train {

// Characters of questions and distinct passages seen at least `min_count` times, most frequent first (of equals by code
// point). Errors: INVALID_ARGUMENT naming the sample whose text is not UTF-8.
absl::StatusOr<text::Vocabulary> BuildCharVocabulary(const std::vector<data::Sample>& samples,
                                                     const text::Normalizer& normalizer, int min_count);

// idf[id] = log((N + 1) / (df + 1)) / log(N + 1) over N passages: 0 for what stands in all, 1 for what stands in none.
// Ids 0 and 1 have 0.
struct IdfTables {
  std::vector<float> chars;
  std::vector<float> words;
};
IdfTables BuildIdfTables(const std::vector<text::EncodedText>& passages, int32_t char_vocab, int32_t word_vocab);

}  // namespace tiqu::train
