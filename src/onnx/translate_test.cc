#include "onnx/translate.h"

#include <algorithm>

#include "gmock/gmock.h"
#include "graph/graph_builder.h"
#include "graph/signature.h"
#include "gtest/gtest.h"

namespace tiqu::onnx {
namespace {

using graph::GraphBuilder;
using graph::Output;
using testing::ElementsAre;
using testing::HasSubstr;

// A graph under construction whose signature takes "x" (and "ids") and gives "y".
struct TestGraph {
  GraphBuilder g;
  std::vector<graph::SignatureTensor> inputs;
  std::map<std::string, Tensor> variables;

  Output Input(const std::string& key, DataType type, const Shape& shape) {
    const Output input = g.Placeholder(key, type, shape);
    inputs.push_back({key, input, shape});
    return input;
  }

  absl::StatusOr<onnxpb::ModelProto> Translated(const Output& y, const TranslateOptions& options = {}) {
    savedmodel::LoadedSavedModel model;
    auto def = g.Finish();
    if (!def.ok()) return def.status();
    *model.meta_graph.mutable_graph_def() = *def;
    (*model.meta_graph.mutable_signature_def())["serving_default"] =
        graph::MakePredictSignature(inputs, {{"y", y, {-1}}});
    model.variables = variables;
    return Translate(model, options);
  }
};

std::vector<std::string> Ops(const onnxpb::ModelProto& model) {
  std::vector<std::string> ops;
  for (const auto& node : model.graph().node()) ops.push_back(node.op_type());
  return ops;
}

const onnxpb::TensorProto& Initializer(const onnxpb::ModelProto& model, const std::string& name) {
  const auto& all = model.graph().initializer();
  const auto found = std::find_if(all.begin(), all.end(), [&](const auto& each) { return each.name() == name; });
  static const onnxpb::TensorProto kNone;
  EXPECT_NE(found, all.end()) << "no initializer " << name;
  return found == all.end() ? kNone : *found;
}

template <typename T>
std::vector<T> Numbers(const onnxpb::TensorProto& tensor) {
  std::vector<T> numbers(tensor.raw_data().size() / sizeof(T));
  std::memcpy(numbers.data(), tensor.raw_data().data(), tensor.raw_data().size());
  return numbers;
}

TEST(TranslateTest, InputsAndOutputsKeepTheSignaturesNamesAndNamedAxes) {
  TestGraph test;
  const Output x = test.Input("x", DataType::kFloat, {-1, 3});
  TranslateOptions options;
  options.axis_names = {{"x", {"batch"}}};
  const auto model = test.Translated(test.g.Relu(x), options);
  ASSERT_TRUE(model.ok()) << model.status();
  EXPECT_EQ(model->ir_version(), 8);
  EXPECT_EQ(model->opset_import(0).version(), 17);
  ASSERT_EQ(model->graph().input_size(), 1);
  EXPECT_EQ(model->graph().input(0).name(), "x");
  const auto& type = model->graph().input(0).type().tensor_type();
  EXPECT_EQ(type.elem_type(), onnxpb::TensorProto::FLOAT);
  EXPECT_EQ(type.shape().dim(0).dim_param(), "batch");
  EXPECT_EQ(type.shape().dim(1).dim_value(), 3);
  ASSERT_EQ(model->graph().output_size(), 1);
  EXPECT_EQ(model->graph().output(0).name(), "y");
  EXPECT_EQ(model->graph().output(0).type().tensor_type().shape().dim(0).dim_param(), "y_0");
  EXPECT_THAT(Ops(*model), ElementsAre("Relu", "Identity"));
  EXPECT_EQ(model->graph().node(1).output(0), "y");
}

TEST(TranslateTest, WeightsAreInitializersUnderTheirOwnNames) {
  TestGraph test;
  const Output kernel = test.g.Variable("dense/kernel", {2, 1}, true);
  const Output x = test.Input("x", DataType::kFloat, {-1, 2});
  test.variables["dense/kernel"] = Tensor::Of<float>({2, 1}, {0.5F, -2});
  test.variables["unused"] = Tensor::Of<float>({1}, {9});
  const auto model = test.Translated(test.g.MatMul(x, kernel));
  ASSERT_TRUE(model.ok()) << model.status();
  ASSERT_EQ(model->graph().initializer_size(), 1);
  const auto& weight = Initializer(*model, "dense/kernel");
  EXPECT_THAT(weight.dims(), ElementsAre(2, 1));
  EXPECT_THAT(Numbers<float>(weight), ElementsAre(0.5F, -2));
  EXPECT_THAT(model->graph().node(0).input(), ElementsAre("x", "dense/kernel"));
}

TEST(TranslateTest, AGraphsOwnNameGivesWayToASignaturesName) {
  TestGraph test;
  const Output x = test.Input("x", DataType::kFloat, {-1});
  const Output inner = test.g.Begin("Relu", "y", !graph::kUnique).Input(x).Type("T", x.type).Result(x.type);
  const auto model = test.Translated(test.g.Sigmoid(inner));
  ASSERT_TRUE(model.ok()) << model.status();
  EXPECT_EQ(model->graph().node(0).output(0), "y_1");
  EXPECT_EQ(model->graph().node(2).output(0), "y");
}

TEST(TranslateTest, SizesStayWideUntilSomethingNeedsThemNarrow) {
  TestGraph test;
  const Output x = test.Input("x", DataType::kFloat, {-1, -1, 4});
  const Output rows = test.g.Reshape(x, test.g.Ints({-1, 4}));
  const Output size = test.g.Slice(test.g.Shape(x), 1, {.axis = 0, .begin = 0, .end = 2});
  const Output back = test.g.Reshape(rows, test.g.Concat({size, test.g.Ints({4})}, 0));
  const auto model = test.Translated(back);
  ASSERT_TRUE(model.ok()) << model.status();
  EXPECT_THAT(Ops(*model), ElementsAre("Reshape", "Shape", "Slice", "Concat", "Reshape", "Identity"));
  EXPECT_THAT(Numbers<int64_t>(Initializer(*model, "Const/int64")), ElementsAre(-1, 4));
  EXPECT_EQ(model->graph().node(0).attribute_size(), 0);
  ASSERT_EQ(model->graph().node(4).attribute_size(), 1);  // a size of 0 is a size
  EXPECT_EQ(model->graph().node(4).attribute(0).name(), "allowzero");
}

TEST(TranslateTest, AnOutputOfSizesHasTheSignaturesType) {
  TestGraph test;
  const Output x = test.Input("x", DataType::kFloat, {-1, -1});
  const auto model = test.Translated(test.g.Shape(x));
  ASSERT_TRUE(model.ok()) << model.status();
  EXPECT_THAT(Ops(*model), ElementsAre("Shape", "Cast", "Identity"));
  EXPECT_EQ(model->graph().output(0).type().tensor_type().elem_type(), onnxpb::TensorProto::INT32);
}

TEST(TranslateTest, AnIdBelowZeroIsAnErrorAndDoesNotCountFromTheEnd) {
  TestGraph test;
  const Output ids = test.Input("ids", DataType::kInt32, {-1});
  const auto model = test.Translated(test.g.Gather(test.g.Floats({2, 1}, {1, 2}), ids));
  ASSERT_TRUE(model.ok()) << model.status();
  EXPECT_THAT(Ops(*model), ElementsAre("Less", "Where", "Gather", "Identity"));
  EXPECT_THAT(Numbers<int32_t>(Initializer(*model, "Gather/beyond")), ElementsAre(2147483647));
}

TEST(TranslateTest, AConstantIdNeedsNoCheck) {
  TestGraph test;
  const Output x = test.Input("x", DataType::kFloat, {-1});
  const auto model = test.Translated(test.g.Gather(x, test.g.Ints({0, 1})));
  ASSERT_TRUE(model.ok()) << model.status();
  EXPECT_THAT(Ops(*model), ElementsAre("Gather", "Identity"));
}

TEST(TranslateTest, PaddingsAreReordered) {
  TestGraph test;
  const Output x = test.Input("x", DataType::kFloat, {-1, -1});
  const auto model = test.Translated(test.g.Pad(x, {1, 2, 3, 4}));
  ASSERT_TRUE(model.ok()) << model.status();
  EXPECT_THAT(Numbers<int64_t>(Initializer(*model, "Pad/pads")), ElementsAre(1, 3, 2, 4));
}

TEST(TranslateTest, AnElementIsASliceWithoutItsAxis) {
  TestGraph test;
  const Output x = test.Input("x", DataType::kFloat, {-1});
  const auto model = test.Translated(test.g.Element(x, 1));
  ASSERT_TRUE(model.ok()) << model.status();
  EXPECT_THAT(Ops(*model), ElementsAre("Slice", "Squeeze", "Identity"));
  EXPECT_THAT(Numbers<int64_t>(Initializer(*model, "Element/begin")), ElementsAre(1));
  EXPECT_THAT(Numbers<int64_t>(Initializer(*model, "Element/end")), ElementsAre(2));
}

TEST(TranslateTest, ATransposedFactorNeedsItsRankOnly) {
  TestGraph test;
  const Output x = test.Input("x", DataType::kFloat, {-1, -1, -1});
  const auto model = test.Translated(test.g.BatchMatMul(x, x, /*transpose_b=*/true));
  ASSERT_TRUE(model.ok()) << model.status();
  EXPECT_THAT(Ops(*model), ElementsAre("Transpose", "MatMul", "Identity"));
  EXPECT_THAT(model->graph().node(0).attribute(0).ints(), ElementsAre(0, 2, 1));
}

TEST(TranslateTest, ADilatedWindowsPaddingIsSpeltOut) {
  TestGraph test;
  const Output x = test.Input("x", DataType::kFloat, {-1, 1, -1, 2});
  const Output filter = test.g.Floats({1, 3, 2, 1}, {1, 2, 3, 4, 5, 6});
  const Output y = test.g.Begin("Conv2D", "conv", !graph::kUnique)
                       .Inputs({x, filter})
                       .Ints("strides", {1, 1, 1, 1})
                       .Ints("dilations", {1, 1, 4, 1})
                       .String("padding", "SAME")
                       .Result(x.type);
  const auto model = test.Translated(y);
  ASSERT_TRUE(model.ok()) << model.status();
  EXPECT_THAT(Ops(*model), ElementsAre("Transpose", "Transpose", "Conv", "Transpose", "Identity"));
  const auto& conv = model->graph().node(2);
  EXPECT_EQ(conv.attribute(1).name(), "pads");
  EXPECT_THAT(conv.attribute(1).ints(), ElementsAre(0, 4, 0, 4));
}

TEST(TranslateTest, WhatOnlyOrdersNodesIsLeftOut) {
  TestGraph test;
  const Output x = test.Input("x", DataType::kFloat, {-1});
  const Output check = test.g.Begin("NoSuchOp", "check", !graph::kUnique).Result(DataType::kInvalid);
  const Output y = test.g.Begin("Relu", "relu", !graph::kUnique).Input(x).After(check).Type("T", x.type).Result(x.type);
  const auto model = test.Translated(y);
  ASSERT_TRUE(model.ok()) << model.status();
  EXPECT_THAT(Ops(*model), ElementsAre("Relu", "Identity"));
}

TEST(TranslateTest, EveryUnknownOperationIsNamedWithItsNodes) {
  TestGraph test;
  const Output x = test.Input("x", DataType::kFloat, {-1});
  const Output a = test.g.Begin("Fft", "a", !graph::kUnique).Input(x).Result(x.type);
  const Output b = test.g.Begin("Where3", "b", !graph::kUnique).Input(a).Result(x.type);
  const Output c = test.g.Begin("Fft", "c", !graph::kUnique).Input(b).Result(x.type);
  const auto model = test.Translated(c);
  EXPECT_EQ(model.status().code(), absl::StatusCode::kUnimplemented);
  EXPECT_THAT(std::string(model.status().message()), HasSubstr("with their nodes: Fft (a, c); Where3 (b)"));
}

TEST(TranslateTest, AnUnknownSignatureIsAnErrorThatListsThoseThereAre) {
  TestGraph test;
  const Output x = test.Input("x", DataType::kFloat, {-1});
  TranslateOptions options;
  options.signature = "qa";
  const auto model = test.Translated(test.g.Relu(x), options);
  EXPECT_EQ(model.status().code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(model.status().message()), HasSubstr("'qa'; there are: serving_default"));
}

TEST(TranslateTest, WeightsBeyondTheLimitAreRefusedBeforeTheyAreCopied) {
  TestGraph test;
  const Output kernel = test.g.Variable("kernel", {4}, true);
  const Output x = test.Input("x", DataType::kFloat, {-1});
  test.variables["kernel"] = Tensor::Of<float>({4}, {1, 2, 3, 4});
  TranslateOptions options;
  options.most_bytes = 15;
  const auto model = test.Translated(test.g.Mul(x, kernel), options);
  EXPECT_EQ(model.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(model.status().message(), "the weights take 16 bytes; an ONNX file holds at most 15");
}

TEST(TranslateTest, AWeightWithoutAValueIsNamed) {
  TestGraph test;
  const Output kernel = test.g.Variable("kernel", {4}, true);
  const auto model = test.Translated(test.g.Relu(kernel));
  EXPECT_EQ(model.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(model.status().message()), HasSubstr("variable 'kernel' has no value"));
}

TEST(TranslateTest, WhatMustBeConstantOrKnownIsNamedWithItsNode) {
  {
    TestGraph test;
    const Output x = test.Input("x", DataType::kInt32, {-1});
    const Output y = test.g.Begin("ExpandDims", "e", !graph::kUnique).Inputs({x, x}).Result(x.type);
    EXPECT_EQ(test.Translated(y).status().message(), "node 'e' (ExpandDims): input 1 ('x') must be a constant");
  }
  {
    TestGraph test;
    const Output x = test.Input("x", DataType::kString, {-1});
    EXPECT_EQ(test.Translated(test.g.Identity(x)).status().message(), "'x' is DT_STRING, which ONNX has no place for");
  }
  {
    TestGraph test;
    const Output x = test.Input("x", DataType::kFloat, {-1});
    const Output y = test.g.Begin("Add", "a", !graph::kUnique).Input(x).Result(x.type);
    EXPECT_EQ(test.Translated(y).status().message(), "node 'a' (Add): has 1 inputs, at least 2 are needed");
  }
}

}  // namespace
}  // namespace tiqu::onnx
