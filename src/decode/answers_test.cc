#include "decode/answers.h"

#include <cmath>

#include "base/random.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tiqu::decode {
namespace {

// Emissions that say each tag of `tags` ("OOBIO") with probability `sure`.
std::vector<float> Say(const std::string& tags, float sure = 0.98F) {
  std::vector<float> emissions;
  for (const char tag : tags) {
    for (const char each : {'O', 'B', 'I'}) emissions.push_back(std::log(tag == each ? sure : (1 - sure) / 2));
  }
  return emissions;
}

std::vector<std::pair<int, int>> Spans(const std::vector<ScoredSpan>& spans) {
  std::vector<std::pair<int, int>> result;
  for (const ScoredSpan& span : spans) result.push_back({span.begin, span.end});
  return result;
}

using Pairs = std::vector<std::pair<int, int>>;

TEST(AnswersTest, SeveralAnswersComeOutInPassageOrder) {
  const DecodedAnswers answers = DecodeAnswers(Chain{ChainScores{}}, Say("OOBIIOOBOBI"), {});
  EXPECT_EQ(Spans(answers.spans), (Pairs{{2, 5}, {7, 8}, {9, 11}}));
  EXPECT_LT(answers.no_answer, 1e-3F);
  for (const ScoredSpan& span : answers.spans) EXPECT_GT(span.score, 0.85F);
}

TEST(AnswersTest, NothingIsReportedWhereAllIsO) {
  const DecodedAnswers answers = DecodeAnswers(Chain{ChainScores{}}, Say("OOOOO"), {});
  EXPECT_TRUE(answers.spans.empty());
  EXPECT_GT(answers.no_answer, 0.9F);
}

TEST(AnswersTest, SingleKeepsTheBest) {
  std::vector<float> emissions = Say("OBIO", 0.9F);
  const std::vector<float> sure = Say("OBIO", 0.99F);
  emissions.insert(emissions.end(), sure.begin(), sure.end());
  AnswerRules rules;
  rules.single = true;
  EXPECT_EQ(Spans(DecodeAnswers(Chain{ChainScores{}}, emissions, rules).spans), (Pairs{{5, 7}}));
}

TEST(AnswersTest, ASingleAnswerHasTheHighestExpectedF1) {
  AnswerRules rules;
  rules.single = true;
  rules.threshold = 0.2F;
  const std::vector<ScoredSpan> candidates = {{40, 41, 0.31F}, {3, 20, 0.3F}, {3, 18, 0.25F}, {3, 19, 0.25F}};
  EXPECT_EQ(Spans(ChooseAnswers(candidates, 0, rules)), (Pairs{{3, 19}}));
  rules.threshold = 0.28F;  // of the chosen one: the others' scores do not speak for it
  EXPECT_TRUE(ChooseAnswers(candidates, 0, rules).empty());
  EXPECT_TRUE(ChooseAnswers({}, 0, rules).empty());
}

// The walk over neighbours finds what all pairs would.
TEST(AnswersTest, TheSingleAnswerIsTheBestOfAllPairs) {
  Random random(7);
  AnswerRules rules;
  rules.single = true;
  rules.threshold = 0;
  for (int round = 0; round < 300; ++round) {
    std::vector<ScoredSpan> candidates;
    for (int i = 0; i < 12; ++i) {
      const auto begin = static_cast<int32_t>(random.Below(30));
      candidates.push_back(
          {begin, begin + 1 + static_cast<int32_t>(random.Below(15)), static_cast<float>(random.Uniform())});
    }
    const auto expected_f1 = [&](const ScoredSpan& span) {
      double sum = 0;
      for (const ScoredSpan& other : candidates) {
        int shared = 0;
        for (int i = span.begin; i < span.end; ++i) shared += i >= other.begin && i < other.end ? 1 : 0;
        sum += other.score * 2.0 * shared / (span.end - span.begin + other.end - other.begin);
      }
      return sum;
    };
    const std::vector<ScoredSpan> chosen = ChooseAnswers(candidates, 0, rules);
    ASSERT_EQ(chosen.size(), 1U);
    for (const ScoredSpan& span : candidates) EXPECT_GE(expected_f1(chosen[0]) + 1e-9, expected_f1(span));
  }
}

TEST(AnswersTest, TooLongAnswersAreDropped) {
  AnswerRules rules;
  rules.max_answer_chars = 3;
  EXPECT_EQ(Spans(DecodeAnswers(Chain{ChainScores{}}, Say("OBIIIOBII"), rules).spans), (Pairs{{6, 9}}));
}

TEST(AnswersTest, SurelyNoAnswerSilencesSpans) {
  AnswerRules rules;
  rules.threshold = 0.1F;
  rules.no_answer_threshold = 0.5F;
  const std::vector<ScoredSpan> candidates = {{0, 2, 0.3F}};
  EXPECT_TRUE(ChooseAnswers(candidates, 0.6F, rules).empty());
  EXPECT_EQ(ChooseAnswers(candidates, 0.4F, rules).size(), 1U);
}

TEST(AnswersTest, OverlappingCandidatesGoToTheBetter) {
  AnswerRules rules;
  rules.threshold = 0.1F;
  const std::vector<ScoredSpan> candidates = {{0, 4, 0.3F}, {2, 6, 0.5F}, {5, 9, 0.4F}, {6, 8, 0.2F}, {9, 10, 0.1F}};
  EXPECT_EQ(Spans(ChooseAnswers(candidates, 0, rules)), (Pairs{{2, 6}, {6, 8}, {9, 10}}));
}

TEST(AnswersTest, AZeroThresholdIsHeldAtTheLeastOne) {
  AnswerRules rules;
  rules.threshold = 0;
  for (const ScoredSpan& span : DecodeAnswers(Chain{ChainScores{}}, Say("OBIOBIO", 0.6F), rules).spans) {
    EXPECT_GE(span.score, kLeastThreshold);
  }
}

}  // namespace
}  // namespace tiqu::decode
