#include "engine/arena.h"

#include "base/random.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tiqu::engine {
namespace {

using testing::ElementsAre;

TEST(ArenaTest, NothingTakesNothing) {
  EXPECT_EQ(LayOutArena({}).bytes, 0);
  EXPECT_TRUE(LayOutArena({}).offsets.empty());
}

TEST(ArenaTest, TensorsAliveTogetherLieBesideEachOther) {
  const ArenaLayout layout = LayOutArena({{128, 0, 2}, {256, 1, 3}, {64, 2, 2}});
  EXPECT_THAT(layout.offsets, ElementsAre(256, 0, 384));
  EXPECT_EQ(layout.bytes, 448);
}

TEST(ArenaTest, AChainNeedsTheLargestPairOfNeighbours) {
  const ArenaLayout layout = LayOutArena({{256, 0, 1}, {128, 1, 2}, {256, 2, 3}, {128, 3, 4}});
  EXPECT_THAT(layout.offsets, ElementsAre(0, 256, 0, 256));
  EXPECT_EQ(layout.bytes, 384);
}

TEST(ArenaTest, TheSmallestGapThatFitsIsTaken) {
  // At moment 5 the second and the fourth are gone and leave gaps of 256 and 128 bytes.
  const ArenaLayout layout =
      LayOutArena({{512, 0, 9}, {256, 0, 4}, {192, 0, 9}, {128, 0, 4}, {128, 0, 9}, {100, 5, 5}});
  EXPECT_THAT(layout.offsets, ElementsAre(0, 512, 768, 960, 1088, 960));
  EXPECT_EQ(layout.bytes, 1216);
}

TEST(ArenaTest, SizesAreRoundedToCacheLines) {
  const ArenaLayout layout = LayOutArena({{65, 0, 0}, {1, 0, 0}});
  EXPECT_THAT(layout.offsets, ElementsAre(0, 128));
  EXPECT_EQ(layout.bytes, 192);
}

TEST(ArenaTest, NoTwoTensorsMeetInTimeAndSpace) {
  Random random(5);
  for (int round = 0; round < 200; ++round) {
    std::vector<Lifetime> tensors;
    int64_t sum = 0;
    const int count = random.Between(1, 60);
    for (int i = 0; i < count; ++i) {
      const int first = random.Between(0, 40);
      tensors.push_back({random.Between(1, 5000), first, first + random.Between(0, 12)});
      sum += tensors.back().bytes + 64;
    }
    const ArenaLayout layout = LayOutArena(tensors);
    EXPECT_LE(layout.bytes, sum);
    for (int i = 0; i < count; ++i) {
      const Lifetime& a = tensors[i];
      ASSERT_GE(layout.offsets[i], 0);
      ASSERT_EQ(layout.offsets[i] % 64, 0);
      ASSERT_LE(layout.offsets[i] + a.bytes, layout.bytes);
      for (int j = 0; j < i; ++j) {
        const Lifetime& b = tensors[j];
        const bool in_time = a.first <= b.last && b.first <= a.last;
        const bool in_space =
            layout.offsets[i] < layout.offsets[j] + b.bytes && layout.offsets[j] < layout.offsets[i] + a.bytes;
        ASSERT_FALSE(in_time && in_space) << i << " and " << j << " in round " << round;
      }
    }
  }
}

}  // namespace
}  // namespace tiqu::engine
