#include "serving/batching/batch_tensors.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tiqu::serving {
namespace {

using testing::ElementsAre;

std::vector<float> FloatsOf(const Tensor& tensor) {
  return {tensor.data<float>(), tensor.data<float>() + tensor.size()};
}

TEST(BatchTensorsTest, RowsOfOneShapeAreJoined) {
  const Tensor a = Tensor::Of<float>({2, 2}, {1, 2, 3, 4});
  const Tensor b = Tensor::Of<float>({1, 2}, {5, 6});
  const Tensor joined = JoinRows({{&a, 0, 2}, {&b, 0, 1}, {&a, 1, 2}}, Filling::kFirstElement);
  EXPECT_EQ(joined.shape(), (Shape{4, 2}));
  EXPECT_THAT(FloatsOf(joined), ElementsAre(1, 2, 3, 4, 5, 6, 3, 4));
  const Tensor scalars = Tensor::Of<float>({3}, {7, 8, 9});
  EXPECT_THAT(FloatsOf(JoinRows({{&scalars, 1, 3}}, Filling::kZero)), ElementsAre(8, 9));
}

TEST(BatchTensorsTest, ShorterRowsArePaddedWithZerosOrTheirFirstElement) {
  const Tensor a = Tensor::Of<float>({1, 3}, {1, 2, 3});
  const Tensor b = Tensor::Of<float>({2, 1}, {5, 6});
  EXPECT_THAT(FloatsOf(JoinRows({{&a, 0, 1}, {&b, 0, 2}}, Filling::kZero)), ElementsAre(1, 2, 3, 5, 0, 0, 6, 0, 0));
  EXPECT_THAT(FloatsOf(JoinRows({{&a, 0, 1}, {&b, 0, 2}}, Filling::kFirstElement)),
              ElementsAre(1, 2, 3, 5, 5, 5, 6, 5, 5));
}

TEST(BatchTensorsTest, EveryDimensionIsPaddedAndCutBack) {
  const Tensor a = Tensor::Of<float>({1, 2, 1}, {1, 2});
  const Tensor b = Tensor::Of<float>({1, 1, 3}, {4, 5, 6});
  const Tensor joined = JoinRows({{&a, 0, 1}, {&b, 0, 1}}, Filling::kZero);
  EXPECT_EQ(joined.shape(), (Shape{2, 2, 3}));
  EXPECT_THAT(FloatsOf(joined), ElementsAre(1, 0, 0, 2, 0, 0, 4, 5, 6, 0, 0, 0));
  EXPECT_THAT(FloatsOf(TakeRows(joined, 0, {1, 2, 1})), ElementsAre(1, 2));
  EXPECT_THAT(FloatsOf(TakeRows(joined, 1, {1, 1, 3})), ElementsAre(4, 5, 6));
  EXPECT_THAT(FloatsOf(TakeRows(joined, 1, {1, 2, 3})), ElementsAre(4, 5, 6, 0, 0, 0));
}

TEST(BatchTensorsTest, StringsAreJoinedToo) {
  Tensor a(DataType::kString, {1, 1});
  a.strings() = {"文"};
  Tensor b(DataType::kString, {1, 2});
  b.strings() = {"x", "y"};
  const Tensor joined = JoinRows({{&a, 0, 1}, {&b, 0, 1}}, Filling::kFirstElement);
  EXPECT_THAT(joined.strings(), ElementsAre("文", "文", "x", "y"));
  EXPECT_THAT(JoinRows({{&a, 0, 1}, {&b, 0, 1}}, Filling::kZero).strings(), ElementsAre("文", "", "x", "y"));
  EXPECT_THAT(TakeRows(joined, 1, {1, 1}).strings(), ElementsAre("x"));
}

TEST(BatchTensorsTest, TensorsWithoutElementsAreJoined) {
  const Tensor a(DataType::kFloat, {2, 0});
  const Tensor joined = JoinRows({{&a, 0, 2}, {&a, 0, 2}}, Filling::kFirstElement);
  EXPECT_EQ(joined.shape(), (Shape{4, 0}));
  EXPECT_EQ(TakeRows(joined, 1, {1, 0}).shape(), (Shape{1, 0}));
}

}  // namespace
}  // namespace tiqu::serving
