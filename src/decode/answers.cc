#include "decode/answers.h"

#include <algorithm>
#include <set>

namespace tiqu::decode {
namespace {

struct EarlierBegin {
  bool operator()(const ScoredSpan& a, const ScoredSpan& b) const { return a.begin < b.begin; }
};

// Score first; of equal ones the earlier, then the longer one, so that the choice never depends on the sort.
bool Better(const ScoredSpan& a, const ScoredSpan& b) {
  if (a.score != b.score) return a.score > b.score;
  if (a.begin != b.begin) return a.begin < b.begin;
  return a.end > b.end;
}

// `taken` holds spans that do not overlap, so only the two neighbours can be in the way.
bool Overlaps(const std::set<ScoredSpan, EarlierBegin>& taken, const ScoredSpan& span) {
  const auto next = taken.lower_bound(span);
  if (next != taken.end() && next->begin < span.end) return true;
  return next != taken.begin() && std::prev(next)->end > span.begin;
}

}  // namespace

std::vector<ScoredSpan> ChooseAnswers(std::vector<ScoredSpan> candidates, float no_answer, const AnswerRules& rules) {
  // A threshold of 1 asks for silence only where "no answer" is certain, which rounding alone can make it look.
  if (rules.no_answer_threshold < 1.0F && no_answer >= rules.no_answer_threshold) return {};
  std::erase_if(candidates, [&](const ScoredSpan& span) { return span.score < rules.threshold; });
  std::sort(candidates.begin(), candidates.end(), Better);
  std::set<ScoredSpan, EarlierBegin> taken;
  for (const ScoredSpan& span : candidates) {
    if (Overlaps(taken, span)) continue;
    taken.insert(span);
    if (rules.single) break;
  }
  return {taken.begin(), taken.end()};
}

DecodedAnswers DecodeAnswers(const Chain& chain, std::span<const float> log_pa, const AnswerRules& rules) {
  Chain::Summary summary = chain.Summarize(log_pa, std::max(rules.threshold, kLeastThreshold), rules.max_answer_chars);
  const auto no_answer = static_cast<float>(std::clamp(summary.no_answer, 0.0, 1.0));
  return {ChooseAnswers(std::move(summary.spans), no_answer, rules), no_answer};
}

}  // namespace tiqu::decode
