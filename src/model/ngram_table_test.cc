#include "model/ngram_table.h"

#include "gtest/gtest.h"

namespace tiqu::model {
namespace {

TEST(NgramTableTest, EveryNgramIsFoundAndNoOther) {
  std::vector<std::pair<std::vector<int32_t>, int32_t>> ngrams;
  int32_t id = 0;
  for (int32_t a = 2; a < 60; ++a) {
    ngrams.push_back({{a}, ++id});
    for (int32_t b = 2; b < 60; b += 2) ngrams.push_back({{a, b}, ++id});
    for (int32_t c = 3; c < 9; ++c) ngrams.push_back({{a, c, a, c + 1}, ++id});
  }
  const NgramTable table = NgramTable::Build(ngrams);
  for (const auto& [chars, expected] : ngrams) EXPECT_EQ(table.Find(chars), expected);
  for (int32_t a = 2; a < 60; ++a) {
    for (int32_t b = 3; b < 60; b += 2) EXPECT_EQ(table.Find(std::vector<int32_t>{a, b}), 0) << a << " " << b;
  }
  EXPECT_LT(table.slots, static_cast<int32_t>(2 * ngrams.size()));
}

TEST(NgramTableTest, PaddingAndUnknownCharactersAreNeverFound) {
  const NgramTable table = NgramTable::Build({{{2, 3}, 1}, {{1, 3}, 2}, {{0}, 3}});
  EXPECT_EQ(table.Find(std::vector<int32_t>{2, 3}), 1);
  EXPECT_EQ(table.Find(std::vector<int32_t>{1, 3}), 0);
  EXPECT_EQ(table.Find(std::vector<int32_t>{0}), 0);
  EXPECT_EQ(table.Find(std::vector<int32_t>{2, 0}), 0);
  EXPECT_EQ(table.Find(std::vector<int32_t>{}), 0);
}

TEST(NgramTableTest, OfEqualNgramsTheFirstStays) {
  const NgramTable table = NgramTable::Build({{{5, 6}, 1}, {{5, 6}, 2}});
  EXPECT_EQ(table.Find(std::vector<int32_t>{5, 6}), 1);
}

TEST(NgramTableTest, AnEmptyTableFindsNothing) {
  const NgramTable table = NgramTable::Build({});
  EXPECT_EQ(table.Find(std::vector<int32_t>{5}), 0);
  EXPECT_EQ(table.keys.size(), 2U * static_cast<size_t>(table.slots));
}

// 5 * 7368787 + 6 and 5 * 11184811 + 6, modulo 16777213: what models on disk carry must not change.
TEST(NgramTableTest, HashesAreThoseOfTheDocument) {
  const NgramTable table = NgramTable::Build({{{5, 6}, 9}});
  ASSERT_EQ(table.slots, 2);
  EXPECT_EQ(table.keys, (std::vector<float>{-1, 5592422, -1, -1}));
  EXPECT_EQ(table.ids, (std::vector<float>{0, 9, 0, 0}));
}

}  // namespace
}  // namespace tiqu::model
