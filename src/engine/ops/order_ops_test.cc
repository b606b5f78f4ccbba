// Slices by index vectors, elements in another order, running sums, random numbers.
#include "engine/ops/op_test_util.h"

namespace tiqu::engine {
namespace {

TEST(ScatterOpsTest, GatherNdTakesElementsAndRows) {
  ExpectFloats(RunOp(Op("GatherNd"), {kSix, Ints({2, 2}, {1, 2, 0, 0})}), {2}, {6, 1});
  ExpectFloats(RunOp(Op("GatherNd"), {kSix, Ints({1, 1}, {1})}), {1, 3}, {4, 5, 6});
  ExpectError(RunOp(Op("GatherNd"), {kSix, Ints({1, 2}, {0, 3})}), kInvalid, "3 for axis 1, which is not in [0, 3)");
  ExpectError(RunOp(Op("GatherNd"), {kSix, Ints({1, 3}, {0, 0, 0})}), kInvalid, "indices of shape (1, 3)");
}

TEST(ScatterOpsTest, ScatterNdAddsAndTensorScatterReplaces) {
  ExpectFloats(RunOp(Op("ScatterNd"), {Ints({3, 1}, {2, 0, 2}), Floats({3}, {1, 2, 3}), Vector({4})}), {4},
               {2, 0, 4, 0});
  const Tensor at = Ints({1, 1}, {1}), row = Floats({1, 3}, {9, 1, 6});
  ExpectFloats(RunOp(Op("TensorScatterUpdate"), {kSix, at, row}), {2, 3}, {1, 2, 3, 9, 1, 6});
  ExpectFloats(RunOp(Op("TensorScatterAdd"), {kSix, at, row}), {2, 3}, {1, 2, 3, 13, 6, 12});
  ExpectFloats(RunOp(Op("TensorScatterSub"), {kSix, at, row}), {2, 3}, {1, 2, 3, -5, 4, 0});
  ExpectFloats(RunOp(Op("TensorScatterMax"), {kSix, at, row}), {2, 3}, {1, 2, 3, 9, 5, 6});
  ExpectFloats(RunOp(Op("TensorScatterMin"), {kSix, at, row}), {2, 3}, {1, 2, 3, 4, 1, 6});
  ExpectError(RunOp(Op("TensorScatterUpdate"), {kSix, at, Floats({3}, {1, 2, 3})}), kInvalid,
              "updates have shape (3), expected (1, 3)");
}

TEST(OrderOpsTest, Reverse) {
  ExpectFloats(RunOp(Op("ReverseV2"), {kSix, Vector({-1})}), {2, 3}, {3, 2, 1, 6, 5, 4});
  ExpectError(RunOp(Op("ReverseV2"), {kSix, Vector({0, -2})}), kInvalid, "axis 0 stands twice");
  const Op sequence = Op("ReverseSequence").Int("seq_dim", 1).Int("batch_dim", 0);
  ExpectFloats(RunOp(sequence, {kSix, Vector({2, 0})}), {2, 3}, {2, 1, 3, 4, 5, 6});
  ExpectError(RunOp(sequence, {kSix, Vector({2, 4})}), kInvalid, "length 4 is not in [0, 3]");
  ExpectError(RunOp(sequence, {kSix, Vector({2})}), kInvalid, "1 lengths");
}

TEST(OrderOpsTest, MirrorPad) {
  const Tensor in = Floats({3}, {1, 2, 3}), two = Ints({1, 2}, {2, 1});
  ExpectFloats(RunOp(Op("MirrorPad").String("mode", "REFLECT"), {in, two}), {6}, {3, 2, 1, 2, 3, 2});
  ExpectFloats(RunOp(Op("MirrorPad").String("mode", "SYMMETRIC"), {in, two}), {6}, {2, 1, 1, 2, 3, 3});
  ExpectError(RunOp(Op("MirrorPad").String("mode", "REFLECT"), {in, Ints({1, 2}, {3, 0})}), kInvalid,
              "cannot be mirrored by 3 and 0");
}

TEST(OrderOpsTest, TopK) {
  const auto best = RunOpOutputs(Op("TopKV2"), {Floats({2, 3}, {1, 3, 3, 5, 4, 6}), Scalar(2)});
  ASSERT_TRUE(best.ok()) << best.status();
  ExpectFloats((*best)[0], {2, 2}, {3, 3, 6, 5});
  ExpectInts((*best)[1], {2, 2}, {1, 2, 2, 0});
  ExpectError(RunOp(Op("TopKV2"), {kSix, Scalar(4)}), kInvalid, "the 4 largest of rows of shape (2, 3)");
}

TEST(OrderOpsTest, WhereInvertPermutationAndBandPart) {
  const auto found = RunOp(Op("Where"), {Bools({2, 2}, {0, 1, 1, 0})});
  ASSERT_TRUE(found.ok()) << found.status();
  EXPECT_EQ(found->shape(), (Shape{2, 2}));
  EXPECT_EQ(ValuesOf<int64_t>(*found), (std::vector<int64_t>{0, 1, 1, 0}));
  ExpectInts(RunOp(Op("InvertPermutation"), {Vector({2, 0, 1})}), {3}, {1, 2, 0});
  ExpectError(RunOp(Op("InvertPermutation"), {Vector({0, 0})}), kInvalid, "0 is out of range or stands twice");
  ExpectFloats(RunOp(Op("MatrixBandPart"), {kSix, Scalar(0), Scalar(1)}), {2, 3}, {1, 2, 0, 0, 5, 6});
}

TEST(ScanOpsTest, RunningSumsAndProducts) {
  ExpectFloats(RunOp(Op("Cumsum"), {kSix, Scalar(1)}), {2, 3}, {1, 3, 6, 4, 9, 15});
  ExpectFloats(RunOp(Op("Cumsum").Bool("exclusive", true).Bool("reverse", true), {kSix, Scalar(-1)}), {2, 3},
               {5, 3, 0, 11, 6, 0});
  ExpectInts(RunOp(Op("Cumprod"), {Vector({2, 3, 4}), Scalar(0)}), {3}, {2, 6, 24});
}

TEST(RandomOpsTest, NumbersAreAFunctionOfTheSeeds) {
  const auto first = RunOp(Op("RandomUniform").Int("seed", 3), {Vector({1000})});
  ASSERT_TRUE(first.ok()) << first.status();
  const std::vector<float> values = ValuesOf<float>(*first);
  double sum = 0;
  for (const float value : values) {
    ASSERT_GE(value, 0);
    ASSERT_LT(value, 1);
    sum += value;
  }
  EXPECT_NEAR(sum / 1000, 0.5, 0.05);
  EXPECT_EQ(ValuesOf<float>(*RunOp(Op("RandomUniform").Int("seed", 3), {Vector({1000})})), values);
  EXPECT_NE(ValuesOf<float>(*RunOp(Op("RandomUniform").Int("seed", 4), {Vector({1000})})), values);
}

TEST(NormOpsTest, BatchNormUsesTheStatisticsOfTraining) {
  const Tensor scale = Floats({2}, {2, 1}), offset = Floats({2}, {0, 1}), mean = Floats({2}, {1, 0});
  const Tensor variance = Floats({2}, {3, 0});
  const Op norm = Op("FusedBatchNormV3").Bool("is_training", false);
  Op with_epsilon = norm;
  with_epsilon.Attr("epsilon").set_f(1);
  const auto made = RunOpOutputs(with_epsilon, {Floats({1, 1, 2, 2}, {1, 2, 3, 4}), scale, offset, mean, variance});
  ASSERT_TRUE(made.ok()) << made.status();
  ASSERT_EQ(made->size(), 6U);
  ExpectFloats((*made)[0], {1, 1, 2, 2}, {0, 3, 2, 5});
  ExpectFloats((*made)[1], {2}, {1, 0});
  ExpectError(RunOp(norm, {kSix, scale, offset, mean, variance}), kInvalid, "for an image of shape (2, 3)");
  ExpectError(RunOp(Op("FusedBatchNormV3"), {kSix, scale, offset, mean, variance}), kUnimplemented, "is_training");
}

}  // namespace
}  // namespace tiqu::engine
