#include "train/tagger_batch.h"

#include "train/batch_builder.h"

namespace tiqu::train {

TaggerBatch BuildTaggerBatch(const Corpus& corpus, const std::vector<NgramIds>& ids, const TaggerData& tagger,
                             const model::ModelSpec& spec, const BatchPlan& units, bool labels) {
  TaggerBatch batch;
  for (const PassageUnit& unit : units) {
    const text::EncodedText& text = corpus.passages[static_cast<size_t>(unit.passage)];
    const NgramIds& found = ids[static_cast<size_t>(unit.passage)];
    batch.texts.Append(unit.chars());
    for (int32_t t = unit.begin; t < unit.end; ++t) {
      const auto at = static_cast<size_t>(t);
      const int32_t id = text.char_ids[at];
      batch.rows.chars.push_back(id < spec.known_chars ? id : text::kUnknownId);
      // What begins here and reaches behind the unit is not there.
      for (int n = 1; n <= model::kLongestNgram; ++n) {
        const size_t place = at * model::kLongestNgram + static_cast<size_t>(n) - 1;
        batch.rows.words.push_back(t + n <= unit.end ? found.words[place] : 0);
      }
      batch.rows.pairs.push_back(t + 2 <= unit.end ? found.pairs[at] : 0);
    }
    if (!labels) continue;
    std::vector<model::TagSpan> spans;
    for (const GoldSpan& span : SpansInside(unit, corpus.samples[static_cast<size_t>(unit.samples[0])].gold)) {
      spans.push_back({span.begin, span.end, span.type});
    }
    const std::vector<uint16_t> tags = tagger.tags.Encode(spans, static_cast<size_t>(unit.chars()));
    batch.tags.insert(batch.tags.end(), tags.begin(), tags.end());
  }
  return batch;
}

}  // namespace tiqu::train
