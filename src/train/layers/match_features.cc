#include "train/layers/match_features.h"

#include <algorithm>
#include <unordered_set>
#include <vector>

#include "model/model_spec.h"

namespace tiqu::train {
namespace {

constexpr int64_t kColumns = model::kFeatureCount;

// match[j * P + t] = 1 where passage character t is question character j (and known): e of docs/model.md.
std::vector<uint8_t> MatchMatrix(const MatchInputs& in) {
  const size_t p = in.passage_chars.size();
  std::vector<uint8_t> match(p * in.question_chars.size(), 0);
  for (size_t j = 0; j < in.question_chars.size(); ++j) {
    const int32_t id = in.question_chars[j];
    if (id <= text::kUnknownId) continue;
    uint8_t* row = match.data() + j * p;
    for (size_t t = 0; t < p; ++t) row[t] = in.passage_chars[t] == id ? 1 : 0;
  }
  return match;
}

// Feature `column` = 1 on every character of a run of `length` characters that question and passage share.
void MarkRuns(const std::vector<uint8_t>& match, size_t p, size_t q, size_t length, int64_t column, float* features) {
  for (size_t j = 0; j + length <= q; ++j) {
    for (size_t t = 0; t + length <= p; ++t) {
      bool run = true;
      for (size_t i = 0; i < length && run; ++i) run = match[(j + i) * p + t + i] != 0;
      for (size_t i = 0; i < length && run; ++i) features[static_cast<int64_t>(t + i) * kColumns + column] = 1.0F;
    }
  }
}

void MarkWords(const MatchInputs& in, float* features) {
  std::unordered_set<int32_t> words(in.question_words.begin(), in.question_words.end());
  for (size_t t = 0; t < in.passage_words.size(); ++t) {
    const int32_t id = in.passage_words[t];
    if (id <= text::kUnknownId || !words.contains(id)) continue;
    features[static_cast<int64_t>(t) * kColumns + 4] = 1.0F;
    features[static_cast<int64_t>(t) * kColumns + 5] = in.word_idf[static_cast<size_t>(id)];
  }
}

// sum_j g[j] * (question character j stands within `reach` of t), over the sum of g. Every question character adds its
// weight to the union of the intervals around its matches, by differences.
void AddCoverage(const MatchInputs& in, const std::vector<uint8_t>& match, int64_t reach, int64_t column,
                 float* features) {
  const auto p = static_cast<int64_t>(in.passage_chars.size());
  std::vector<float> change(static_cast<size_t>(p + 1), 0.0F);
  float total = 0;
  for (size_t j = 0; j < in.question_chars.size(); ++j) {
    const float weight = in.char_idf[static_cast<size_t>(in.question_chars[j])];
    total += weight;
    const uint8_t* row = match.data() + static_cast<int64_t>(j) * p;
    int64_t covered = 0;  // first character not covered yet
    for (int64_t t = 0; t < p; ++t) {
      if (row[t] == 0) continue;
      const int64_t begin = std::max(covered, t - reach);
      const int64_t end = std::min(p, t + reach + 1);
      change[static_cast<size_t>(begin)] += weight;
      change[static_cast<size_t>(end)] -= weight;
      covered = end;
    }
  }
  float sum = 0;
  for (int64_t t = 0; t < p; ++t) {
    sum += change[static_cast<size_t>(t)];
    features[t * kColumns + column] = std::max(sum, 0.0F) / std::max(total, 1e-6F);
  }
}

void MarkAnchor(const text::Anchor& anchor, int64_t p, float* features) {
  if (anchor.first < 0) return;
  for (int64_t t = 0; t < p; ++t) {
    float* row = features + t * kColumns;
    if (t >= anchor.first && t <= anchor.last) row[8] = 1.0F;
    if (t > anchor.last) row[9] = 8.0F / static_cast<float>(8 + t - anchor.last);
    if (t < anchor.first) row[10] = 8.0F / static_cast<float>(8 + anchor.first - t);
    row[11] = 1.0F;
  }
}

}  // namespace

void ComputeMatchFeatures(const MatchInputs& in, float* features) {
  const size_t p = in.passage_chars.size();
  const size_t q = in.question_chars.size();
  std::fill_n(features, static_cast<int64_t>(p) * kColumns, 0.0F);
  const std::vector<uint8_t> match = MatchMatrix(in);
  MarkRuns(match, p, q, 1, 0, features);
  MarkRuns(match, p, q, 2, 2, features);
  MarkRuns(match, p, q, 3, 3, features);
  for (size_t t = 0; t < p; ++t) {
    float* row = features + static_cast<int64_t>(t) * kColumns;
    row[1] = row[0] * in.char_idf[static_cast<size_t>(in.passage_chars[t])];
  }
  MarkWords(in, features);
  AddCoverage(in, match, 5, 6, features);
  AddCoverage(in, match, 20, 7, features);
  MarkAnchor(in.anchor, static_cast<int64_t>(p), features);
}

}  // namespace tiqu::train
