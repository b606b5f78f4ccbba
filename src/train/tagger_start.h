// A trained tagger that a training goes on from (starting_model.h): what it knows of characters, pairs, words and texts
// is kept, and its tags, too, where the new texts have no others.
//
// Thread safety: free functions.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "data/sample.h"
#include "model/ngram_table.h"
#include "model/tag_set.h"
#include "train/parameters.h"
#include "train/starting_model.h"
#include "train/tagger_data.h"

namespace tiqu::train {

// The model's tags where they have all types of the samples, else those of the samples. `scheme`: of the latter.
model::TagSet ContinueTags(const StartingModel& start, const std::vector<data::Sample>& samples,
                           const std::string& scheme);

// The pairs that a table holds, by their ids. It keeps hashes alone: every two of the first `chars` characters are
// looked up, which takes a second for some thousand, and what the table takes for one of its pairs comes along.
// REQUIRES: no other than pairs were put into it.
CharPairs RecoverPairs(const model::NgramTable& table, int32_t chars);

// The model's table of pairs, and that of words.
model::NgramTable PairTableOf(const StartingModel& start);
model::NgramTable WordTableOf(const StartingModel& start);
// Its pairs, with the ids that `chars` gives their characters. REQUIRES: `chars` has all of the model's.
CharPairs ContinuePairs(const StartingModel& start, const text::Vocabulary& chars);

struct KnownChars {
  text::Vocabulary chars;
  int32_t count = 0;  // ids below have a vector of their own
};
// The characters with a vector, under their ids; behind them those that the texts have (`seen`) `min_count` times,
// which get one; then all others, which share that of "unknown".
KnownChars ContinueChars(const StartingModel& start, const text::Vocabulary& seen, int min_count);

// Characters that get a vector begin with that of "unknown", new pairs with what they have in `parameters`; other
// tags than the model's begin from random weights. REQUIRES: `parameters` have the model's spec, but for its
// vocabularies, which may be longer, and its tags.
void CopyTaggerWeights(const StartingModel& start, const model::ModelSpec& spec, Parameters* parameters);

}  // namespace tiqu::train
