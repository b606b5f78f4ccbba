#include "eval/threshold.h"

#include <algorithm>
#include <functional>

#include "eval/match.h"
#include "eval/single_answer.h"

namespace tiqu::eval {

ThresholdChoice TuneThreshold(std::vector<std::pair<float, bool>> candidates, int64_t gold) {
  ThresholdChoice best;
  std::sort(candidates.begin(), candidates.end(), std::greater<>());
  int64_t right = 0;
  for (size_t i = 0; i < candidates.size(); ++i) {
    right += candidates[i].second ? 1 : 0;
    const bool last = i + 1 == candidates.size();
    // Equal scores are taken together or not at all.
    if (!last && candidates[i + 1].first == candidates[i].first) continue;
    const int64_t taken = static_cast<int64_t>(i) + 1;
    const double f1 = 2.0 * static_cast<double>(right) / static_cast<double>(taken + gold);
    if (f1 <= best.f1) continue;
    best.f1 = f1;
    best.precision = static_cast<double>(right) / static_cast<double>(taken);
    best.recall = gold == 0 ? 0 : static_cast<double>(right) / static_cast<double>(gold);
    best.threshold = (candidates[i].first + (last ? 0.0F : candidates[i + 1].first)) / 2;
  }
  return best;
}

ThresholdChoice TuneThreshold(const std::vector<data::Sample>& samples, const std::vector<Prediction>& candidates) {
  std::vector<std::pair<float, bool>> scored;
  int64_t gold = 0;
  for (size_t i = 0; i < samples.size(); ++i) {
    const MatchResult match = MatchSpans(samples[i].answers, candidates[i].spans);
    gold += match.gold;
    for (size_t j = 0; j < match.verdicts.size(); ++j) {
      if (match.verdicts[j] == SpanVerdict::kIgnored) continue;
      scored.emplace_back(candidates[i].spans[j].score, match.verdicts[j] == SpanVerdict::kRight);
    }
  }
  return TuneThreshold(std::move(scored), gold);
}

SingleThresholdChoice TuneSingleThreshold(const std::vector<data::Sample>& samples,
                                          const std::vector<Prediction>& candidates) {
  // Every sample silent at first; then each with a span changes the sum by what its answer is worth.
  double sum = 0;
  std::vector<std::pair<float, double>> gains;  // score of the best span, gain when it is reported
  for (size_t i = 0; i < samples.size(); ++i) {
    const bool unanswerable = samples[i].answers.empty();
    if (unanswerable) sum += 1;
    const PredictedSpan* best = BestSpan(candidates[i]);
    if (best == nullptr) continue;
    gains.emplace_back(best->score, unanswerable ? -1.0 : ScoreBestSpan(samples[i], candidates[i]).f1);
  }
  std::sort(gains.begin(), gains.end(), std::greater<>());
  SingleThresholdChoice choice{1.0F, sum};
  for (size_t i = 0; i < gains.size(); ++i) {
    sum += gains[i].second;
    const bool last = i + 1 == gains.size();
    if (!last && gains[i + 1].first == gains[i].first) continue;
    // Of equal sums the lower threshold: an answer that costs nothing is better than none.
    if (sum < choice.score) continue;
    choice = {last ? 0.0F : (gains[i].first + gains[i + 1].first) / 2, sum};
  }
  if (!samples.empty()) choice.score /= static_cast<double>(samples.size());
  return choice;
}

}  // namespace tiqu::eval
