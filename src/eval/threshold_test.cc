#include "eval/threshold.h"

#include <gtest/gtest.h>

#include "base/random.h"

namespace tiqu::eval {
namespace {

TEST(ThresholdTest, GoldenChoice) {
  const ThresholdChoice choice = TuneThreshold({{0.7F, true}, {0.9F, true}, {0.8F, false}, {0.2F, false}}, 2);
  EXPECT_NEAR(choice.threshold, 0.45, 1e-6);
  EXPECT_NEAR(choice.f1, 0.8, 1e-12);
  EXPECT_NEAR(choice.precision, 2.0 / 3, 1e-12);
  EXPECT_NEAR(choice.recall, 1, 1e-12);
}

TEST(ThresholdTest, EqualScoresStayTogether) {
  const ThresholdChoice choice = TuneThreshold({{0.9F, true}, {0.5F, true}, {0.5F, false}, {0.5F, false}}, 2);
  EXPECT_NEAR(choice.threshold, 0.7, 1e-6);
  EXPECT_NEAR(choice.f1, 2.0 / 3, 1e-12);
}

TEST(ThresholdTest, NothingToChooseFrom) {
  EXPECT_EQ(TuneThreshold({}, 3).threshold, 0.5F);
  EXPECT_EQ(TuneThreshold({{0.9F, false}}, 0).threshold, 0.5F);
}

// No threshold of a fine grid does better, and the chosen one gives the F1 that it claims.
TEST(ThresholdTest, BeatsEveryOtherThreshold) {
  Random random(3);
  for (int round = 0; round < 50; ++round) {
    std::vector<std::pair<float, bool>> candidates;
    int64_t gold = random.Between(1, 10);
    for (int i = random.Between(1, 40); i > 0; --i) {
      const float score = static_cast<float>(random.Below(50)) / 50.0F;
      const bool right = random.Chance(score);
      candidates.emplace_back(score, right);
      gold += right ? 1 : 0;
    }
    const auto f1_at = [&](float threshold) {
      int64_t taken = 0;
      int64_t right = 0;
      for (const auto& [score, is_right] : candidates) {
        taken += score >= threshold ? 1 : 0;
        right += score >= threshold && is_right ? 1 : 0;
      }
      return 2.0 * static_cast<double>(right) / static_cast<double>(taken + gold);
    };
    const ThresholdChoice choice = TuneThreshold(candidates, gold);
    if (choice.f1 > 0) {
      EXPECT_NEAR(f1_at(choice.threshold), choice.f1, 1e-12);
    }
    for (float t = 0; t <= 1.01F; t += 0.01F) EXPECT_LE(f1_at(t), choice.f1 + 1e-12);
  }
}

TEST(ThresholdTest, WorksOnPredictions) {
  data::Sample sample;
  sample.passage = "张三李四";
  sample.answers = {{"张三", 0, 2}};
  const ThresholdChoice choice = TuneThreshold({sample}, {{{{"张三", 0, 2, 0.8F}, {"李四", 2, 4, 0.4F}}, 0}});
  EXPECT_NEAR(choice.threshold, 0.6, 1e-6);
  EXPECT_EQ(choice.f1, 1);
}

data::Sample Question(const std::string& answer) {
  data::Sample sample;
  sample.passage = "张三李四王五";
  if (!answer.empty()) sample.answers = {{answer, -1, -1}};
  return sample;
}

Prediction Best(const std::string& text, float score) { return {{{text, 0, 2, score}}, 0}; }

TEST(SingleThresholdTest, SilenceNeverPaysWhereEverythingHasAnAnswer) {
  const SingleThresholdChoice choice =
      TuneSingleThreshold({Question("张三"), Question("李四")}, {Best("张三", 0.9F), Best("王五", 0.01F)});
  EXPECT_EQ(choice.threshold, 0);
  EXPECT_NEAR(choice.score, 0.5, 1e-12);
}

TEST(SingleThresholdTest, UnanswerableSamplesRaiseTheThreshold) {
  const SingleThresholdChoice choice =
      TuneSingleThreshold({Question("张三"), Question(""), Question("李四"), Question("")},
                          {Best("张三", 0.9F), Best("王五", 0.3F), Best("李四王", 0.5F), {}});
  EXPECT_NEAR(choice.threshold, 0.4, 1e-6);
  EXPECT_NEAR(choice.score, (1 + 1 + 0.8 + 1) / 4, 1e-12);  // 李四王 against 李四: two units of three, two of two
}

TEST(SingleThresholdTest, TheBestSpanCountsWhateverItsPlace) {
  const SingleThresholdChoice choice =
      TuneSingleThreshold({Question("李四")}, {{{{"张三", 0, 2, 0.2F}, {"李四", 2, 4, 0.6F}}, 0}});
  EXPECT_NEAR(choice.score, 1, 1e-12);
}

TEST(SingleThresholdTest, NothingToChooseFrom) {
  EXPECT_EQ(TuneSingleThreshold({}, {}).score, 0);
  const SingleThresholdChoice silent = TuneSingleThreshold({Question("")}, {{}});
  EXPECT_EQ(silent.score, 1);
  EXPECT_EQ(silent.threshold, 1);
}

}  // namespace
}  // namespace tiqu::eval
