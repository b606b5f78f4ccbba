// What a tagger's training has beside the texts: its tags, the tables of words and pairs, and which of them stand
// where.
//
// Thread safety: values; free functions.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "data/sample.h"
#include "model/model_spec.h"
#include "model/ngram_table.h"
#include "model/tag_set.h"
#include "text/tokenizer.h"
#include "text/vocabulary.h"
#include "train/corpus.h"
#include "train/trainer_options.h"

namespace tiqu::train {

using CharPairs = std::vector<std::pair<std::vector<int32_t>, int32_t>>;  // two character ids, and the pair's id

// Of one text. An id of 0 is none.
struct NgramIds {
  std::vector<int32_t> words;  // [chars * kLongestNgram]: the word of 1, 2, ... characters that begins here
  std::vector<int32_t> pairs;  // [chars]: of this character and the next
};

struct TaggerData {
  model::TagSet tags;
  text::Vocabulary words;  // of the word vectors
  model::NgramTable word_table;
  model::NgramTable pair_table;
  int32_t pair_vocab = 1;           // pairs with a vector, and id 0
  std::vector<NgramIds> train_ids;  // of each passage of the corpus
  std::vector<NgramIds> valid_ids;
};

// The types of the samples' entities, by name. `scheme`: "bio" or "bioes".
model::TagSet CollectTags(const std::vector<data::Sample>& samples, const std::string& scheme);

// `chars`, and behind them the characters of short words that they lack: such words can then be found.
text::Vocabulary AddWordChars(const text::Vocabulary& chars, const text::Vocabulary& words);

// A passage and a sample a text, also where two are equal. Entities of types that `tags` lacks, and all but the first
// of overlapping ones, count as lost. Errors: INVALID_ARGUMENT naming the text that is not UTF-8.
absl::StatusOr<Corpus> EncodeEntities(const std::vector<data::Sample>& texts, const text::Tokenizer& tokenizer,
                                      const model::TagSet& tags);

// Fills in the tables: words of the vectors; the pairs `known` under their ids, and behind them those that stand at
// least twice in the corpus, most frequent first, `max_pairs` of these at most.
void BuildTables(const Corpus& corpus, const text::Vocabulary& chars, int max_pairs, CharPairs known,
                 TaggerData* tagger);

std::vector<NgramIds> FindNgrams(const Corpus& corpus, const TaggerData& tagger);

// The characters with a vector of their own, ids below: those that are seen `min_char_count` times. The others share
// the vector of "unknown".
int32_t CountKnownChars(const text::Vocabulary& chars, int min_char_count);

// Everything in the spec that comes from the data.
void SetTaggerSizes(const TaggerData& tagger, int32_t char_vocab_size, int32_t known_chars, model::ModelSpec* spec);

}  // namespace tiqu::train
