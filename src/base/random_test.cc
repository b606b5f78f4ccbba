#include "base/random.h"

#include <algorithm>
#include <limits>
#include <set>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tiqu {
namespace {

using testing::ElementsAre;

// What the published demo of PCG32 prints for seed 42 and stream 54.
TEST(RandomTest, NumbersAreThoseOfThePublishedReference) {
  Random random(42, 54);
  std::vector<uint32_t> numbers;
  for (int i = 0; i < 6; ++i) numbers.push_back(random.Next());
  EXPECT_THAT(numbers, ElementsAre(0xa15c02b7, 0x7b47f409, 0xba1d3330, 0x83d2f293, 0xbfa4784b, 0xcbed606e));
  std::string coins;
  for (int i = 0; i < 65; ++i) coins += random.Below(2) == 1 ? 'H' : 'T';
  EXPECT_EQ(coins, "HHTTTHTHHHTHTTTHHHHHTTTHHHTHTHTHTTHTTTHHHHHHTTTTHHTTTTTHTTTTTTTHT");
  std::string rolls;
  for (int i = 0; i < 33; ++i) rolls += static_cast<char>('1' + random.Below(6));
  EXPECT_EQ(rolls, "341122324324335231315141564662633");
}

TEST(RandomTest, SameSeedSameNumbersOtherStreamOtherNumbers) {
  Random a(7, 1);
  Random b(7, 1);
  Random c(7, 2);
  int equal = 0;
  for (int i = 0; i < 1000; ++i) {
    const uint32_t number = a.Next();
    EXPECT_EQ(number, b.Next());
    equal += number == c.Next();
  }
  EXPECT_LT(equal, 3);
}

TEST(RandomTest, BetweenIncludesBothEndsAndTakesTheWholeRange) {
  Random random(1);
  std::set<int> seen;
  for (int i = 0; i < 500; ++i) seen.insert(random.Between(-2, 2));
  EXPECT_THAT(seen, ElementsAre(-2, -1, 0, 1, 2));
  EXPECT_EQ(random.Between(5, 5), 5);
  bool negative = false;
  bool positive = false;
  for (int i = 0; i < 100; ++i) {
    const int value = random.Between(std::numeric_limits<int>::min(), std::numeric_limits<int>::max());
    negative = negative || value < 0;
    positive = positive || value > 0;
  }
  EXPECT_TRUE(negative && positive);
}

TEST(RandomTest, UniformAndChanceFollowTheirProbability) {
  Random random(3);
  double sum = 0;
  int hits = 0;
  for (int i = 0; i < 20000; ++i) {
    const double value = random.Uniform();
    ASSERT_GE(value, 0.0);
    ASSERT_LT(value, 1.0);
    sum += value;
    hits += random.Chance(0.25);
  }
  EXPECT_NEAR(sum / 20000, 0.5, 0.01);
  EXPECT_NEAR(hits / 20000.0, 0.25, 0.01);
  EXPECT_FALSE(random.Chance(0));
  EXPECT_TRUE(random.Chance(1));
}

TEST(RandomTest, ShuffleKeepsEveryValueAndPickGivesOneOfThem) {
  Random random(5);
  std::vector<int> values(100);
  for (int i = 0; i < 100; ++i) values[static_cast<size_t>(i)] = i;
  std::vector<int> shuffled = values;
  random.Shuffle(&shuffled);
  EXPECT_NE(shuffled, values);
  const int picked = random.Pick(shuffled);
  EXPECT_TRUE(picked >= 0 && picked < 100);
  std::sort(shuffled.begin(), shuffled.end());
  EXPECT_EQ(shuffled, values);
}

}  // namespace
}  // namespace tiqu
