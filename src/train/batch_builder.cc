#include "train/batch_builder.h"

#include <algorithm>
#include <span>

#include "train/layers/match_features.h"

namespace tiqu::train {
namespace {

template <typename T>
std::span<const T> Slice(const std::vector<T>& values, int64_t begin, int64_t end) {
  return {values.data() + begin, static_cast<size_t>(end - begin)};
}

}  // namespace

void ReplaceByUnknown(double rate, Random* random, std::vector<int32_t>* ids) {
  for (int32_t& id : *ids) {
    if (random->Chance(rate)) id = text::kUnknownId;
  }
}

std::vector<GoldSpan> SpansInside(const PassageUnit& unit, const std::vector<GoldSpan>& gold) {
  std::vector<GoldSpan> inside;
  for (const GoldSpan& span : gold) {
    if (span.begin < unit.begin || span.begin >= unit.end) continue;
    inside.push_back({span.begin - unit.begin, std::min(span.end, unit.end) - unit.begin, span.type});
  }
  return inside;
}

void BatchBuilder::AppendPassage(const PassageUnit& unit, ReaderBatch* batch) const {
  const text::EncodedText& passage = corpus_.passages[static_cast<size_t>(unit.passage)];
  EmbeddingIds& ids = batch->ids;
  ids.chars.insert(ids.chars.end(), passage.char_ids.begin() + unit.begin, passage.char_ids.begin() + unit.end);
  ids.words.insert(ids.words.end(), passage.word_ids.begin() + unit.begin, passage.word_ids.begin() + unit.end);
  for (int32_t t = 0; t < unit.end - unit.begin; ++t) ids.positions.push_back(std::min(t, spec_.max_position - 1));
  batch->layout.encoder.Append(unit.chars());
}

void BatchBuilder::AppendFeatures(const PassageUnit& unit, const EncodedSample& sample, ReaderBatch* batch) const {
  const auto count = static_cast<size_t>(unit.chars()) * model::kFeatureCount;
  batch->features.resize(batch->features.size() + count, 0.0F);
  if (!spec_.match_features) return;
  const text::EncodedText& passage = corpus_.passages[static_cast<size_t>(unit.passage)];
  text::Anchor anchor = sample.anchor;
  const bool whole = unit.chars() == static_cast<int64_t>(passage.char_ids.size());
  if (unit.negative || !whole) {
    const std::u32string_view chars(passage.text.chars);
    anchor = text::FindAnchor(sample.question,
                              chars.substr(static_cast<size_t>(unit.begin), static_cast<size_t>(unit.chars())));
  }
  ComputeMatchFeatures({Slice(passage.char_ids, unit.begin, unit.end), Slice(passage.word_ids, unit.begin, unit.end),
                        sample.question_chars, sample.question_words, anchor, idf_.chars, idf_.words},
                       batch->features.data() + batch->features.size() - count);
}

void BatchBuilder::AppendSample(const PassageUnit& unit, int32_t index, bool labels, ReaderBatch* batch) const {
  const EncodedSample& sample = corpus_.samples[static_cast<size_t>(index)];
  BatchLayout& layout = batch->layout;
  const auto q = static_cast<int64_t>(sample.question_chars.size());
  layout.samples.Append(unit.chars());
  layout.questions.Append(q);
  layout.pair_begin.push_back(layout.pair_begin.back() + unit.chars() * q);
  AppendFeatures(unit, sample, batch);
  if (!labels) return;
  batch->gold.push_back(unit.negative ? std::vector<GoldSpan>() : SpansInside(unit, sample.gold));
  const std::vector<uint8_t> tags = GoldTags(batch->gold.back(), static_cast<size_t>(unit.chars()));
  batch->tags.insert(batch->tags.end(), tags.begin(), tags.end());
}

ReaderBatch BatchBuilder::Build(const BatchPlan& units, const BuildOptions& options) const {
  ReaderBatch batch;
  batch.layout.pair_begin = {0};
  batch.layout.passages = static_cast<int64_t>(units.size());
  for (const PassageUnit& unit : units) AppendPassage(unit, &batch);
  for (size_t u = 0; u < units.size(); ++u) {
    for (const int32_t index : units[u].samples) {
      const EncodedSample& sample = corpus_.samples[static_cast<size_t>(index)];
      AppendSample(units[u], index, options.labels, &batch);
      batch.layout.passage_of_sample.push_back(static_cast<int64_t>(u));
      batch.layout.encoder.Append(static_cast<int64_t>(sample.question_chars.size()));
      EmbeddingIds& ids = batch.ids;
      ids.chars.insert(ids.chars.end(), sample.question_chars.begin(), sample.question_chars.end());
      ids.words.insert(ids.words.end(), sample.question_words.begin(), sample.question_words.end());
      ids.positions.resize(ids.chars.size(), -1);
    }
  }
  if (options.unknown_rate > 0) {
    Random random(options.seed, options.stream);
    ReplaceByUnknown(options.unknown_rate, &random, &batch.ids.chars);
    ReplaceByUnknown(options.unknown_rate, &random, &batch.ids.words);
  }
  return batch;
}

}  // namespace tiqu::train
