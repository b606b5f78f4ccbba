#include "tiqu/dims.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tiqu {
namespace {

using testing::ElementsAre;

TEST(DimsTest, FewAndManyBehaveTheSame) {
  for (const int64_t count : {0, 1, 5, 6, 7, 20}) {
    std::vector<int64_t> expected;
    Dims dims;
    for (int64_t i = 0; i < count; ++i) {
      expected.push_back(i * i);
      dims.push_back(i * i);
    }
    EXPECT_EQ(dims.size(), expected.size());
    EXPECT_EQ(dims, Dims(expected));
    EXPECT_TRUE(std::equal(dims.begin(), dims.end(), expected.begin(), expected.end()));
    Dims copy = dims;
    copy.push_back(-1);
    EXPECT_EQ(copy.back(), -1);
    EXPECT_FALSE(copy == dims);
    copy.pop_back();
    EXPECT_EQ(copy, dims);
  }
}

TEST(DimsTest, InsertAndEraseMoveTheRest) {
  Dims dims = {1, 2, 3, 4, 5};
  dims.insert(dims.begin() + 1, 9);
  EXPECT_THAT(dims, ElementsAre(1, 9, 2, 3, 4, 5));
  const Dims more = {7, 8};
  dims.insert(dims.end(), more.begin(), more.end());  // from within the object to the heap
  EXPECT_THAT(dims, ElementsAre(1, 9, 2, 3, 4, 5, 7, 8));
  dims.erase(dims.begin(), dims.begin() + 3);
  EXPECT_THAT(dims, ElementsAre(3, 4, 5, 7, 8));
  dims.erase(dims.begin() + 4);
  EXPECT_THAT(dims, ElementsAre(3, 4, 5, 7));
}

TEST(DimsTest, ResizeAndAssignFill) {
  Dims dims(2, 5);
  dims.resize(4, 7);
  EXPECT_THAT(dims, ElementsAre(5, 5, 7, 7));
  dims.resize(8);
  EXPECT_THAT(dims, ElementsAre(5, 5, 7, 7, 0, 0, 0, 0));
  dims.resize(1);
  dims.resize(3, 2);
  EXPECT_THAT(dims, ElementsAre(5, 2, 2));
  dims.assign(2, 4);
  EXPECT_THAT(dims, ElementsAre(4, 4));
  dims.clear();
  EXPECT_TRUE(dims.empty());
  dims.push_back(3);
  EXPECT_THAT(dims, ElementsAre(3));
  EXPECT_THAT(Dims(8, 3), ElementsAre(3, 3, 3, 3, 3, 3, 3, 3));
  Dims many(7, 1);
  many.resize(0);
  many.resize(9, 2);
  EXPECT_THAT(many, ElementsAre(2, 2, 2, 2, 2, 2, 2, 2, 2));
}

TEST(DimsTest, WhatWasMovedFromIsEmpty) {
  for (const size_t size : {3, 9}) {
    Dims from(size, 4), to;
    to = std::move(from);
    EXPECT_EQ(to, Dims(size, 4));
    from.push_back(1);  // NOLINT: that is the question
    EXPECT_THAT(from, ElementsAre(1));
    const Dims made(std::move(to));
    EXPECT_EQ(made, Dims(size, 4));
  }
}

}  // namespace
}  // namespace tiqu
