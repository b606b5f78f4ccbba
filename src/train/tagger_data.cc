#include "train/tagger_data.h"

#include <algorithm>
#include <map>
#include <set>

#include "base/status.h"
#include "base/utf8.h"
#include "fmt/format.h"

namespace tiqu::train {
namespace {

constexpr int32_t kLongest = model::kLongestNgram;
constexpr int64_t kLeastPairCount = 2;

// The characters of a word that the table may hold, else none.
std::u32string ShortWord(const std::string& utf8) {
  const absl::StatusOr<std::u32string> chars = DecodeUtf8(utf8);
  return chars.ok() && chars->size() <= static_cast<size_t>(kLongest) ? *chars : std::u32string();
}

std::string OneChar(char32_t c) { return EncodeUtf8(std::u32string_view(&c, 1)); }

bool Overlaps(const std::vector<GoldSpan>& kept, const GoldSpan& span) {
  return !kept.empty() && span.begin < kept.back().end;
}

// Entities as spans of the normalised text; returns how many are lost.
int64_t PlaceEntities(const data::Sample& sample, const text::NormalizedText& text, const model::TagSet& tags,
                      std::vector<GoldSpan>* gold) {
  std::vector<GoldSpan> spans;
  for (const data::AnswerSpan& entity : sample.answers) {
    const int type = tags.FindType(entity.label);
    if (type < 0 || entity.begin_char < 0) continue;
    GoldSpan span = FromSourceSpan(text, entity.begin_char, entity.end_char);
    span.type = type;
    if (span.begin < span.end) spans.push_back(span);
  }
  std::stable_sort(spans.begin(), spans.end(), [](const GoldSpan& a, const GoldSpan& b) {
    return a.begin != b.begin ? a.begin < b.begin : a.end > b.end;
  });
  for (const GoldSpan& span : spans) {
    if (!Overlaps(*gold, span)) gold->push_back(span);
  }
  return static_cast<int64_t>(sample.answers.size() - gold->size());
}

model::NgramTable BuildWordTable(const text::Vocabulary& words, const text::Vocabulary& chars) {
  std::vector<std::pair<std::vector<int32_t>, int32_t>> ngrams;
  for (int32_t id = text::kUnknownId + 1; id < words.size(); ++id) {
    std::vector<int32_t> ids;
    for (const char32_t c : ShortWord(words.entry(id).text)) ids.push_back(chars.Find(OneChar(c)));
    if (!ids.empty()) ngrams.emplace_back(std::move(ids), id);
  }
  return model::NgramTable::Build(ngrams);
}

// Pairs that `known` lacks, by count, then by their characters.
std::vector<std::vector<int32_t>> FrequentPairs(const Corpus& corpus, const model::NgramTable& known, size_t limit) {
  std::map<std::pair<int32_t, int32_t>, int64_t> counts;
  for (const text::EncodedText& passage : corpus.passages) {
    for (size_t t = 0; t + 1 < passage.char_ids.size(); ++t) ++counts[{passage.char_ids[t], passage.char_ids[t + 1]}];
  }
  std::vector<std::pair<int64_t, std::pair<int32_t, int32_t>>> sorted;
  for (const auto& [pair, count] : counts) {
    const int32_t both[] = {pair.first, pair.second};
    const bool has_id = std::min(pair.first, pair.second) > text::kUnknownId;
    if (count >= kLeastPairCount && has_id && known.Find(both) == 0) sorted.emplace_back(-count, pair);
  }
  std::sort(sorted.begin(), sorted.end());
  sorted.resize(std::min(sorted.size(), limit));
  std::vector<std::vector<int32_t>> pairs;
  for (const auto& [count, pair] : sorted) pairs.push_back({pair.first, pair.second});
  return pairs;
}

}  // namespace

model::TagSet CollectTags(const std::vector<data::Sample>& samples, const std::string& scheme) {
  std::set<std::string> types;
  for (const data::Sample& sample : samples) {
    for (const data::AnswerSpan& entity : sample.answers) types.insert(entity.label);
  }
  return model::TagSet::FromTypes({types.begin(), types.end()},
                                  scheme == "bio" ? model::TagScheme::kBio : model::TagScheme::kBioes);
}

text::Vocabulary AddWordChars(const text::Vocabulary& chars, const text::Vocabulary& words) {
  std::vector<text::Vocabulary::Entry> entries;
  for (int32_t id = text::kUnknownId + 1; id < chars.size(); ++id) entries.push_back(chars.entry(id));
  for (int32_t id = text::kUnknownId + 1; id < words.size(); ++id) {
    for (const char32_t c : ShortWord(words.entry(id).text)) entries.push_back({OneChar(c), 0});
  }
  return text::Vocabulary::FromEntries(entries);
}

absl::StatusOr<Corpus> EncodeEntities(const std::vector<data::Sample>& texts, const text::Tokenizer& tokenizer,
                                      const model::TagSet& tags) {
  Corpus corpus;
  for (size_t i = 0; i < texts.size(); ++i) {
    absl::StatusOr<text::EncodedText> encoded = tokenizer.Encode(texts[i].passage);
    if (!encoded.ok()) return Annotate(encoded.status(), fmt::format("text {} ({})", i + 1, texts[i].id));
    if (encoded->char_ids.empty()) {
      ++corpus.empty_texts;
      continue;
    }
    EncodedSample sample;
    sample.passage = static_cast<int32_t>(corpus.passages.size());
    corpus.lost_answers += PlaceEntities(texts[i], encoded->text, tags, &sample.gold);
    encoded->word_ids.clear();
    corpus.passages.push_back(*std::move(encoded));
    corpus.samples.push_back(std::move(sample));
    corpus.source.push_back(static_cast<int32_t>(i));
  }
  return corpus;
}

void BuildTables(const Corpus& corpus, const text::Vocabulary& chars, int max_pairs, CharPairs known,
                 TaggerData* tagger) {
  tagger->word_table = BuildWordTable(tagger->words, chars);
  CharPairs pairs = std::move(known);
  int32_t last = 0;
  for (const auto& [pair, id] : pairs) last = std::max(last, id);
  for (auto& pair : FrequentPairs(corpus, model::NgramTable::Build(pairs), static_cast<size_t>(max_pairs))) {
    pairs.emplace_back(std::move(pair), ++last);
  }
  tagger->pair_table = model::NgramTable::Build(pairs);
  tagger->pair_vocab = last + 1;
}

std::vector<NgramIds> FindNgrams(const Corpus& corpus, const TaggerData& tagger) {
  std::vector<NgramIds> all;
  for (const text::EncodedText& passage : corpus.passages) {
    const std::span<const int32_t> chars(passage.char_ids);
    NgramIds ids;
    for (size_t t = 0; t < chars.size(); ++t) {
      for (size_t n = 1; n <= static_cast<size_t>(kLongest); ++n) {
        ids.words.push_back(t + n <= chars.size() ? tagger.word_table.Find(chars.subspan(t, n)) : 0);
      }
      ids.pairs.push_back(t + 2 <= chars.size() ? tagger.pair_table.Find(chars.subspan(t, 2)) : 0);
    }
    all.push_back(std::move(ids));
  }
  return all;
}

int32_t CountKnownChars(const text::Vocabulary& chars, int min_char_count) {
  int32_t known = text::kUnknownId + 1;
  while (known < chars.size() && chars.entry(known).count >= min_char_count) ++known;
  return known;
}

void SetTaggerSizes(const TaggerData& tagger, int32_t char_vocab_size, int32_t known_chars, model::ModelSpec* spec) {
  spec->tags = tagger.tags.names();
  spec->char_vocab_size = char_vocab_size;
  spec->known_chars = known_chars;
  spec->word_vocab_size = tagger.words.size();
  spec->word_slots = tagger.word_table.slots;
  spec->bigram_slots = tagger.pair_table.slots;
  spec->bigram_vocab_size = tagger.pair_vocab;
}

}  // namespace tiqu::train
