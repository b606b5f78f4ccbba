#include "train/tagger_start.h"

#include <algorithm>

#include "text/vocabulary.h"

namespace tiqu::train {
namespace {

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

model::NgramTable TableOf(const StartingModel& start, const std::string& kind, int slots) {
  model::NgramTable table;
  table.slots = slots;
  table.keys = start.checkpoint.weights.at("ngram_embedding/" + kind + "_keys").values;
  table.ids = start.checkpoint.weights.at("ngram_embedding/" + kind + "_ids").values;
  return table;
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
  return TableOf(start, "bigram", start.checkpoint.config.spec.bigram_slots);
}

model::NgramTable WordTableOf(const StartingModel& start) {
  return TableOf(start, "word", start.checkpoint.config.spec.word_slots);
}

CharPairs ContinuePairs(const StartingModel& start, const text::Vocabulary& chars) {
  CharPairs pairs = RecoverPairs(PairTableOf(start), start.chars.size());
  for (auto& [pair, id] : pairs) {
    for (int32_t& c : pair) c = chars.Find(start.chars.entry(c).text);
  }
  return pairs;
}

KnownChars ContinueChars(const StartingModel& start, const text::Vocabulary& seen, int min_count) {
  KnownChars known{text::Vocabulary(), start.checkpoint.config.spec.known_chars};
  std::vector<text::Vocabulary::Entry> entries;
  for (int32_t id = text::kUnknownId + 1; id < known.count; ++id) entries.push_back(start.chars.entry(id));
  for (int32_t id = text::kUnknownId + 1; id < seen.size(); ++id) {
    const int32_t old_id = start.chars.Find(seen.entry(id).text);
    const bool has_vector = old_id > text::kUnknownId && old_id < known.count;
    if (!has_vector && seen.entry(id).count >= min_count) entries.push_back(seen.entry(id));
  }
  const auto with_vector = static_cast<int32_t>(entries.size()) + text::kUnknownId + 1;
  known.chars = ExtendVocabulary(ExtendVocabulary(text::Vocabulary::FromEntries(entries), start.chars), seen);
  known.count = with_vector;
  return known;
}

void CopyTaggerWeights(const StartingModel& start, const model::ModelSpec& spec, Parameters* parameters) {
  const bool same_tags = start.checkpoint.config.spec.tags == spec.tags;
  for (const model::WeightShape& weight : model::WeightShapes(spec)) {
    if (weight.frozen || (IsOfTags(weight.name) && !same_tags)) continue;
    CopyWeight(start, weight.name, parameters);
  }
  FillWithUnknown(start, "ngram_embedding/char_embeddings", parameters);
}

}  // namespace tiqu::train
