#include "eval/metrics.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "base/utf8.h"
#include "eval/match.h"
#include "eval/single_answer.h"

namespace tiqu::eval {
namespace {

double Share(double part, int64_t whole) { return whole == 0 ? 0 : part / static_cast<double>(whole); }

void AddMatch(const MatchResult& match, Counts* counts) {
  counts->gold += match.gold;
  counts->predicted += match.predicted;
  counts->right += match.right;
}

int BucketOf(int64_t passage_chars) {
  const auto bucket = std::lower_bound(std::begin(kLengthBuckets), std::end(kLengthBuckets), passage_chars);
  return static_cast<int>(bucket - std::begin(kLengthBuckets));
}

}  // namespace

double Counts::precision() const { return Share(static_cast<double>(right), predicted); }
double Counts::recall() const { return Share(static_cast<double>(right), gold); }
double Counts::f1() const { return Share(2 * static_cast<double>(right), gold + predicted); }

void Counts::Merge(const Counts& other) {
  gold += other.gold;
  predicted += other.predicted;
  right += other.right;
}

double Metrics::set_exact() const { return Share(static_cast<double>(sets_exact), samples); }
double Metrics::no_answer_accuracy() const { return Share(static_cast<double>(no_answer_right), samples); }
double Metrics::cmrc_em() const { return Share(cmrc_em_sum, cmrc_samples); }
double Metrics::cmrc_f1() const { return Share(cmrc_f1_sum, cmrc_samples); }

void Metrics::Add(const data::Sample& sample, const Prediction& prediction) {
  ++samples;
  const MatchResult match = MatchSpans(sample.answers, prediction.spans);
  AddMatch(match, &spans);
  AddMatch(MatchTexts(sample, prediction.spans), &texts);
  if (match.right == match.gold && match.predicted == match.right) ++sets_exact;
  for (size_t i = 0; i < prediction.spans.size(); ++i) {
    if (match.verdicts[i] == SpanVerdict::kIgnored) continue;
    span_scores.Add(prediction.spans[i].score, match.verdicts[i] == SpanVerdict::kRight);
  }
  const bool gold_none = sample.answers.empty();
  const bool predicted_none = prediction.spans.empty();
  unanswerable += gold_none ? 1 : 0;
  no_answer.gold += gold_none ? 1 : 0;
  no_answer.predicted += predicted_none ? 1 : 0;
  no_answer.right += gold_none && predicted_none ? 1 : 0;
  no_answer_right += gold_none == predicted_none ? 1 : 0;
  no_answer_scores.Add(prediction.no_answer, gold_none);
  if (sample.answers.size() == 1) {
    const CmrcScore score = ScoreBestSpan(sample, prediction);
    ++cmrc_samples;
    cmrc_em_sum += score.em;
    cmrc_f1_sum += score.f1;
  }
}

void Metrics::Merge(const Metrics& other) {
  samples += other.samples;
  unanswerable += other.unanswerable;
  spans.Merge(other.spans);
  texts.Merge(other.texts);
  sets_exact += other.sets_exact;
  no_answer.Merge(other.no_answer);
  no_answer_right += other.no_answer_right;
  cmrc_samples += other.cmrc_samples;
  cmrc_em_sum += other.cmrc_em_sum;
  cmrc_f1_sum += other.cmrc_f1_sum;
  span_scores.Merge(other.span_scores);
  no_answer_scores.Merge(other.no_answer_scores);
}

void Evaluation::Add(const data::Sample& sample, const Prediction& prediction) {
  Metrics one;
  one.Add(sample, prediction);
  overall_.Merge(one);
  if (!sample.label.empty()) by_label_[sample.label].Merge(one);
  by_length_[BucketOf(CountCodePoints(sample.passage))].Merge(one);
}

void Evaluation::Merge(const Evaluation& other) {
  overall_.Merge(other.overall_);
  for (const auto& [label, metrics] : other.by_label_) by_label_[label].Merge(metrics);
  for (const auto& [bucket, metrics] : other.by_length_) by_length_[bucket].Merge(metrics);
}

Evaluation Evaluate(const std::vector<data::Sample>& samples, const std::vector<Prediction>& predictions) {
  Evaluation evaluation;
  for (size_t i = 0; i < samples.size(); ++i) evaluation.Add(samples[i], predictions[i]);
  return evaluation;
}

std::string LengthBucketName(int bucket) {
  const int count = static_cast<int>(std::size(kLengthBuckets));
  if (bucket >= count) return fmt::format("> {}", kLengthBuckets[count - 1]);
  return fmt::format("{}-{}", bucket == 0 ? 1 : kLengthBuckets[bucket - 1] + 1, kLengthBuckets[bucket]);
}

}  // namespace tiqu::eval
