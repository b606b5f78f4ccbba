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

// Of two spans, one taken as predicted and one as right.
double OverlapF1(const ScoredSpan& a, const ScoredSpan& b) {
  const int shared = std::min(a.end, b.end) - std::max(a.begin, b.begin);
  return shared <= 0 ? 0.0 : 2.0 * shared / ((a.end - a.begin) + (b.end - b.begin));
}

// The index of the span with the highest expected F1, the first of equals. `spans` are sorted by Better within a begin
// and by begin; not empty. Only neighbours overlap, so the time grows with the passage and not with its square.
size_t HighestExpectedF1(const std::vector<ScoredSpan>& spans) {
  int longest = 0;
  for (const ScoredSpan& span : spans) longest = std::max(longest, span.end - span.begin);
  size_t best = 0;
  double best_value = -1;
  size_t first = 0;  // spans before it end before spans[i] begins
  for (size_t i = 0; i < spans.size(); ++i) {
    while (spans[first].begin + longest <= spans[i].begin) ++first;
    double value = 0;
    for (size_t j = first; j < spans.size() && spans[j].begin < spans[i].end; ++j) {
      value += spans[j].score * OverlapF1(spans[i], spans[j]);
    }
    if (value > best_value) {
      best_value = value;
      best = i;
    }
  }
  return best;
}

std::vector<ScoredSpan> ChooseSingle(std::vector<ScoredSpan> candidates, float threshold) {
  if (candidates.empty()) return {};
  std::sort(candidates.begin(), candidates.end(), [](const ScoredSpan& a, const ScoredSpan& b) {
    return a.begin != b.begin ? a.begin < b.begin : Better(a, b);
  });
  const ScoredSpan& chosen = candidates[HighestExpectedF1(candidates)];
  if (chosen.score < threshold) return {};
  return {chosen};
}

}  // namespace

std::vector<ScoredSpan> ChooseAnswers(std::vector<ScoredSpan> candidates, float no_answer, const AnswerRules& rules) {
  // A threshold of 1 asks for silence only where "no answer" is certain, which rounding alone can make it look.
  if (rules.no_answer_threshold < 1.0F && no_answer >= rules.no_answer_threshold) return {};
  if (rules.single) return ChooseSingle(std::move(candidates), rules.threshold);
  std::erase_if(candidates, [&](const ScoredSpan& span) { return span.score < rules.threshold; });
  std::sort(candidates.begin(), candidates.end(), Better);
  std::set<ScoredSpan, EarlierBegin> taken;
  for (const ScoredSpan& span : candidates) {
    if (!Overlaps(taken, span)) taken.insert(span);
  }
  return {taken.begin(), taken.end()};
}

DecodedAnswers DecodeAnswers(const Chain& chain, std::span<const float> log_pa, const AnswerRules& rules) {
  // Unlikely spans have no say among several answers, but a single one is weighed against all.
  const float least = rules.single ? kLeastThreshold : std::max(rules.threshold, kLeastThreshold);
  Chain::Summary summary = chain.Summarize(log_pa, least, rules.max_answer_chars);
  const auto no_answer = static_cast<float>(std::clamp(summary.no_answer, 0.0, 1.0));
  return {ChooseAnswers(std::move(summary.spans), no_answer, rules), no_answer};
}

}  // namespace tiqu::decode
