#include "eval/match.h"

#include <algorithm>
#include <numeric>
#include <set>
#include <string>

namespace tiqu::eval {
namespace {

bool SamePlace(const data::AnswerSpan& gold, const PredictedSpan& predicted) {
  if (gold.begin_char < 0 || predicted.begin < 0) return gold.text == predicted.text;
  return gold.begin_char == predicted.begin && gold.end_char == predicted.end;
}

void CountVerdicts(MatchResult* result) {
  for (const SpanVerdict verdict : result->verdicts) {
    if (verdict == SpanVerdict::kRight) ++result->right;
    if (verdict != SpanVerdict::kIgnored) ++result->predicted;
  }
}

}  // namespace

MatchResult MatchSpans(const std::vector<data::AnswerSpan>& gold, const std::vector<PredictedSpan>& predicted) {
  MatchResult result;
  result.gold = static_cast<int64_t>(gold.size());
  result.verdicts.assign(predicted.size(), SpanVerdict::kWrong);
  std::vector<bool> taken(gold.size(), false);
  // The best first: of several places of a text that was given without one, the most likely is the right one.
  std::vector<size_t> order(predicted.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return predicted[a].score > predicted[b].score; });
  for (const size_t p : order) {
    for (size_t g = 0; g < gold.size(); ++g) {
      if (!SamePlace(gold[g], predicted[p])) continue;
      if (!taken[g]) {
        taken[g] = true;
        result.verdicts[p] = SpanVerdict::kRight;
        break;
      }
      if (gold[g].begin_char < 0) result.verdicts[p] = SpanVerdict::kIgnored;
    }
  }
  CountVerdicts(&result);
  return result;
}

MatchResult MatchTexts(const data::Sample& sample, const std::vector<PredictedSpan>& predicted) {
  std::set<std::string> gold;
  for (const data::AnswerSpan& answer : sample.answers) gold.insert(answer.text);
  MatchResult result;
  result.gold = static_cast<int64_t>(gold.size());
  std::set<std::string> seen;
  for (const PredictedSpan& span : predicted) {
    SpanVerdict verdict = SpanVerdict::kWrong;
    const auto& others = sample.alternatives;
    const bool alternative = gold.size() == 1 && std::find(others.begin(), others.end(), span.text) != others.end();
    const std::string& text = alternative ? *gold.begin() : span.text;
    if (!seen.insert(text).second) {
      verdict = SpanVerdict::kIgnored;
    } else if (gold.count(text) > 0) {
      verdict = SpanVerdict::kRight;
    }
    result.verdicts.push_back(verdict);
  }
  CountVerdicts(&result);
  return result;
}

}  // namespace tiqu::eval
