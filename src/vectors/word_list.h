// Word lists to cut text by: read from a file, or harvested from the text itself.
//
//   户籍 312 n            jieba's form: word, count, tag; tag, or count and tag, may be absent (count 1)
//
// Thread safety: free functions.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "text/normalizer.h"
#include "text/vocabulary.h"

namespace tiqu::vectors {

// Of the first bad lines of a file, so many are reported; the rest is counted.
inline constexpr size_t kMaxMessages = 20;
// Lines of a corpus, which may hold a whole book.
inline constexpr size_t kMaxCorpusLineBytes = size_t{1} << 24;

struct WordTag {
  int32_t word;  // id in WordList::words
  std::string tag;
};

struct WordList {
  text::Vocabulary words;
  std::vector<WordTag> tags;          // in the order of the lines
  int64_t bad_lines = 0;              // left out: not UTF-8, or a count that is no number
  std::vector<std::string> messages;  // of the first of them
};

// Words are normalised; those that become the same add up. Errors: of the file; INVALID_ARGUMENT when it has no word.
absl::StatusOr<WordList> ReadWordList(const std::string& path, const text::NormalizerOptions& normalizer);

// What makes a run of two to four Han characters a word:
struct HarvestOptions {
  int64_t min_count = 10;
  // Pointwise mutual information, in nats: how much more often its parts stand together than chance would have it, at
  // the weakest of the places where it could be cut.
  double min_cohesion = 4.0;
  // Entropy, in nats, of the characters that stand before it and after it: the lower of both.
  double min_freedom = 1.2;
  int64_t max_chars = 20'000'000;  // of the corpus that are looked at, spread over all of it
};

// Counts the single characters too. `corpus`: files of plain text. Errors: of the files; CANCELLED when interrupted.
absl::StatusOr<text::Vocabulary> HarvestWords(const std::vector<std::string>& corpus,
                                              const text::NormalizerOptions& normalizer, const HarvestOptions& options);

}  // namespace tiqu::vectors
