#include "train/vocabulary_builder.h"

#include <algorithm>
#include <cmath>
#include <unordered_map>
#include <unordered_set>

#include "base/status.h"
#include "base/utf8.h"
#include "fmt/format.h"

namespace tiqu::train {
namespace {

std::vector<float> BuildIdf(const std::vector<text::EncodedText>& passages, int32_t vocab,
                            const std::vector<int32_t> text::EncodedText::*ids) {
  std::vector<int64_t> documents(static_cast<size_t>(vocab), 0);
  std::vector<int64_t> last_seen(static_cast<size_t>(vocab), -1);
  for (size_t p = 0; p < passages.size(); ++p) {
    for (const int32_t id : passages[p].*ids) {
      int64_t& seen = last_seen[static_cast<size_t>(id)];
      if (seen == static_cast<int64_t>(p)) continue;
      seen = static_cast<int64_t>(p);
      ++documents[static_cast<size_t>(id)];
    }
  }
  const double all = static_cast<double>(passages.size()) + 1.0;
  std::vector<float> idf(static_cast<size_t>(vocab), 0.0F);
  for (size_t id = text::kUnknownId + 1; id < idf.size(); ++id) {
    idf[id] = static_cast<float>(std::log(all / (static_cast<double>(documents[id]) + 1.0)) / std::log(all));
  }
  return idf;
}

}  // namespace

absl::StatusOr<text::Vocabulary> BuildCharVocabulary(const std::vector<data::Sample>& samples,
                                                     const text::Normalizer& normalizer, int min_count) {
  std::unordered_map<char32_t, int64_t> counts;
  std::unordered_set<std::string_view> seen;
  for (size_t i = 0; i < samples.size(); ++i) {
    std::vector<std::string_view> texts = {samples[i].question};
    if (seen.insert(samples[i].passage).second) texts.push_back(samples[i].passage);
    for (const std::string_view utf8 : texts) {
      const auto normalized = normalizer.Normalize(utf8);
      if (!normalized.ok()) {
        return Annotate(normalized.status(), fmt::format("sample {} ({})", i + 1, samples[i].id));
      }
      for (const char32_t c : normalized->chars) ++counts[c];
    }
  }
  std::vector<std::pair<char32_t, int64_t>> sorted(counts.begin(), counts.end());
  std::sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) {
    return a.second != b.second ? a.second > b.second : a.first < b.first;
  });
  std::vector<text::Vocabulary::Entry> entries;
  for (const auto& [c, count] : sorted) {
    if (count >= min_count) entries.push_back({EncodeUtf8(std::u32string_view(&c, 1)), count});
  }
  return text::Vocabulary::FromEntries(entries);
}

IdfTables BuildIdfTables(const std::vector<text::EncodedText>& passages, int32_t char_vocab, int32_t word_vocab) {
  return {BuildIdf(passages, char_vocab, &text::EncodedText::char_ids),
          BuildIdf(passages, word_vocab, &text::EncodedText::word_ids)};
}

}  // namespace tiqu::train
