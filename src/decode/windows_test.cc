#include "decode/windows.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "decode/answers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tiqu::decode {
namespace {

TEST(WindowsTest, GoldenPlan) {
  const std::vector<Window> windows = PlanWindows(1000, 512, 128);
  ASSERT_EQ(windows.size(), 3U);
  const int expected[3][4] = {{0, 512, 0, 448}, {384, 896, 448, 832}, {768, 1000, 832, 1000}};
  for (size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(windows[i].begin, expected[i][0]);
    EXPECT_EQ(windows[i].end, expected[i][1]);
    EXPECT_EQ(windows[i].own_begin, expected[i][2]);
    EXPECT_EQ(windows[i].own_end, expected[i][3]);
  }
}

TEST(WindowsTest, OwnPartsCoverEveryPassageOnce) {
  for (int window_chars = 1; window_chars <= 12; ++window_chars) {
    for (int overlap = 0; overlap < window_chars; ++overlap) {
      for (int chars = 0; chars <= 60; ++chars) {
        int next = 0;
        for (const Window& window : PlanWindows(chars, window_chars, overlap)) {
          EXPECT_EQ(window.own_begin, next);
          EXPECT_LT(window.own_begin, window.own_end);
          EXPECT_LE(window.begin, window.own_begin);
          EXPECT_LE(window.own_end, window.end);
          EXPECT_LE(window.end - window.begin, window_chars);
          next = window.own_end;
        }
        EXPECT_EQ(next, chars) << window_chars << " " << overlap;
      }
    }
  }
}

TEST(WindowsTest, EachCharacterLiesFarthestFromACutInItsOwnWindow) {
  const int chars = 500;
  const std::vector<Window> windows = PlanWindows(chars, 64, 20);
  const auto distance = [&](const Window& window, int at) {
    const int left = window.begin == 0 ? chars : at - window.begin;
    const int right = window.end == chars ? chars : window.end - 1 - at;
    return std::min(left, right);
  };
  for (const Window& owner : windows) {
    for (int at = owner.own_begin; at < owner.own_end; ++at) {
      for (const Window& other : windows) {
        if (at < other.begin || at >= other.end) continue;
        EXPECT_LE(distance(other, at), distance(owner, at) + 1) << at;
      }
    }
  }
}

TEST(WindowsTest, HugePassagesDoNotOverflow) {
  const int32_t most = std::numeric_limits<int32_t>::max();
  const std::vector<Window> windows = PlanWindows(most, 1 << 20, 0);
  EXPECT_EQ(windows.back().own_end, most);
}

TEST(WindowsTest, AnAnswerLongerThanAWindowSurvivesTheJoins) {
  const int chars = 300;
  const int begin = 30;
  const int end = 250;
  std::vector<float> log_pa(chars * 3);
  for (const Window& window : PlanWindows(chars, 64, 16)) {
    std::vector<float> pa;  // what a sure network says of this window, padded by some characters
    for (int at = window.begin; at < window.begin + 80; ++at) {
      const int tag = at == begin ? 1 : (at > begin && at < end ? 2 : 0);
      for (int each = 0; each < 3; ++each) pa.push_back(each == tag ? 0.999F : 0.0005F);
    }
    TakeOwnPart(window, pa, log_pa);
  }
  const DecodedAnswers answers = DecodeAnswers(Chain{ChainScores{}}, log_pa, {});
  ASSERT_EQ(answers.spans.size(), 1U);
  EXPECT_EQ(answers.spans[0].begin, begin);
  EXPECT_EQ(answers.spans[0].end, end);
  EXPECT_GT(answers.spans[0].score, 0.5F);
}

TEST(WindowsTest, ZeroProbabilitiesBecomeFiniteLogarithms) {
  const std::vector<float> pa = {1, 0, 0};
  std::vector<float> log_pa(3);
  TakeOwnPart({0, 1, 0, 1}, pa, log_pa);
  EXPECT_EQ(log_pa[0], 0);
  EXPECT_NEAR(log_pa[1], std::log(1e-30F), 1e-3);
}

}  // namespace
}  // namespace tiqu::decode
