// Scores of a model's predictions against labelled samples.
//
//   Evaluation evaluation;
//   for (...) evaluation.Add(sample, prediction);
//   std::cout << FormatMetrics(evaluation);          // eval/format_table.h
//   evaluation.overall().spans.f1();                 // exact span micro-F1
//
// Measures, over all samples unless said:
//   spans        exact spans, micro: offsets equal (by text where the gold offset is not known); see eval/match.h
//   texts        the same over the distinct texts of a sample
//   set_exact    share of samples whose spans are exactly the gold ones (none for an unanswerable one)
//   no_answer    "no answer" as a class: a sample is predicted so when it has no span
//   cmrc         CMRC-style EM and F1 of the best-scored span, over samples with exactly one gold answer
//   span_ece     calibration of span scores; no_answer_ece of the no-answer probability
//
// Thread safety: none; a value. Evaluations of parts of a set can be merged.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "data/sample.h"
#include "eval/calibration_error.h"
#include "eval/prediction.h"

namespace tiqu::eval {

struct Counts {
  int64_t gold = 0;
  int64_t predicted = 0;
  int64_t right = 0;

  double precision() const;  // 0 when nothing was predicted
  double recall() const;     // 0 when there is no gold
  double f1() const;         // 2 right / (gold + predicted); 0 when both are 0
  void Merge(const Counts& other);
};

struct Metrics {
  int64_t samples = 0;
  int64_t unanswerable = 0;
  Counts spans;
  Counts texts;
  int64_t sets_exact = 0;
  Counts no_answer;             // gold: unanswerable samples; right: also predicted so
  int64_t no_answer_right = 0;  // samples whose being answerable was seen rightly
  int64_t cmrc_samples = 0;
  double cmrc_em_sum = 0;
  double cmrc_f1_sum = 0;
  CalibrationError span_scores;
  CalibrationError no_answer_scores;

  double set_exact() const;
  double no_answer_accuracy() const;
  double cmrc_em() const;
  double cmrc_f1() const;

  void Add(const data::Sample& sample, const Prediction& prediction);
  void Merge(const Metrics& other);
};

// Passages of up to so many characters fall into a bucket; longer ones than the last into one more.
inline constexpr int kLengthBuckets[] = {64, 128, 256, 512, 1024};

class Evaluation {
 public:
  void Add(const data::Sample& sample, const Prediction& prediction);
  void Merge(const Evaluation& other);

  const Metrics& overall() const { return overall_; }
  const std::map<std::string, Metrics>& by_label() const { return by_label_; }  // samples without a label are left out
  const std::map<int, Metrics>& by_length() const { return by_length_; }        // key: index into kLengthBuckets

 private:
  Metrics overall_;
  std::map<std::string, Metrics> by_label_;
  std::map<int, Metrics> by_length_;
};

// REQUIRES: as many predictions as samples.
Evaluation Evaluate(const std::vector<data::Sample>& samples, const std::vector<Prediction>& predictions);

// "65-128", "> 1024".
std::string LengthBucketName(int bucket);

}  // namespace tiqu::eval
