// The shape of a network: everything needed to build it but the weights. Saved with every model, never passed again by
// hand. docs/model.md says what the fields mean.
//
// Thread safety: a value.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "model/weight_map.h"
#include "nlohmann/json_fwd.hpp"

namespace tiqu::model {

inline constexpr int kTagCount = 3;       // O, B, I = 0, 1, 2
inline constexpr int kFeatureCount = 12;  // hand-made features a passage character

inline constexpr char kReaderKind[] = "reader";
inline constexpr char kTaggerKind[] = "tagger";

inline constexpr int kLongestNgram = 4;    // characters of a word that a tagger looks up
inline constexpr int kNgramFlagCount = 9;  // of the words around a character: which places are taken

struct ModelSpec {
  std::string kind = kReaderKind;  // or kTaggerKind
  int char_vocab_size = 0;
  int word_vocab_size = 0;
  int word_dim = 0;
  int hidden = 128;
  int max_position = 512;
  // Most layers stand before the question comes in: what they do serves all questions on a passage.
  std::vector<int> encoder_rates = {1, 2, 4, 8, 16, 1};
  std::vector<int> model_rates = {1, 2, 4};
  bool match_features = true;  // off: F is all zero (for ablations)
  bool word_vectors = true;    // off: the projected word vector is left out (for ablations)
  bool crf = true;             // off: transitions are zero but for the forbidden ones

  // Of a tagger alone (which has of the above char_vocab_size, word_vocab_size, word_dim, hidden, encoder_rates).
  std::vector<std::string> tags;  // what the columns of the logits mean: tag_set.h
  int known_chars = 0;            // ids below have a character vector of their own, the others that of "unknown"
  int word_slots = 0;             // of each half of the table of words: ngram_table.h
  int bigram_slots = 0;           // of each half of the table of character pairs
  int bigram_vocab_size = 0;      // pairs with a vector of their own, and id 0
  int bigram_dim = 0;

  bool is_tagger() const { return kind == kTaggerKind; }

  // Errors: INVALID_ARGUMENT naming the field, its value and the limit.
  absl::Status Validate() const;

  nlohmann::json ToJson() const;
  static absl::StatusOr<ModelSpec> FromJson(const nlohmann::json& json);
};

struct WeightShape {
  std::string name;
  std::vector<int64_t> shape;
  bool frozen = false;   // not trained
  bool in_graph = true;  // false: crf/* and span/*
};

// Columns of the matrix that a tagger's word and pair features are projected from: docs/model.md, "The tagger".
int NgramFeatureCount(const ModelSpec& spec);

// Every weight of the network in a fixed order (the order of the table in docs/model.md).
std::vector<WeightShape> WeightShapes(const ModelSpec& spec);

// Errors: INVALID_ARGUMENT naming a weight that is missing, of another shape or not known.
absl::Status CheckWeights(const ModelSpec& spec, const WeightMap& weights);

}  // namespace tiqu::model
