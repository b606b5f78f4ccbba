// Cuts normalised text into words by maximum probability over a word list with counts (a unigram model; no hidden
// Markov guessing: what is not in the list falls apart into single characters). Runs of digits and of Latin letters are
// cut into single characters unless the list has the word; a word never starts or ends inside such a run.
//
//   "户籍地广西壮族自治区"  ->  户籍 | 地 | 广西壮族自治区
//
// Thread safety: immutable after construction.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "text/vocabulary.h"

namespace tiqu::text {

struct Word {
  int32_t begin = 0;  // characters of the normalised text, half open
  int32_t end = 0;
  int32_t id = kUnknownId;  // in the word vocabulary
};

class Segmenter {
 public:
  // `words` is copied into a trie. `user_words` (normalised UTF-8) win against every other cut, except that a longer
  // word of the vocabulary with a user word inside stays whole; a user word that the vocabulary lacks is cut as one
  // word with the unknown id. Words of more than 64 characters, and bytes that are not UTF-8, are left out.
  explicit Segmenter(const Vocabulary& words, const std::vector<std::string>& user_words = {});
  ~Segmenter();

  // Words in order, covering `chars` without gap.
  std::vector<Word> Segment(std::u32string_view chars) const;

 private:
  struct Trie;
  std::shared_ptr<const Trie> trie_;
};

}  // namespace tiqu::text
