// Arithmetic, comparisons, reductions and products, with numbers worked out by hand.
#include <cmath>
#include <limits>

#include "engine/ops/op_test_util.h"
#include "example.pb.h"

namespace tiqu::engine {
namespace {

TEST(BinaryOpsTest, OperandsBroadcast) {
  ExpectFloats(RunOp(Op("Add"), {kSix, Floats({3}, {10, 20, 30})}), {2, 3}, {11, 22, 33, 14, 25, 36});
  ExpectFloats(RunOp(Op("Sub"), {kSix, Floats({2, 1}, {1, 4})}), {2, 3}, {0, 1, 2, 0, 1, 2});
  ExpectFloats(RunOp(Op("Mul"), {Floats({2, 1}, {1, 2}), Floats({1, 2}, {3, 4})}), {2, 2}, {3, 4, 6, 8});
  ExpectFloats(RunOp(Op("RealDiv"), {kSix, Floats({}, {2})}), {2, 3}, {.5F, 1, 1.5F, 2, 2.5F, 3});
  ExpectFloats(RunOp(Op("Maximum"), {kSix, Floats({}, {3})}), {2, 3}, {3, 3, 3, 4, 5, 6});
  ExpectFloats(RunOp(Op("Add"), {Floats({0, 3}, {}), Floats({1, 3}, {1, 2, 3})}), {0, 3}, {});
  ExpectError(RunOp(Op("Add"), {kSix, Floats({2}, {1, 2})}), kInvalid, "incompatible shapes: (2, 3) and (2)");
  ExpectError(RunOp(Op("Add"), {kSix, Vector({1, 2, 3})}), kInvalid, "input 0 is DT_FLOAT and input 1 is DT_INT32");
  ExpectError(RunOp(Op("Add"), {kSix}), kInvalid, "has 1 inputs, expected 2");
  ExpectError(RunOp(Op("Add"), {Bools({1}, {1}), Bools({1}, {1})}), kUnimplemented, "DT_BOOL is not supported");
}

TEST(BinaryOpsTest, IntegersDivideTowardMinusInfinityAndNeverByZero) {
  const int32_t least = std::numeric_limits<int32_t>::min();
  const Tensor a = Vector({7, -7, 7, -7, least}), b = Vector({3, 3, -3, -3, -1});
  ExpectInts(RunOp(Op("FloorDiv"), {a, b}), {5}, {2, -3, -3, 2, least});
  ExpectInts(RunOp(Op("FloorMod"), {a, b}), {5}, {1, 2, -2, -1, 0});
  ExpectError(RunOp(Op("FloorMod"), {a, Scalar(0)}), kInvalid, "integer division by zero");
  ExpectInts(RunOp(Op("Add"), {Scalar(std::numeric_limits<int32_t>::max()), Scalar(1)}), {}, {least});
}

TEST(BinaryOpsTest, DivisionsOfOtherKinds) {
  ExpectInts(RunOp(Op("TruncateDiv"), {Vector({-7, 7}), Scalar(2)}), {2}, {-3, 3});
  ExpectInts(RunOp(Op("TruncateMod"), {Vector({-7, 7}), Scalar(4)}), {2}, {-3, 3});
  ExpectFloats(RunOp(Op("Mod"), {Floats({1}, {-5.5F}), Floats({}, {2})}), {1}, {-1.5F});
  ExpectFloats(RunOp(Op("DivNoNan"), {Floats({2}, {3, 0}), Floats({2}, {2, 0})}), {2}, {1.5F, 0});
  ExpectError(RunOp(Op("TruncateMod"), {Scalar(1), Scalar(0)}), kInvalid, "division by zero");
}

TEST(BinaryOpsTest, ClipByValue) {
  ExpectFloats(RunOp(Op("ClipByValue"), {kSix, Floats({}, {2}), Floats({}, {4})}), {2, 3}, {2, 2, 3, 4, 4, 4});
  ExpectError(RunOp(Op("ClipByValue"), {kSix, Floats({3}, {0, 0, 0}), Floats({}, {4})}), kInvalid,
              "a bound has shape (3)");
}

TEST(BinaryOpsTest, AddNAndBiasAdd) {
  ExpectFloats(RunOp(Op("AddN"), {kSix, kSix, kSix}), {2, 3}, {3, 6, 9, 12, 15, 18});
  ExpectError(RunOp(Op("AddN"), {kSix, Floats({1}, {1})}), kInvalid, "cannot add shapes (2, 3) and (1)");
  ExpectFloats(RunOp(Op("BiasAdd"), {kSix, Floats({3}, {1, 0, -1})}), {2, 3}, {2, 2, 2, 5, 5, 5});
  ExpectError(RunOp(Op("BiasAdd"), {kSix, Floats({2}, {1, 0})}), kInvalid, "bias of shape (2)");
  ExpectError(RunOp(Op("BiasAdd").String("data_format", "NCHW"), {kSix, Floats({3}, {1, 0, 1})}), kUnimplemented,
              "NCHW");
}

TEST(CompareOpsTest, StringsAreEqualOrNot) {
  Tensor words(DataType::kString, {2}), word(DataType::kString, {});
  words.strings() = {"罗", "显敏"};
  word.strings()[0] = "罗";
  ExpectBools(RunOp(Op("Equal"), {words, word}), {2}, {1, 0});
  ExpectBools(RunOp(Op("NotEqual"), {words, word}), {2}, {0, 1});
}

TEST(CompareOpsTest, ComparisonsAndSelect) {
  ExpectBools(RunOp(Op("Greater"), {kSix, Floats({}, {3})}), {2, 3}, {0, 0, 0, 1, 1, 1});
  ExpectBools(RunOp(Op("Equal"), {Vector({1, 2}), Scalar(2)}), {2}, {0, 1});
  ExpectBools(RunOp(Op("LogicalAnd"), {Bools({2}, {1, 0}), Bools({}, {1})}), {2}, {1, 0});
  ExpectBools(RunOp(Op("LogicalNot"), {Bools({2}, {1, 0})}), {2}, {0, 1});
  const Tensor other = Floats({2, 3}, {0, 0, 0, 0, 0, 0});
  ExpectFloats(RunOp(Op("Select"), {Bools({2}, {0, 1}), kSix, other}), {2, 3}, {0, 0, 0, 4, 5, 6});
  ExpectError(RunOp(Op("Select"), {Bools({3}, {0, 1, 1}), kSix, other}), kInvalid,
              "have shapes (3), (2, 3) and (2, 3)");
}

TEST(UnaryOpsTest, FunctionsAtTheirEdges) {
  const float infinity = std::numeric_limits<float>::infinity();
  ExpectFloats(RunOp(Op("Sigmoid"), {Floats({3}, {0, 100, -100})}), {3}, {0.5F, 1, 0});
  ExpectFloats(RunOp(Op("Tanh"), {Floats({3}, {0.25F, 100, -1})}), {3}, {0.244918663F, 1, -0.761594156F});
  ExpectFloats(RunOp(Op("Exp"), {Floats({3}, {1, -infinity, 0})}), {3}, {2.718281828F, 0, 1});
  const auto large = RunOp(Op("Exp"), {Floats({2}, {89, infinity})});
  EXPECT_TRUE(std::isinf(large->data<float>()[0]) && std::isinf(large->data<float>()[1]));
  ExpectFloats(RunOp(Op("Log"), {Floats({2}, {1, 10})}), {2}, {0, 2.302585093F});
  const auto edges = RunOp(Op("Log"), {Floats({3}, {0, -1, infinity})});
  EXPECT_EQ(edges->data<float>()[0], -infinity);
  EXPECT_TRUE(std::isnan(edges->data<float>()[1]));
  EXPECT_EQ(edges->data<float>()[2], infinity);
  for (const char* op : {"Sigmoid", "Tanh", "Exp", "Log", "Relu", "Abs", "Neg"}) {
    EXPECT_TRUE(std::isnan(RunOp(Op(op), {Floats({1}, {std::nanf("")})})->data<float>()[0])) << op;
  }
}

TEST(UnaryOpsTest, MoreFunctions) {
  const Tensor in = Floats({2}, {-1, 0.5F});
  ExpectFloats(RunOp(Op("Erfc"), {in}), {2}, {1.8427008F, 0.4795001F});
  ExpectFloats(RunOp(Op("Selu"), {in}), {2}, {-1.1113307F, 0.5253505F});
  ExpectFloats(RunOp(Op("Sin"), {in}), {2}, {-0.8414710F, 0.4794255F});
  ExpectFloats(RunOp(Op("Cos"), {in}), {2}, {0.5403023F, 0.8775826F});
  const float infinity = std::numeric_limits<float>::infinity();
  const Tensor odd = Floats({3}, {1, std::nanf(""), -infinity});
  ExpectBools(RunOp(Op("IsNan"), {odd}), {3}, {0, 1, 0});
  ExpectBools(RunOp(Op("IsInf"), {odd}), {3}, {0, 0, 1});
  ExpectBools(RunOp(Op("IsFinite"), {odd}), {3}, {1, 0, 0});
}

TEST(UnaryOpsTest, SoftmaxRowsSumToOneAndIgnoreWhatIsMasked) {
  ExpectFloats(RunOp(Op("Softmax"), {Floats({1, 3}, {0, std::log(2.0F), std::log(5.0F)})}), {1, 3},
               {.125F, .25F, .625F});
  const auto alone = RunOp(Op("Softmax"), {Floats({1, 3}, {1, 2, 3})});
  const auto masked = RunOp(Op("Softmax"), {Floats({1, 5}, {1, 2, 3, -1e9F, -1e9F})});
  for (int i = 0; i < 3; ++i) EXPECT_EQ(alone->data<float>()[i], masked->data<float>()[i]);
  EXPECT_EQ(masked->data<float>()[4], 0.0F);
}

TEST(ReduceOpsTest, OverAnyAxes) {
  ExpectFloats(RunOp(Op("Sum"), {kSix, Vector({0})}), {3}, {5, 7, 9});
  ExpectFloats(RunOp(Op("Mean").Bool("keep_dims", true), {kSix, Vector({-1})}), {2, 1}, {2, 5});
  ExpectFloats(RunOp(Op("Max"), {kSix, Vector({0, 1})}), {}, {6});
  ExpectFloats(RunOp(Op("Prod"), {kSix, Scalar(1)}), {2}, {6, 120});
  ExpectFloats(RunOp(Op("Sum"), {Floats({2, 0}, {}), Vector({1})}), {2}, {0, 0});
  ExpectFloats(RunOp(Op("Sum"), {kSix, Vector({})}), {2, 3}, {1, 2, 3, 4, 5, 6});
  ExpectError(RunOp(Op("Sum"), {kSix, Vector({2})}), kInvalid, "axis 2 is not in [-2, 2)");
}

TEST(MatMulOpsTest, ProductsAndTheirShapes) {
  const Tensor b = Floats({3, 2}, {1, 0, 0, 1, 1, 1});
  ExpectFloats(RunOp(Op("MatMul"), {kSix, b}), {2, 2}, {4, 5, 10, 11});
  ExpectFloats(RunOp(Op("MatMul").Bool("transpose_b", true), {kSix, kSix}), {2, 2}, {14, 32, 32, 77});
  ExpectFloats(RunOp(Op("MatMul"), {Floats({2, 0}, {}), Floats({0, 1}, {})}), {2, 1}, {0, 0});
  ExpectError(RunOp(Op("MatMul"), {kSix, kSix}), kInvalid, "cannot multiply (2, 3) by (2, 3)");
  ExpectError(RunOp(Op("MatMul"), {kSix, Floats({1, 3, 1}, {1, 1, 1})}), kInvalid, "are not matrices");
  const Tensor batch = Floats({2, 1, 2}, {1, 2, 3, 4});
  ExpectFloats(RunOp(Op("BatchMatMul").Bool("adj_y", true), {batch, batch}), {2, 1, 1}, {5, 25});
  ExpectError(RunOp(Op("BatchMatMul"), {batch, Floats({1, 2, 1}, {1, 1})}), kInvalid, "have different batches");
  for (const char* op : {"BatchMatMulV2", "BatchMatMulV3"}) {
    ExpectFloats(RunOp(Op(op), {batch, Floats({1, 2, 1}, {1, 1})}), {2, 1, 1}, {3, 7});
  }
}

TEST(ConvOpsTest, WindowsValidAndSame) {
  const Tensor image = Floats({1, 1, 4, 1}, {1, 2, 3, 4}), filter = Floats({1, 3, 1, 1}, {1, 10, 100});
  const auto conv = [](const char* padding) {
    return Op("Conv2D").Ints("strides", {1, 1, 1, 1}).String("padding", padding);
  };
  ExpectFloats(RunOp(conv("VALID"), {image, filter}), {1, 1, 2, 1}, {321, 432});
  ExpectFloats(RunOp(conv("SAME"), {image, filter}), {1, 1, 4, 1}, {210, 321, 432, 43});
  Op explicit_padding = conv("EXPLICIT");
  ExpectError(RunOp(explicit_padding, {image, filter}), kInvalid, "explicit_paddings is ()");
  explicit_padding.Ints("explicit_paddings", {0, 0, 0, 0, 2, 0, 0, 0});
  ExpectFloats(RunOp(explicit_padding, {image, filter}), {1, 1, 4, 1}, {100, 210, 321, 432});
  ExpectError(RunOp(conv("HALF"), {image, filter}), kUnimplemented, "padding HALF");
  ExpectError(RunOp(conv("SAME"), {image, Floats({1, 1, 2, 1}, {1, 1})}), kInvalid,
              "with a filter of shape (1, 1, 2, 1)");
  const Op pool = Op("MaxPool").Ints("ksize", {1, 1, 3, 1}).Ints("strides", {1, 1, 2, 1}).String("padding", "SAME");
  ExpectFloats(RunOp(pool, {image}), {1, 1, 2, 1}, {3, 4});
  ExpectError(RunOp(Op("MaxPool").Ints("ksize", {2, 1, 1, 1}), {image}), kInvalid, "attribute ksize is (2, 1, 1, 1)");
}

TEST(ConvOpsTest, DepthwiseFiltersKeepChannelsApart) {
  const Tensor image = Floats({1, 1, 3, 2}, {1, 10, 2, 20, 3, 30});
  const Op conv = Op("DepthwiseConv2dNative").Ints("strides", {1, 1, 1, 1});
  ExpectFloats(RunOp(conv, {image, Floats({1, 2, 2, 1}, {1, 0, 2, 1})}), {1, 1, 2, 2}, {5, 20, 8, 30});
  ExpectFloats(RunOp(conv, {image, Floats({1, 1, 2, 2}, {1, 2, 3, 4})}), {1, 1, 3, 4},
               {1, 2, 30, 40, 2, 4, 60, 80, 3, 6, 90, 120});
  ExpectError(RunOp(conv, {image, Floats({1, 1, 1, 1}, {1})}), kInvalid, "with a filter of shape (1, 1, 1, 1)");
}

TEST(ControlOpsTest, EnsureShapeRefusesOtherShapes) {
  Op ensure("EnsureShape");
  ensure.Attr("shape").mutable_shape()->add_dim()->set_size(-1);
  ensure.Attr("shape").mutable_shape()->add_dim()->set_size(3);
  ExpectFloats(RunOp(ensure, {kSix}), {2, 3}, {1, 2, 3, 4, 5, 6});
  ExpectError(RunOp(ensure, {Floats({2}, {1, 2})}), kInvalid, "shape (2) does not fit (-1, 3)");
  ExpectFloats(RunOp(Op("Snapshot"), {kSix}), {2, 3}, {1, 2, 3, 4, 5, 6});
}

TEST(ControlOpsTest, ConstantsAndAssertions) {
  ExpectFloats(RunOp(Op("Const").Value("value", kSix), {}), {2, 3}, {1, 2, 3, 4, 5, 6});
  ExpectError(RunOp(Op("Const"), {}), kInvalid, "attribute value is not a tensor");
  Tensor text(DataType::kString, {});
  text.strings()[0] = "too long";
  const auto failed = RunOpOutputs(Op("Assert"), {Bools({}, {0}), text});
  EXPECT_EQ(failed.status().message(), "assertion failed: too long");
  EXPECT_TRUE(RunOpOutputs(Op("Assert"), {Bools({}, {1}), text}).ok());
}

TEST(ExampleOpsTest, DenseFeaturesWithAndWithoutDefaults) {
  tensorflow::Example full, partial;
  (*full.mutable_features()->mutable_feature())["x"].mutable_float_list()->add_value(2.5F);
  (*full.mutable_features()->mutable_feature())["n"].mutable_int64_list()->add_value(7);
  (*partial.mutable_features()->mutable_feature())["x"].mutable_float_list()->add_value(-1);
  const auto parse = [](const std::vector<std::string>& examples, const Tensor& fallback) {
    Tensor serialized(DataType::kString, {static_cast<int64_t>(examples.size())});
    serialized.strings() = examples;
    Tensor x(DataType::kString, {}), n(DataType::kString, {});
    x.strings()[0] = "x";
    n.strings()[0] = "n";
    Op op("ParseExample");
    for (const auto type : {tensorflow::DT_FLOAT, tensorflow::DT_INT64})
      op.Attr("Tdense").mutable_list()->add_type(type);
    op.Attr("dense_shapes").mutable_list()->add_shape()->add_dim()->set_size(1);
    op.Attr("dense_shapes").mutable_list()->add_shape();
    const Tensor no_names(DataType::kString, {0});
    return RunOpOutputs(op, {serialized, no_names, x, n, Floats({0}, {}), fallback});
  };
  const auto parsed = parse({full.SerializeAsString(), partial.SerializeAsString()}, Tensor::Of<int64_t>({}, {4}));
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  ExpectFloats((*parsed)[0], {2, 1}, {2.5F, -1});
  EXPECT_EQ(ValuesOf<int64_t>((*parsed)[1]), (std::vector<int64_t>{7, 4}));
  EXPECT_EQ(parse({partial.SerializeAsString()}, Tensor(DataType::kInt64, {0})).status().message(),
            "example 0: feature 'n': (data type: DT_INT64) is required but could not be found");
  EXPECT_EQ(parse({"\x0a\xff"}, Tensor(DataType::kInt64, {0})).status().message(),
            "example 0: is not a serialized tf.Example");
}

TEST(ExampleOpsTest, TheSecondVersionHasItsKeysInVectors) {
  tensorflow::Example example;
  (*example.mutable_features()->mutable_feature())["x"].mutable_float_list()->add_value(2.5F);
  Tensor serialized(DataType::kString, {1}), keys(DataType::kString, {1});
  serialized.strings()[0] = example.SerializeAsString();
  keys.strings()[0] = "x";
  const Tensor none(DataType::kString, {0});
  Op op("ParseExampleV2");
  op.Attr("Tdense").mutable_list()->add_type(tensorflow::DT_FLOAT);
  op.Attr("dense_shapes").mutable_list()->add_shape();
  ExpectFloats(RunOp(op, {serialized, none, none, keys, none, Floats({0}, {})}), {1}, {2.5F});
  ExpectError(RunOp(op, {serialized, none, none, none, none, Floats({0}, {})}), kInvalid,
              "there is not one key for each of 1 features");
  ExpectError(RunOp(op.Int("num_sparse", 1), {serialized, none, none, keys, none, Floats({0}, {})}), kUnimplemented,
              "sparse features");
}

TEST(OpRegistryTest, EveryOperationSaysWhatItTakes) {
  for (const auto& [op, info] : OpRegistry::Global().infos()) {
    EXPECT_EQ(info.types.empty(), op.starts_with('_')) << op;
  }
}

TEST(OpRegistryTest, AnAttributeOfTheWrongKindIsNamed) {
  ExpectError(RunOp(Op("Pack").String("axis", "one"), {kSix}), kInvalid,
              "node 'node' (Pack): attribute axis is not an integer");
}

}  // namespace
}  // namespace tiqu::engine
