#include "engine/fuse_elementwise.h"

#include <cmath>
#include <cstring>
#include <limits>
#include <optional>
#include <set>

#include "absl/strings/str_cat.h"
#include "base/random.h"
#include "base/status.h"
#include "engine/load_text_test_util.h"
#include "engine/plan.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tiqu::engine {
namespace {

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

std::string InputNode(const std::string& name) {
  return absl::StrCat("node { name: '", name, "' op: 'Placeholder' attr { key: 'dtype' value { type: DT_FLOAT } } }\n");
}

std::string OpNode(const std::string& name, const std::string& op, const std::vector<std::string>& inputs) {
  std::string text = absl::StrCat("node { name: '", name, "' op: '", op, "'");
  for (const std::string& input : inputs) absl::StrAppend(&text, " input: '", input, "'");
  return text + " }\n";
}

// One signature 's' from the inputs to the outputs, all float and of any shape.
std::string MetaText(const std::vector<std::string>& inputs, const std::string& nodes,
                     const std::vector<std::string>& outputs) {
  std::string text = "graph_def {\n";
  for (const std::string& input : inputs) text += InputNode(input);
  text += nodes + "}\nsignature_def { key: 's' value {\n";
  const auto add = [&text](const char* kind, const std::string& name) {
    absl::StrAppend(&text, kind, " { key: '", name, "' value { name: '", name,
                    ":0' dtype: DT_FLOAT tensor_shape { unknown_rank: true } } }\n");
  };
  for (const std::string& input : inputs) add("inputs", input);
  for (const std::string& output : outputs) add("outputs", output);
  return text + "} }\n";
}

struct ChainOutcome {
  int chains = 0;
  std::multiset<std::string> ops;
  absl::Status status;
  TensorMap outputs;
};

ChainOutcome RunText(const std::string& text, const TensorMap& inputs, bool fuse) {
  ChainOutcome outcome;
  outcome.status = [&]() -> absl::Status {
    const tensorflow::MetaGraphDef meta = MetaGraphOf(text);
    TIQU_ASSIGN_OR_RETURN(Graph graph, Graph::FromDef(meta.graph_def()));
    TIQU_ASSIGN_OR_RETURN(const auto signatures, ResolveSignatures(meta, graph));
    LoadContext load;
    const std::map<std::string, Tensor> variables;
    load.variables = &variables;
    TIQU_ASSIGN_OR_RETURN(CompiledNodes nodes, CompileNodes(graph, signatures, &load));
    if (fuse) outcome.chains = FuseElementwise(signatures, &graph, &nodes);
    TIQU_ASSIGN_OR_RETURN(const Plan plan, Plan::Make(graph, nodes, signatures.at("s")));
    for (int i = 0; i < 2; ++i) {  // also from planned memory
      outcome.ops.clear();
      TIQU_RETURN_IF_ERROR(plan.Run(
          inputs, [&](std::string_view, std::string_view op, double) { outcome.ops.emplace(op); }, &outcome.outputs));
    }
    return absl::OkStatus();
  }();
  return outcome;
}

std::vector<float> FloatsOf(const Tensor& tensor) {
  return {tensor.data<float>(), tensor.data<float>() + tensor.size()};
}

void ExpectSameBitsOrNaN(const Tensor& a, const Tensor& b) {
  ASSERT_EQ(a.shape(), b.shape());
  for (int64_t i = 0; i < a.size(); ++i) {
    const float x = a.data<float>()[i], y = b.data<float>()[i];
    if (std::isnan(x) && std::isnan(y)) continue;  // which NaN it is is nobody's concern
    ASSERT_EQ(std::memcmp(&x, &y, sizeof(x)), 0) << x << " and " << y << " at " << i;
  }
}

TEST(FuseElementwiseTest, BiasAndActivationBecomeOneOperation) {
  const std::string text = MetaText({"x", "b"}, OpNode("h", "BiasAdd", {"x", "b"}) + OpNode("y", "Relu", {"h"}), {"y"});
  const TensorMap inputs = {{"x", Tensor::Of<float>({2, 3}, {1, -2, 3, kNaN, 0, -9})},
                            {"b", Tensor::Of<float>({3}, {1, 1, -5})}};
  const ChainOutcome outcome = RunText(text, inputs, true);
  ASSERT_TRUE(outcome.status.ok()) << outcome.status;
  EXPECT_EQ(outcome.chains, 1);
  EXPECT_EQ(outcome.ops, (std::multiset<std::string>{"_TiquElementwise"}));
  const std::vector<float> y = FloatsOf(outcome.outputs.at("y"));
  EXPECT_TRUE(std::isnan(y[3]));
  EXPECT_THAT((std::vector<float>{y[0], y[1], y[2], y[4], y[5]}), testing::ElementsAre(2, 0, 0, 1, 0));
}

TEST(FuseElementwiseTest, AMasksPenaltyAndTheSoftmaxBecomeOneOperation) {
  const std::string nodes = OpNode("m", "Sub", {"mask", "one"}) + OpNode("p", "Mul", {"m", "big"}) +
                            OpNode("s", "Add", {"x", "p"}) + OpNode("y", "Softmax", {"s"});
  const TensorMap inputs = {{"x", Tensor::Of<float>({1, 2, 3}, {0, 0, 5, 1, 1, 1})},
                            {"mask", Tensor::Of<float>({1, 1, 3}, {1, 1, 0})},
                            {"one", Tensor::Of<float>({}, {1})},
                            {"big", Tensor::Of<float>({}, {1e9F})}};
  const ChainOutcome outcome = RunText(MetaText({"x", "mask", "one", "big"}, nodes, {"y"}), inputs, true);
  ASSERT_TRUE(outcome.status.ok()) << outcome.status;
  EXPECT_EQ(outcome.ops, (std::multiset<std::string>{"_TiquElementwise"}));
  EXPECT_THAT(FloatsOf(outcome.outputs.at("y")), testing::ElementsAre(0.5F, 0.5F, 0, 0.5F, 0.5F, 0));
}

TEST(FuseElementwiseTest, WhatIsUsedElsewhereOrFetchedStaysOutside) {
  const std::string nodes = OpNode("a", "Neg", {"x"}) + OpNode("b", "Square", {"a"}) + OpNode("t", "Neg", {"b"}) +
                            OpNode("u", "Identity", {"b"});
  const TensorMap inputs = {{"x", Tensor::Of<float>({2}, {1, 2})}};
  const ChainOutcome outcome = RunText(MetaText({"x"}, nodes, {"t", "u"}), inputs, true);
  ASSERT_TRUE(outcome.status.ok()) << outcome.status;
  EXPECT_EQ(outcome.ops, (std::multiset<std::string>{"Identity", "Neg", "_TiquElementwise"}));
  const ChainOutcome fetched = RunText(MetaText({"x"}, nodes, {"t", "a"}), inputs, true);
  EXPECT_EQ(fetched.ops, (std::multiset<std::string>{"Neg", "_TiquElementwise"}));
  EXPECT_THAT(FloatsOf(fetched.outputs.at("a")), testing::ElementsAre(-1, -2));
  EXPECT_THAT(FloatsOf(fetched.outputs.at("t")), testing::ElementsAre(-1, -4));
}

TEST(FuseElementwiseTest, ErrorsAreThoseOfTheNodes) {
  const std::string nodes = OpNode("h", "BiasAdd", {"x", "b"}) + OpNode("y", "Relu", {"h"});
  const TensorMap inputs = {{"x", Tensor(DataType::kFloat, {2, 3})}, {"b", Tensor(DataType::kFloat, {1})}};
  for (const bool fuse : {false, true}) {
    const ChainOutcome outcome = RunText(MetaText({"x", "b"}, nodes, {"y"}), inputs, fuse);
    EXPECT_EQ(outcome.status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_NE(outcome.status.message().find("node 'h' (BiasAdd)"), absl::string_view::npos) << outcome.status;
  }
}

// Random graphs on random shapes, with the odd special value: chains give the bits of the nodes one by one.
TEST(FuseElementwiseTest, ChainsGiveTheBitsOfTheNodesOneByOne) {
  const std::vector<std::string> unary = {"Neg", "Square", "Relu", "Sqrt", "Rsqrt", "Exp", "Log", "Sigmoid", "Tanh"};
  const std::vector<std::string> binary = {"Add", "AddV2", "Sub", "Mul", "RealDiv", "Maximum", "Minimum"};
  const std::vector<Shape> shapes = {{},        {1},    {7},       {3, 7},    {5, 3, 7},
                                     {5, 1, 1}, {3, 1}, {1, 3, 1}, {5, 3, 1}, {5, 1, 7}};
  Random random(11);
  int chains = 0;
  for (int round = 0; round < 150; ++round) {
    SCOPED_TRACE(round);
    const bool wide = random.Between(0, 3) == 0;
    std::vector<std::string> inputs, values;
    TensorMap tensors;
    for (int i = random.Between(1, 4); i > 0; --i) {
      Shape shape = shapes[random.Between(0, static_cast<int>(shapes.size()) - 1)];
      if (wide && !shape.empty() && shape.back() == 7) shape.back() = 1500;
      inputs.push_back(absl::StrCat("x", i));
      Tensor tensor(DataType::kFloat, shape);
      for (int64_t j = 0; j < tensor.size(); ++j) {
        const int kind = random.Between(0, 60);
        const float special[] = {kNaN, 0.0F, -0.0F, std::numeric_limits<float>::infinity()};
        tensor.data<float>()[j] = kind < 4 ? special[kind] : static_cast<float>(4 * random.Uniform() - 2);
      }
      tensors[inputs.back()] = tensor;
    }
    values = inputs;
    std::string nodes;
    for (int i = random.Between(2, 30); i > 0; --i) {
      const std::string name = absl::StrCat("n", i);
      const auto pick = [&] { return values[random.Between(0, static_cast<int>(values.size()) - 1)]; };
      if (random.Between(0, 2) == 0) {
        nodes += OpNode(name, unary[random.Between(0, static_cast<int>(unary.size()) - 1)], {values.back()});
      } else {
        nodes += OpNode(name, binary[random.Between(0, static_cast<int>(binary.size()) - 1)], {values.back(), pick()});
      }
      values.push_back(name);
    }
    const std::string text = MetaText(inputs, nodes, {values.back()});
    const ChainOutcome plain = RunText(text, tensors, false), fused = RunText(text, tensors, true);
    ASSERT_TRUE(plain.status.ok()) << plain.status;
    ASSERT_TRUE(fused.status.ok()) << fused.status;
    ExpectSameBitsOrNaN(fused.outputs.begin()->second, plain.outputs.begin()->second);
    chains += fused.chains;
  }
  EXPECT_GT(chains, 100);
}

}  // namespace
}  // namespace tiqu::engine
