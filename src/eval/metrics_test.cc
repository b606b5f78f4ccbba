#include "eval/metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "base/random.h"
#include "eval/format_table.h"
#include "eval/match.h"

namespace tiqu::eval {
namespace {

data::Sample MakeSample(std::vector<data::AnswerSpan> answers, const std::string& label = "") {
  data::Sample sample;
  sample.label = label;
  sample.question = "谁";
  sample.passage = "张三和李四还有张三";
  sample.answers = std::move(answers);
  return sample;
}

const data::AnswerSpan kZhang{"张三", 0, 2};
const data::AnswerSpan kLi{"李四", 3, 5};
const data::AnswerSpan kZhangAnywhere{"张三", -1, -1};

TEST(MatchTest, PairsByOffsetsOneToOne) {
  const MatchResult match = MatchSpans({kZhang, kLi}, {{"张三", 0, 2}, {"张三", 0, 2}, {"张三", 7, 9}});
  EXPECT_THAT(match.verdicts, testing::ElementsAre(SpanVerdict::kRight, SpanVerdict::kWrong, SpanVerdict::kWrong));
  EXPECT_EQ(match.right, 1);
  EXPECT_EQ(match.gold, 2);
  EXPECT_EQ(match.predicted, 3);
}

TEST(MatchTest, UnplacedGoldTakesAnyPlaceOnce) {
  const MatchResult match = MatchSpans({kZhangAnywhere}, {{"张三", 0, 2}, {"张三", 7, 9}, {"李四", 3, 5}});
  EXPECT_THAT(match.verdicts, testing::ElementsAre(SpanVerdict::kRight, SpanVerdict::kIgnored, SpanVerdict::kWrong));
  EXPECT_EQ(match.predicted, 2);
}

TEST(MatchTest, OfSeveralPlacesOfAnUnplacedAnswerTheMostLikelyIsRight) {
  const MatchResult match =
      MatchSpans({{"张三", -1, -1}}, {{"张三", 0, 2, 0.05F}, {"李四", 4, 6, 0.3F}, {"张三", 10, 12, 0.9F}});
  EXPECT_EQ(match.verdicts[0], SpanVerdict::kIgnored);
  EXPECT_EQ(match.verdicts[1], SpanVerdict::kWrong);
  EXPECT_EQ(match.verdicts[2], SpanVerdict::kRight);
}

TEST(MatchTest, TextsAreCountedOnceAndAlternativesCount) {
  data::Sample sample = MakeSample({kZhang});
  sample.alternatives = {"张三丰"};
  const MatchResult match = MatchTexts(sample, {{"张三丰", -1, -1}, {"张三", 0, 2}, {"李四", 3, 5}});
  EXPECT_THAT(match.verdicts, testing::ElementsAre(SpanVerdict::kRight, SpanVerdict::kIgnored, SpanVerdict::kWrong));
}

TEST(MetricsTest, GoldenFigures) {
  Evaluation evaluation;
  evaluation.Add(MakeSample({kZhang, kLi}, "A"), {{{"张三", 0, 2, 0.9F}, {"李四", 3, 5, 0.8F}}, 0.1F});  // exact
  evaluation.Add(MakeSample({kZhang}, "A"), {{{"李四", 3, 5, 0.6F}}, 0.2F});                             // wrong
  evaluation.Add(MakeSample({kLi}, "B"), {{}, 0.7F});                                                    // missed
  evaluation.Add(MakeSample({}, "B"), {{}, 0.9F});                                                       // right
  const Metrics& all = evaluation.overall();
  EXPECT_EQ(all.spans.gold, 4);
  EXPECT_EQ(all.spans.predicted, 3);
  EXPECT_EQ(all.spans.right, 2);
  EXPECT_NEAR(all.spans.f1(), 4.0 / 7, 1e-12);
  EXPECT_NEAR(all.set_exact(), 0.5, 1e-12);
  EXPECT_NEAR(all.no_answer_accuracy(), 0.75, 1e-12);
  EXPECT_NEAR(all.no_answer.precision(), 0.5, 1e-12);
  EXPECT_NEAR(all.no_answer.recall(), 1, 1e-12);
  EXPECT_EQ(all.cmrc_samples, 2);
  EXPECT_EQ(all.cmrc_em(), 0);
  // Bins 0.9: |1 - 0.9|, 0.8: |1 - 0.8|, 0.6: |0 - 0.6| over three spans.
  EXPECT_NEAR(all.span_scores.value(), (0.1 + 0.2 + 0.6) / 3, 1e-6);
  EXPECT_NEAR(evaluation.by_label().at("A").spans.f1(), 2 * 2.0 / 6, 1e-12);
  EXPECT_EQ(evaluation.by_label().at("B").samples, 2);
  EXPECT_EQ(evaluation.by_length().at(0).samples, 4);
}

TEST(MetricsTest, EmptyEvaluationIsAllZeros) {
  const Evaluation evaluation;
  EXPECT_EQ(evaluation.overall().spans.f1(), 0);
  EXPECT_EQ(evaluation.overall().set_exact(), 0);
  EXPECT_FALSE(FormatMetrics(evaluation).empty());
}

TEST(MetricsTest, LengthBuckets) {
  EXPECT_EQ(LengthBucketName(0), "1-64");
  EXPECT_EQ(LengthBucketName(1), "65-128");
  EXPECT_EQ(LengthBucketName(5), "> 1024");
}

// Scoring the gold answers themselves gives 1 everywhere, and merging parts gives the whole.
TEST(MetricsTest, GoldAgainstItselfIsPerfectAndPartsMerge) {
  Random random(7);
  Evaluation whole;
  Evaluation left;
  Evaluation right;
  for (int i = 0; i < 200; ++i) {
    data::Sample sample = MakeSample({}, random.Chance(0.5) ? "x" : "y");
    if (random.Chance(0.6)) sample.answers.push_back(kZhang);
    if (random.Chance(0.4)) sample.answers.push_back(kLi);
    Prediction prediction;
    for (const data::AnswerSpan& answer : sample.answers) {
      prediction.spans.push_back({answer.text, answer.begin_char, answer.end_char, 1.0F});
    }
    prediction.no_answer = sample.answers.empty() ? 1.0F : 0.0F;
    whole.Add(sample, prediction);
    (random.Chance(0.3) ? left : right).Add(sample, prediction);
  }
  EXPECT_EQ(whole.overall().spans.f1(), 1);
  EXPECT_EQ(whole.overall().texts.f1(), 1);
  EXPECT_EQ(whole.overall().set_exact(), 1);
  EXPECT_EQ(whole.overall().no_answer.f1(), 1);
  EXPECT_EQ(whole.overall().cmrc_em(), 1);
  EXPECT_EQ(whole.overall().span_scores.value(), 0);
  EXPECT_EQ(whole.overall().no_answer_scores.value(), 0);
  left.Merge(right);
  EXPECT_EQ(MetricsToJson(left), MetricsToJson(whole));
}

TEST(FormatTableTest, JsonHoldsWhatTheTableShows) {
  Evaluation evaluation;
  evaluation.Add(MakeSample({kZhang}, "人\xff"), {{{"张三", 0, 2, 0.9F}}, 0.1F});
  const auto json = nlohmann::json::parse(MetricsToJson(evaluation));
  EXPECT_EQ(json["overall"]["spans"]["f1"], 1.0);
  EXPECT_EQ(json["by_length"]["1-64"]["samples"], 1);
  EXPECT_EQ(json["overall"]["span_calibration"]["bins"].size(), 10U);
  const std::string table = FormatMetrics({{"model", &evaluation}, {"baseline", &evaluation}});
  EXPECT_THAT(table, testing::HasSubstr("baseline"));
  EXPECT_THAT(table, testing::HasSubstr("100.00"));
}

}  // namespace
}  // namespace tiqu::eval
