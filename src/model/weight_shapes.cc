// The table of docs/model.md, row by row.
#include <set>

#include "fmt/format.h"
#include "fmt/ranges.h"
#include "model/model_spec.h"

namespace tiqu::model {
namespace {

std::string ShapeText(const std::vector<int64_t>& shape) { return fmt::format("[{}]", fmt::join(shape, ", ")); }

int64_t CountElements(const std::vector<int64_t>& shape) {
  int64_t count = 1;
  for (const int64_t size : shape) count *= size;
  return count;
}

void AddConvolutions(std::string_view stack, size_t layers, int64_t d, std::vector<WeightShape>* out) {
  for (size_t i = 0; i < layers; ++i) {
    out->push_back({fmt::format("{}_{}/kernel", stack, i), {3, d, 2 * d}});
    out->push_back({fmt::format("{}_{}/bias", stack, i), {2 * d}});
  }
}

absl::Status CheckWeight(const WeightShape& expected, const WeightMap& weights) {
  const auto found = weights.find(expected.name);
  if (found == weights.end()) {
    return absl::InvalidArgumentError(fmt::format("weight {} {} is missing", expected.name, ShapeText(expected.shape)));
  }
  const WeightTensor& weight = found->second;
  if (weight.shape != expected.shape) {
    return absl::InvalidArgumentError(fmt::format("weight {} has shape {}, the model needs {}", expected.name,
                                                  ShapeText(weight.shape), ShapeText(expected.shape)));
  }
  if (static_cast<int64_t>(weight.values.size()) != CountElements(weight.shape)) {
    return absl::InvalidArgumentError(fmt::format("weight {} has {} values, its shape {} needs {}", expected.name,
                                                  weight.values.size(), ShapeText(weight.shape),
                                                  CountElements(weight.shape)));
  }
  return absl::OkStatus();
}

std::vector<WeightShape> TaggerWeightShapes(const ModelSpec& spec) {
  const int64_t d = spec.hidden;
  const auto tags = static_cast<int64_t>(spec.tags.size());
  constexpr bool kFrozen = true;
  std::vector<WeightShape> shapes = {
      {"ngram_embedding/char_embeddings", {spec.known_chars, d}},
      {"ngram_embedding/word_vectors", {spec.word_vocab_size, spec.word_dim}, kFrozen},
      {"ngram_embedding/word_keys", {2 * spec.word_slots}, kFrozen},
      {"ngram_embedding/word_ids", {2 * spec.word_slots}, kFrozen},
      {"ngram_embedding/bigram_embeddings", {spec.bigram_vocab_size, spec.bigram_dim}},
      {"ngram_embedding/bigram_keys", {2 * spec.bigram_slots}, kFrozen},
      {"ngram_embedding/bigram_ids", {2 * spec.bigram_slots}, kFrozen},
      {"ngram_embedding/kernel", {NgramFeatureCount(spec), d}},
      {"ngram_embedding/bias", {d}},
  };
  AddConvolutions("encode", spec.encoder_rates.size(), d, &shapes);
  shapes.push_back({"tags/kernel", {d, tags}});
  shapes.push_back({"tags/bias", {tags}});
  shapes.push_back({"crf/transitions", {tags, tags}});
  shapes.push_back({"crf/begin", {tags}});
  shapes.push_back({"crf/end", {tags}});
  return shapes;
}

}  // namespace

int NgramFeatureCount(const ModelSpec& spec) {
  return kLongestNgram * spec.word_dim + kNgramFlagCount + 2 * spec.bigram_dim;
}

std::vector<WeightShape> WeightShapes(const ModelSpec& spec) {
  if (spec.is_tagger()) return TaggerWeightShapes(spec);
  const int64_t d = spec.hidden;
  std::vector<WeightShape> shapes = {
      {"mix_embedding/char_embeddings", {spec.char_vocab_size, d}},
      {"mix_embedding/word_vectors", {spec.word_vocab_size, spec.word_dim}, /*frozen=*/true},
      {"mix_embedding/word_projection", {spec.word_dim, d}},
      {"mix_embedding/position_embeddings", {spec.max_position, d}},
  };
  AddConvolutions("encode", spec.encoder_rates.size(), d, &shapes);
  shapes.push_back({"similarity/kernel", {3 * d, 1}});
  shapes.push_back({"match_features/char_idf", {spec.char_vocab_size}, /*frozen=*/true});
  shapes.push_back({"match_features/word_idf", {spec.word_vocab_size}, /*frozen=*/true});
  shapes.push_back({"merged_context/kernel", {4 * d + kFeatureCount, d}});
  shapes.push_back({"merged_context/bias", {d}});
  AddConvolutions("model", spec.model_rates.size(), d, &shapes);
  shapes.push_back({"answer/hidden_kernel", {d, d}});
  shapes.push_back({"answer/hidden_bias", {d}});
  shapes.push_back({"answer/kernel", {d, kTagCount}});
  shapes.push_back({"answer/bias", {kTagCount}});
  shapes.push_back({"crf/transitions", {kTagCount, kTagCount}, /*frozen=*/false, /*in_graph=*/false});
  shapes.push_back({"crf/begin", {kTagCount}, /*frozen=*/false, /*in_graph=*/false});
  shapes.push_back({"crf/end", {kTagCount}, /*frozen=*/false, /*in_graph=*/false});
  shapes.push_back({"span/kernel", {d, 2}, /*frozen=*/false, /*in_graph=*/false});
  return shapes;
}

absl::Status CheckWeights(const ModelSpec& spec, const WeightMap& weights) {
  std::set<std::string> known;
  for (const WeightShape& expected : WeightShapes(spec)) {
    if (absl::Status status = CheckWeight(expected, weights); !status.ok()) return status;
    known.insert(expected.name);
  }
  for (const auto& [name, weight] : weights) {
    if (!known.contains(name)) {
      return absl::InvalidArgumentError(
          fmt::format("weight {} {} is not part of the model", name, ShapeText(weight.shape)));
    }
  }
  return absl::OkStatus();
}

}  // namespace tiqu::model
