#include "eval/single_answer.h"

#include <algorithm>
#include <string>
#include <vector>

namespace tiqu::eval {

const PredictedSpan* BestSpan(const Prediction& prediction) {
  const auto by_score = [](const PredictedSpan& a, const PredictedSpan& b) { return a.score < b.score; };
  const auto best = std::max_element(prediction.spans.begin(), prediction.spans.end(), by_score);
  return best == prediction.spans.end() ? nullptr : &*best;
}

CmrcScore ScoreBestSpan(const data::Sample& sample, const Prediction& prediction) {
  std::vector<std::string> references;
  for (const data::AnswerSpan& answer : sample.answers) references.push_back(answer.text);
  references.insert(references.end(), sample.alternatives.begin(), sample.alternatives.end());
  const PredictedSpan* best = BestSpan(prediction);
  return ScoreCmrc(best == nullptr ? "" : best->text, references);
}

}  // namespace tiqu::eval
