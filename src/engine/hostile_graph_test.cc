// Graphs that nobody exports but anybody may send: each must be refused, quickly, with a message that names the place.
#include "engine/load_text_test_util.h"
#include "engine/ops/op_test_util.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tiqu::engine {
namespace {

using ::testing::HasSubstr;

absl::Status LoadText(const std::string& text, int64_t most_folded_bytes = int64_t{1} << 30) {
  const std::map<std::string, Tensor> variables = {{"bytes", Tensor::Of<uint8_t>({1, 8}, {1, 2, 3, 4, 5, 6, 7, 8})},
                                                   {"floats", Floats({1, 8}, {1, 2, 3, 4, 5, 6, 7, 8})}};
  return LoadMetaGraph(MetaGraphOf(text), variables, most_folded_bytes);
}

constexpr char kHandles[] = R"(
  graph_def {
    node { name: 'bytes' op: 'VarHandleOp' attr { key: 'dtype' value { type: DT_UINT8 } } }
    node { name: 'floats' op: 'VarHandleOp' attr { key: 'dtype' value { type: DT_FLOAT } } }
    node { name: 'axis' op: 'Const' attr { key: 'value' value { tensor { dtype: DT_INT32 int_val: 0 } } } }
    node { name: 'passed' op: 'Identity' input: 'floats' }
    node { name: 'read' op: 'ReadVariableOp' input: 'passed' }
    node { name: 'joined' op: 'ConcatV2' input: 'bytes' input: 'passed' input: 'axis' }
    node { name: 'packed' op: 'Pack' input: 'bytes' input: 'floats' }
  })";

TEST(HostileGraphTest, AHandleIsNoValue) {
  EXPECT_TRUE(LoadText(kHandles + SignatureText("f", "", "read:0")).ok());
  const absl::Status joined = LoadText(kHandles + SignatureText("f", "", "joined:0"));
  EXPECT_EQ(joined.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(joined.message(),
            "signature 'f': node 'joined' (ConcatV2) takes 'bytes', the handle of a variable, instead of its value");
  EXPECT_EQ(LoadText(kHandles + SignatureText("f", "", "packed:0")).code(), absl::StatusCode::kInvalidArgument);
}

TEST(HostileGraphTest, ElementsOfTwoSizesAreNotJoinedWhateverTheFactorySaw) {
  const Tensor bytes = Tensor::Of<uint8_t>({1, 2}, {1, 2});
  const Tensor floats = Floats({1, 2}, {1, 2});
  const Tensor axis = Scalar(0);
  const std::vector<const Tensor*> inputs = {&bytes, &floats, &axis};
  LoadContext load;
  const Op concat("ConcatV2");
  const NodeSpec spec(concat.def(), {DataType::kResource, DataType::kResource, DataType::kInt32}, inputs, &load);
  const auto made = OpRegistry::Global().Make(spec);
  ASSERT_TRUE(made.ok()) << made.status();
  std::vector<Tensor> outputs(1);
  OpContext context(inputs, outputs);
  EXPECT_EQ(made->run(context).code(), absl::StatusCode::kInvalidArgument);
}

constexpr char kFedInTheMiddle[] = R"(
  graph_def {
    node { name: 'x' op: 'Placeholder' attr { key: 'dtype' value { type: DT_FLOAT } } }
    node { name: 'middle' op: 'Identity' input: 'x' }
    node { name: 'y' op: 'Identity' input: 'middle' }
  })";

TEST(HostileGraphTest, OneTensorHasOneTypeInAllSignatures) {
  const auto feed = [](const std::string& tensor, const std::string& type) {
    return "inputs { key: 'x' value { name: '" + tensor + "' dtype: " + type + " } }";
  };
  const std::string text = SignatureText("text", feed("middle:0", "DT_STRING"), "y:0", "DT_STRING");
  EXPECT_TRUE(LoadText(kFedInTheMiddle + text).ok());
  // Fed by both, and fed by one and computed by the other.
  for (const std::string& other : {feed("middle:0", "DT_FLOAT"), feed("x:0", "DT_FLOAT")}) {
    const absl::Status both = LoadText(kFedInTheMiddle + text + SignatureText("number", other, "y:0"));
    EXPECT_EQ(both.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(
        both.message(),
        "tensor 'middle:0' is DT_FLOAT in signature 'number' and DT_STRING in signature 'text'; it must be of one "
        "type");
  }
}

// It would be taken for what fusing made, and trusted.
TEST(HostileGraphTest, AnOperationThatOnlyTheLoaderMakesIsRefused) {
  const absl::Status status = LoadText(R"(graph_def { node { name: 'm' op: '_TiquMergedContext'
    attr { key: '_tiqu_roles' value { list { s: 'passage' s: 'c2q' } } } } })" +
                                       SignatureText("f", "", "m:0"));
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(status.message(), "node 'm' (_TiquMergedContext): such an operation stands in no file");
}

TEST(HostileGraphTest, ARingOfIdentitiesEnds) {
  EXPECT_TRUE(LoadText(R"(graph_def {
    node { name: 'a' op: 'Identity' input: 'b' }
    node { name: 'b' op: 'Identity' input: 'a' }
    node { name: 'v' op: 'VariableV2' }
    node { name: 'set' op: 'Assign' input: 'v' input: 'a' }
  })")
                  .ok());
}

TEST(HostileGraphTest, ANameOfAMillionSlashesTakesNoTime) {
  EXPECT_TRUE(LoadText("graph_def { node { op: 'NoOp' name: '" + std::string(1000000, '/') + "' } }").ok());
}

TEST(HostileGraphTest, WhatIsComputedAtLoadHasALimit) {
  const std::string graph = R"(graph_def {
    node { name: 'shape' op: 'Const' attr { key: 'value' value { tensor {
      dtype: DT_INT32 tensor_shape { dim { size: 1 } } int_val: 1000 } } } }
    node { name: 'one' op: 'Const' attr { key: 'value' value { tensor { dtype: DT_FLOAT float_val: 1 } } } }
    node { name: 'fill' op: 'Fill' input: 'shape' input: 'one' }
    node { name: 'y' op: 'Identity' input: 'fill' }
  })" + SignatureText("f", "", "y:0");
  EXPECT_TRUE(LoadText(graph, 4008).ok());  // the identity is not counted again
  const absl::Status status = LoadText(graph, 4007);
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("node 'fill' (Fill): a tensor of shape (1000) takes 4000 bytes, limit 3999"));
  const absl::Status constants = LoadText(graph, 7);
  EXPECT_EQ(constants.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_THAT(std::string(constants.message()),
              HasSubstr("(Const) holds 4 bytes; with it the graph's constants take 8, limit 7"));
}

}  // namespace
}  // namespace tiqu::engine
