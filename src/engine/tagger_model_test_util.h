// A whole tagger with random weights, written as a SavedModel, and texts for it. For tests and benchmarks.
//
// Thread safety: free functions; WriteRandomTagger writes files.
#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "base/random.h"
#include "base/status.h"
#include "engine/engine.h"
#include "engine/reader_model_test_util.h"
#include "graph/tagger_graph.h"
#include "model/ngram_table.h"
#include "model/tag_set.h"
#include "savedmodel/saved_model.h"

namespace tiqu::engine {

// Words and pairs of random characters; the spec's sizes are set to fit them.
struct RandomTables {
  model::NgramTable words;
  model::NgramTable pairs;
};

inline RandomTables MakeRandomTables(model::ModelSpec* spec, uint64_t seed) {
  Random random(seed);
  const auto draw = [&](int length) {
    std::vector<int32_t> chars;
    for (int i = 0; i < length; ++i) chars.push_back(random.Between(2, spec->char_vocab_size - 1));
    return chars;
  };
  std::vector<std::pair<std::vector<int32_t>, int32_t>> words, pairs;
  for (int32_t id = 2; id < spec->word_vocab_size; ++id) words.emplace_back(draw(1 + id % model::kLongestNgram), id);
  for (int32_t id = 1; id < spec->bigram_vocab_size; ++id) pairs.emplace_back(draw(2), id);
  RandomTables tables{model::NgramTable::Build(words), model::NgramTable::Build(pairs)};
  spec->word_slots = tables.words.slots;
  spec->bigram_slots = tables.pairs.slots;
  return tables;
}

inline model::ModelSpec SmallTaggerSpec() {
  model::ModelSpec spec;
  spec.kind = model::kTaggerKind;
  spec.char_vocab_size = 12;  // few, so that words stand in random texts
  spec.known_chars = 10;
  spec.word_vocab_size = 60;
  spec.word_dim = 6;
  spec.bigram_vocab_size = 40;
  spec.bigram_dim = 4;
  spec.hidden = 32;
  spec.encoder_rates = {1, 2, 4};
  spec.tags = model::TagSet::FromTypes({"LOC", "PER"}, model::TagScheme::kBioes).names();
  return spec;
}

// Writes BASE_DIR/1 and returns that folder.
inline absl::StatusOr<std::string> WriteRandomTagger(model::ModelSpec spec, const std::string& base_dir) {
  const RandomTables tables = MakeRandomTables(&spec, /*seed=*/11);
  savedmodel::SavedModelContents contents;
  TIQU_ASSIGN_OR_RETURN(contents.meta_graph, graph::BuildTaggerGraph(spec));
  contents.variables = RandomWeights(spec, /*seed=*/7);
  const auto set = [&](const std::string& name, const std::vector<float>& values) {
    contents.variables["ngram_embedding/" + name].values = values;
  };
  set("word_keys", tables.words.keys);
  set("word_ids", tables.words.ids);
  set("bigram_keys", tables.pairs.keys);
  set("bigram_ids", tables.pairs.ids);
  // The vector of no word.
  std::fill_n(contents.variables["ngram_embedding/word_vectors"].values.begin(), spec.word_dim, 0.0F);
  TIQU_RETURN_IF_ERROR(savedmodel::WriteSavedModel(contents, base_dir, 1));
  return base_dir + "/1";
}

// Random texts of the given lengths as one batch, `extra` characters of padding more than the longest.
inline TensorMap TaggerInputs(const model::ModelSpec& spec, const std::vector<int>& lengths, int extra, uint64_t seed) {
  const int width = *std::max_element(lengths.begin(), lengths.end()) + extra;
  const auto rows = static_cast<int64_t>(lengths.size());
  Tensor ids(DataType::kInt32, {rows, width});
  Tensor counts(DataType::kInt32, {rows});
  for (size_t i = 0; i < lengths.size(); ++i) {
    Random random(seed, i);
    int32_t* row = ids.data<int32_t>() + i * static_cast<size_t>(width);
    std::fill_n(row, width, 0);
    for (int t = 0; t < lengths[i]; ++t) row[t] = random.Between(1, spec.char_vocab_size - 1);
    counts.data<int32_t>()[i] = lengths[i];
  }
  return {{"word_ids", ids}, {"sequence_lengths", counts}, {"dropout_pl", Tensor::Of<float>({}, {0.5F})}};
}

}  // namespace tiqu::engine
