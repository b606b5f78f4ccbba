#include "train/tagger_start.h"

#include <algorithm>

#include "text/vocabulary.h"

namespace tiqu::train {
namespace {

void CopyFront(const StartingModel& start, const std::string& name, Parameters* parameters) {
  const std::vector<float>& values = start.checkpoint.weights.at(name).values;
  std::copy(values.begin(), values.end(), parameters->Get(name).data_ptr<float>());
}

// The rows behind those that the model has: copies of its row for "unknown".
void FillWithUnknown(const StartingModel& start, const std::string& name, Parameters* parameters) {
  const torch::Tensor& rows = parameters->Get(name);
  const int64_t width = rows.size(1);
  float* const all = rows.data_ptr<float>();
  const int64_t known = start.checkpoint.weights.at(name).shape[0];
  for (int64_t row = known; row < rows.size(0); ++row) {
    std::copy_n(all + text::kUnknownId * width, width, all + row * width);
  }
}

bool IsOfTags(const std::string& name) { return name.starts_with("tags/") || name.starts_with("crf/"); }

}  // namespace

model::TagSet ContinueTags(const StartingModel& start, const std::vector<data::Sample>& samples,
                           const std::string& scheme) {
  model::TagSet own = CollectTags(samples, scheme);
  auto known = model::TagSet::Parse(start.checkpoint.config.spec.tags);
  if (!known.ok()) return own;
  const bool has_all = std::all_of(own.types().begin(), own.types().end(),
                                   [&](const std::string& type) { return known->FindType(type) >= 0; });
  return has_all ? *std::move(known) : own;
}

CharPairs RecoverPairs(const model::NgramTable& table, int32_t chars) {
  CharPairs pairs;
  for (int32_t first = text::kUnknownId + 1; first < chars; ++first) {
    for (int32_t second = text::kUnknownId + 1; second < chars; ++second) {
      const int32_t both[] = {first, second};
      if (const int32_t id = table.Find(both); id > 0) pairs.push_back({{first, second}, id});
    }
  }
  std::sort(pairs.begin(), pairs.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
  return pairs;
}

model::NgramTable PairTableOf(const StartingModel& start) {
  model::NgramTable table;
  table.slots = start.checkpoint.config.spec.bigram_slots;
  table.keys = start.checkpoint.weights.at("ngram_embedding/bigram_keys").values;
  table.ids = start.checkpoint.weights.at("ngram_embedding/bigram_ids").values;
  return table;
}

void CopyTaggerWeights(const StartingModel& start, const model::ModelSpec& spec, Parameters* parameters) {
  const bool same_tags = start.checkpoint.config.spec.tags == spec.tags;
  for (const model::WeightShape& weight : model::WeightShapes(spec)) {
    if (weight.frozen || (IsOfTags(weight.name) && !same_tags)) continue;
    CopyFront(start, weight.name, parameters);
  }
  FillWithUnknown(start, "ngram_embedding/char_embeddings", parameters);
}

}  // namespace tiqu::train
