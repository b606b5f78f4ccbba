#include "eval/cmrc_score.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tiqu::eval {
namespace {

TEST(CmrcScoreTest, EqualAfterCaseAndPunctuationIsExact) {
  const CmrcScore score = ScoreCmrc(" 《IPhone》， ", {"iphone"});
  EXPECT_EQ(score.em, 1);
  EXPECT_EQ(score.f1, 1);
}

TEST(CmrcScoreTest, CountsTheLongestContiguousRunNotABag) {
  // Shared units 深 圳 南 山, but the longest run has two.
  const CmrcScore score = ScoreCmrc("深圳市南山区", {"深圳南山"});
  EXPECT_EQ(score.em, 0);
  EXPECT_NEAR(score.f1, 2 * (2.0 / 6) * (2.0 / 4) / (2.0 / 6 + 2.0 / 4), 1e-12);
}

TEST(CmrcScoreTest, TakesTheBestReference) {
  const CmrcScore score = ScoreCmrc("北京", {"上海", "北京市", "北京"});
  EXPECT_EQ(score.em, 1);
  EXPECT_EQ(score.f1, 1);
  EXPECT_NEAR(ScoreCmrc("北京", {"上海", "北京市"}).f1, 0.8, 1e-12);
}

TEST(CmrcScoreTest, NothingInCommonIsZero) {
  EXPECT_EQ(ScoreCmrc("上海", {"北京"}).f1, 0);
  EXPECT_EQ(ScoreCmrc("", {"北京"}).f1, 0);
  EXPECT_EQ(ScoreCmrc("", {"北京"}).em, 0);
  EXPECT_EQ(ScoreCmrc("北京", {}).em, 0);
}

TEST(CmrcScoreTest, CutsWordsAndHanCharacters) {
  EXPECT_THAT(CmrcUnits("iPhone 7 plus很贵"), testing::ElementsAre(U"iphone", U"7", U"plus", U"很", U"贵"));
  EXPECT_THAT(CmrcUnits("3.14，约1,000元."), testing::ElementsAre(U"3.14", U"约", U"1,000", U"元", U"."));
  EXPECT_THAT(CmrcUnits("2010-2012"), testing::ElementsAre(U"20102012"));
  EXPECT_THAT(CmrcUnits("\xff"), testing::IsEmpty());
}

}  // namespace
}  // namespace tiqu::eval
