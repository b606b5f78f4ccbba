// What a word list knows of its words, as more elements of their vectors: a column a kind of tag, 1 for the words that
// have it and 0 for all others. So a list of names (persons, places, drugs, products) helps a tagger to find them; its
// words that have no vector yet get one that is zero but for those columns.
//
//   TagOptions options;
//   options.columns = {"nr+nrt", "ns"};
//   TIQU_ASSIGN_OR_RETURN(Tagged tagged, AddTagColumns(vectors, list, options));
//
// Thread safety: free functions.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "vectors/word_list.h"
#include "vectors/word_vectors.h"

namespace tiqu::vectors {

struct TagOptions {
  std::vector<std::string> columns;    // each one tag, or several with '+' between them
  std::vector<std::string> new_words;  // tags whose words are added; empty: all that have a column
  int32_t max_word_chars = 4;          // longer words are not added; taggers look no further (model::kLongestNgram)
};

struct Tagged {
  WordVectors vectors;  // added words come last, with count 1
  int32_t added = 0;
  std::vector<int64_t> words;  // of each column
};

// Errors: INVALID_ARGUMENT for no column, an empty tag, a tag in two columns, a tag that no word of the list has, more
// columns than a vector may have elements (kMaxDim), or a max_word_chars below 1.
absl::StatusOr<Tagged> AddTagColumns(const WordVectors& vectors, const WordList& list, const TagOptions& options);

}  // namespace tiqu::vectors
