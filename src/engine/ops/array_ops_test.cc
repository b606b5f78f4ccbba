// Shapes, parts and joins, with numbers worked out by hand. tests/interop compares many more with TensorFlow.
#include <cmath>
#include <limits>

#include "engine/ops/op_test_util.h"

namespace tiqu::engine {
namespace {

TEST(ArrayOpsTest, ReshapeFindsTheFreeAxis) {
  ExpectFloats(RunOp(Op("Reshape"), {kSix, Vector({3, -1})}), {3, 2}, {1, 2, 3, 4, 5, 6});
  ExpectFloats(RunOp(Op("Reshape"), {Floats({0, 3}, {}), Vector({-1, 0})}), {0, 0}, {});
  ExpectError(RunOp(Op("Reshape"), {kSix, Vector({4, -1})}), kInvalid, "cannot be reshaped to (4, -1)");
  ExpectError(RunOp(Op("Reshape"), {kSix, Vector({-1, -1})}), kInvalid, "cannot reshape to (-1, -1)");
  ExpectError(RunOp(Op("Reshape"), {kSix, Vector({1 << 30, 1 << 30, 1 << 30})}), kInvalid, "cannot reshape");
}

TEST(ArrayOpsTest, ShapeSizeAndRank) {
  ExpectInts(RunOp(Op("Shape"), {kSix}), {2}, {2, 3});
  ExpectInts(RunOp(Op("Size"), {kSix}), {}, {6});
  ExpectInts(RunOp(Op("Rank"), {kSix}), {}, {2});
  const auto wide = RunOp(Op("Shape").Type("out_type", DataType::kInt64), {kSix});
  ASSERT_TRUE(wide.ok());
  EXPECT_EQ(ValuesOf<int64_t>(*wide), (std::vector<int64_t>{2, 3}));
}

TEST(ArrayOpsTest, ExpandDimsAndSqueeze) {
  ExpectFloats(RunOp(Op("ExpandDims"), {kSix, Scalar(-1)}), {2, 3, 1}, {1, 2, 3, 4, 5, 6});
  ExpectError(RunOp(Op("ExpandDims"), {kSix, Scalar(3)}), kInvalid, "axis 3 is not in [-3, 3)");
  const Tensor thin = Floats({1, 2, 1}, {7, 8});
  ExpectFloats(RunOp(Op("Squeeze"), {thin}), {2}, {7, 8});
  ExpectFloats(RunOp(Op("Squeeze").Ints("squeeze_dims", {-1}), {thin}), {1, 2}, {7, 8});
  ExpectError(RunOp(Op("Squeeze").Ints("squeeze_dims", {1}), {thin}), kInvalid, "cannot squeeze axis 1");
}

TEST(ArrayOpsTest, Transpose) {
  ExpectFloats(RunOp(Op("Transpose"), {kSix, Vector({1, 0})}), {3, 2}, {1, 4, 2, 5, 3, 6});
  ExpectError(RunOp(Op("Transpose"), {kSix, Vector({0, 0})}), kInvalid, "axis 0 stands twice");
  ExpectError(RunOp(Op("Transpose"), {kSix, Vector({0})}), kInvalid, "permutation of 1 axes");
}

TEST(ArrayOpsTest, CastTruncatesAndMarksWhatDoesNotFit) {
  const float infinity = std::numeric_limits<float>::infinity();
  const Tensor in = Floats({6}, {1.9F, -1.9F, 2147483520.0F, 2147483648.0F, std::nanf(""), -infinity});
  const int32_t least = std::numeric_limits<int32_t>::min();
  ExpectInts(RunOp(Op("Cast").Type("DstT", DataType::kInt32), {in}), {6}, {1, -1, 2147483520, least, least, least});
  ExpectBools(RunOp(Op("Cast").Type("DstT", DataType::kBool), {Floats({3}, {0, 0.5F, -1})}), {3}, {0, 1, 1});
  ExpectError(RunOp(Op("Cast").Type("DstT", DataType::kString), {in}), kUnimplemented, "DT_STRING is not supported");
}

TEST(ArrayOpsTest, CastToAndFromShortFloats) {
  const Tensor in = Floats({4}, {1, -2.5F, 1.00390625F, 65520});
  for (const auto& [type, back] : {std::make_pair(DataType::kHalf, std::vector<float>{1, -2.5F, 1.00390625F, INFINITY}),
                                   std::make_pair(DataType::kBfloat16, std::vector<float>{1, -2.5F, 1, 65536})}) {
    const auto there = RunOp(Op("Cast").Type("DstT", type), {in});
    ASSERT_TRUE(there.ok()) << there.status();
    const auto here = RunOp(Op("Cast").Type("DstT", DataType::kFloat), {*there});
    ASSERT_TRUE(here.ok()) << here.status();
    EXPECT_EQ(ValuesOf<float>(*here), back);
  }
}

TEST(ArrayOpsTest, ShapesOfSeveralTensors) {
  const auto shapes = RunOpOutputs(Op("ShapeN"), {kSix, Scalar(1)});
  ASSERT_TRUE(shapes.ok()) << shapes.status();
  ExpectInts((*shapes)[0], {2}, {2, 3});
  ExpectInts((*shapes)[1], {0}, {});
  ExpectInts(RunOp(Op("BroadcastArgs"), {Vector({2, 1}), Vector({4})}), {2}, {2, 4});
  ExpectError(RunOp(Op("BroadcastArgs"), {Vector({2}), Vector({3})}), kInvalid, "incompatible shapes: (2) and (3)");
}

Op StridedSlice(int64_t begin, int64_t end, int64_t shrink) {
  return Op("StridedSlice").Int("begin_mask", begin).Int("end_mask", end).Int("shrink_axis_mask", shrink);
}

TEST(SliceOpsTest, StridedSlice) {
  ExpectFloats(RunOp(StridedSlice(0, 0, 0), {kSix, Vector({0, 1}), Vector({2, 3}), Vector({1, 1})}), {2, 2},
               {2, 3, 5, 6});
  ExpectFloats(RunOp(StridedSlice(3, 3, 0), {kSix, Vector({0, 0}), Vector({0, 0}), Vector({-1, 2})}), {2, 2},
               {4, 6, 1, 3});
  ExpectFloats(RunOp(StridedSlice(0, 0, 1), {kSix, Vector({-1}), Vector({0}), Vector({1})}), {3}, {4, 5, 6});
  ExpectFloats(RunOp(StridedSlice(0, 0, 0), {kSix, Vector({5}), Vector({9}), Vector({1})}), {0, 3}, {});
  ExpectError(RunOp(StridedSlice(0, 0, 1), {kSix, Vector({2}), Vector({3}), Vector({1})}), kInvalid,
              "slice index 2 of dimension 0 out of bounds");
  ExpectError(RunOp(StridedSlice(0, 0, 0), {kSix, Vector({0}), Vector({1}), Vector({0})}), kInvalid, "strides[0] is 0");
  ExpectError(RunOp(StridedSlice(0, 0, 0), {kSix, Vector({0, 0, 0}), Vector({1, 1, 1}), Vector({1, 1, 1})}), kInvalid,
              "too many indices");
}

TEST(SliceOpsTest, SliceSplitAndUnpack) {
  ExpectFloats(RunOp(Op("Slice"), {kSix, Vector({0, 1}), Vector({-1, 2})}), {2, 2}, {2, 3, 5, 6});
  ExpectError(RunOp(Op("Slice"), {kSix, Vector({0, 2}), Vector({2, 2})}), kInvalid, "does not lie within axis 1");
  const auto halves = RunOpOutputs(Op("Split").Int("num_split", 3), {Scalar(1), kSix});
  ASSERT_TRUE(halves.ok()) << halves.status();
  ExpectFloats((*halves)[2], {2, 1}, {3, 6});
  ExpectError(RunOp(Op("Split").Int("num_split", 2), {Scalar(1), kSix}), kInvalid,
              "cannot be split into 2 equal parts");
  const auto parts = RunOpOutputs(Op("SplitV").Int("num_split", 2), {kSix, Vector({-1, 1}), Scalar(1)});
  ASSERT_TRUE(parts.ok()) << parts.status();
  ExpectFloats((*parts)[0], {2, 2}, {1, 2, 4, 5});
  ExpectError(RunOp(Op("SplitV").Int("num_split", 2), {kSix, Vector({2, 2}), Scalar(1)}), kInvalid,
              "do not make up axis 1");
  const auto rows = RunOpOutputs(Op("Unpack").Int("num", 2), {kSix});
  ASSERT_TRUE(rows.ok()) << rows.status();
  ExpectFloats((*rows)[1], {3}, {4, 5, 6});
  ExpectError(RunOp(Op("Unpack").Int("num", 3), {kSix}), kInvalid, "is not of size 3");
}

TEST(JoinOpsTest, ConcatPackPadTile) {
  ExpectFloats(RunOp(Op("ConcatV2"), {kSix, Floats({2, 1}, {7, 8}), Scalar(-1)}), {2, 4}, {1, 2, 3, 7, 4, 5, 6, 8});
  ExpectError(RunOp(Op("ConcatV2"), {kSix, Floats({1, 1}, {7}), Scalar(1)}), kInvalid,
              "cannot join shapes (2, 3) and (1, 1)");
  ExpectError(RunOp(Op("ConcatV2"), {kSix, Vector({1}), Scalar(1)}), kInvalid, "they must be of one type");
  ExpectInts(RunOp(Op("Pack").Int("axis", 1), {Vector({1, 2}), Vector({3, 4})}), {2, 2}, {1, 3, 2, 4});
  ExpectFloats(RunOp(Op("Pad"), {Floats({1, 2}, {1, 2}), Ints({2, 2}, {1, 0, 0, 1})}), {2, 3}, {0, 0, 0, 1, 2, 0});
  ExpectError(RunOp(Op("Pad"), {kSix, Ints({2, 2}, {0, -1, 0, 0})}), kInvalid, "cannot be padded by 0 and -1");
  ExpectFloats(RunOp(Op("Tile"), {Floats({1, 2}, {1, 2}), Vector({2, 2})}), {2, 4}, {1, 2, 1, 2, 1, 2, 1, 2});
  ExpectFloats(RunOp(Op("Tile"), {Floats({1, 2}, {1, 2}), Vector({1, 1})}), {1, 2}, {1, 2});
  ExpectError(RunOp(Op("Tile"), {kSix, Vector({1, -2})}), kInvalid, "cannot be repeated -2 times");
}

TEST(GatherOpsTest, RowsByIndexAndTheFirstIndexThatIsWrong) {
  ExpectFloats(RunOp(Op("Gather"), {kSix, Ints({2, 2}, {1, 0, 1, 1})}), {2, 2, 3},
               {4, 5, 6, 1, 2, 3, 4, 5, 6, 4, 5, 6});
  ExpectFloats(RunOp(Op("GatherV2"), {kSix, Vector({2, 0}), Scalar(1)}), {2, 2}, {3, 1, 6, 4});
  ExpectError(RunOp(Op("Gather"), {kSix, Ints({2, 2}, {1, 0, 7, -1})}), kInvalid, "indices[1,0] = 7 is not in [0, 2)");
  ExpectError(RunOp(Op("Gather"), {kSix, Scalar(-1)}), kInvalid, "indices = -1 is not in [0, 2)");
  ExpectError(RunOp(Op("Gather"), {kSix, kSix}), kInvalid, "input 1 is DT_FLOAT, expected DT_INT32 or DT_INT64");
}

TEST(GatherOpsTest, BatchesHaveIndicesOfTheirOwn) {
  const Op gather = Op("GatherV2").Int("batch_dims", 1);
  ExpectFloats(RunOp(gather, {kSix, Ints({2, 2}, {0, 2, 1, 1}), Scalar(1)}), {2, 2}, {1, 3, 5, 5});
  ExpectError(RunOp(gather, {kSix, Ints({3, 1}, {0, 0, 0}), Scalar(1)}), kInvalid,
              "batch_dims 1 and axis 1 for shapes (2, 3) and (3, 1)");
  ExpectError(RunOp(gather, {kSix, Ints({2, 1}, {0, 0}), Scalar(0)}), kInvalid, "batch_dims 1 and axis 0");
}

TEST(GatherOpsTest, OneHotAndArgMax) {
  const Tensor on = Floats({}, {5}), off = Floats({}, {-1});
  ExpectFloats(RunOp(Op("OneHot"), {Vector({1, 3, -1}), Scalar(2), on, off}), {3, 2}, {-1, 5, -1, -1, -1, -1});
  ExpectInts(RunOp(Op("ArgMax").Type("output_type", DataType::kInt32), {kSix, Scalar(1)}), {2}, {2, 2});
  ExpectError(RunOp(Op("ArgMax"), {Floats({2, 0}, {}), Scalar(1)}), kInvalid, "no best of no elements");
}

TEST(FillOpsTest, FillAndRange) {
  ExpectFloats(RunOp(Op("Fill"), {Vector({2, 2}), Floats({}, {3})}), {2, 2}, {3, 3, 3, 3});
  ExpectError(RunOp(Op("Fill"), {Vector({-1}), Floats({}, {3})}), kInvalid, "negative dimension in shape (-1)");
  ExpectError(RunOp(Op("Fill"), {Vector({1 << 30, 1 << 30}), Floats({}, {3})}), absl::StatusCode::kResourceExhausted,
              "is larger than");
  ExpectInts(RunOp(Op("Range"), {Scalar(5), Scalar(-2), Scalar(-3)}), {3}, {5, 2, -1});
  ExpectInts(RunOp(Op("Range"), {Scalar(5), Scalar(9), Scalar(-3)}), {0}, {});
  ExpectError(RunOp(Op("Range"), {Scalar(5), Scalar(9), Scalar(0)}), kInvalid, "the step of a range is 0");
}

TEST(SpaceOpsTest, ThereAndBack) {
  const Tensor in = Floats({1, 5, 1}, {1, 2, 3, 4, 5});
  const auto there = RunOp(Op("SpaceToBatchND"), {in, Vector({2}), Ints({1, 2}, {1, 2})});
  ExpectFloats(there, {2, 4, 1}, {0, 2, 4, 0, 1, 3, 5, 0});
  ExpectFloats(RunOp(Op("BatchToSpaceND"), {*there, Vector({2}), Ints({1, 2}, {1, 2})}), {1, 5, 1}, {1, 2, 3, 4, 5});
  ExpectError(RunOp(Op("SpaceToBatchND"), {in, Vector({2}), Ints({1, 2}, {0, 0})}), kInvalid,
              "not a multiple of the block size 2");
  ExpectError(RunOp(Op("BatchToSpaceND"), {in, Vector({2}), Ints({1, 2}, {0, 0})}), kInvalid,
              "not a multiple of the block's 2");
  ExpectError(RunOp(Op("SpaceToBatchND"), {in, Vector({0}), Ints({1, 2}, {0, 0})}), kInvalid, "block size 0");
}

TEST(ArrayOpsTest, StringsMoveToo) {
  Tensor words(DataType::kString, {2});
  words.strings() = {"罗", "显敏"};
  const auto packed = RunOp(Op("Pack"), {words, words});
  ASSERT_TRUE(packed.ok()) << packed.status();
  EXPECT_EQ(packed->strings(), (std::vector<std::string>{"罗", "显敏", "罗", "显敏"}));
  const auto picked = RunOp(Op("Gather"), {words, Vector({1})});
  ASSERT_TRUE(picked.ok()) << picked.status();
  EXPECT_EQ(picked->strings(), (std::vector<std::string>{"显敏"}));
}

}  // namespace
}  // namespace tiqu::engine
