#include "graph/graph_builder.h"

#include <map>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tiqu::graph {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::map<std::string, tensorflow::NodeDef> ByName(const tensorflow::GraphDef& graph) {
  std::map<std::string, tensorflow::NodeDef> nodes;
  for (const auto& node : graph.node()) nodes[node.name()] = node;
  return nodes;
}

TEST(GraphBuilderTest, ALayerIsAScopeWithRolesAndOneOutput) {
  GraphBuilder g;
  const Output x = g.Placeholder("x", DataType::kFloat, {-1, 3});
  Output out;
  {
    const auto scope = g.Enter("passage/encode_0", "DilatedGatedConv1D");
    out = g.LayerOutput(g.Sigmoid(g.Role(x, "input")), {{"rate", 4}});
  }
  g.Named("y", out);
  const auto graph = g.Finish();
  ASSERT_TRUE(graph.ok()) << graph.status();
  EXPECT_EQ(graph->versions().producer(), 26);
  const auto nodes = ByName(*graph);
  EXPECT_EQ(nodes.at("passage/encode_0/in_input").attr().at("_tiqu_role").s(), "input");
  EXPECT_EQ(nodes.at("passage/encode_0/Sigmoid").attr().at("_tiqu_layer").s(), "DilatedGatedConv1D");
  const auto& output = nodes.at("passage/encode_0/output");
  EXPECT_EQ(output.attr().at("_tiqu_rate").i(), 4);
  EXPECT_EQ(output.attr().at("_tiqu_format").i(), 1);
  EXPECT_EQ(nodes.at("y").input(0), "passage/encode_0/output");
  EXPECT_EQ(nodes.at("y").attr().count("_tiqu_layer"), 0U);
}

TEST(GraphBuilderTest, RepeatedNamesGetNumbersAndOutputsTheirIndex) {
  GraphBuilder g;
  const Output x = g.Placeholder("x", DataType::kFloat, {-1, 4});
  EXPECT_EQ(g.Relu(x).name, "Relu");
  EXPECT_EQ(g.Relu(x).name, "Relu_1");
  EXPECT_EQ(g.Relu(x).name, "Relu_2");
  const std::vector<Output> halves = g.Split(x, 2, 1);
  EXPECT_EQ(halves[0].name, "Split");
  EXPECT_EQ(halves[1].name, "Split:1");
  EXPECT_EQ(g.Add(halves[0], halves[1]).type, DataType::kFloat);
  EXPECT_EQ(g.Greater(x, x).type, DataType::kBool);
  EXPECT_TRUE(g.Finish().ok());
}

TEST(GraphBuilderTest, AVariableHasANameAReaderAndZerosToStartFrom) {
  GraphBuilder g;
  EXPECT_EQ(g.Variable("encode_0/kernel", {3, 2, 4}, true).name, "encode_0/kernel/read");
  ASSERT_EQ(g.variables().size(), 1U);
  const auto nodes = ByName(*g.Finish());
  EXPECT_EQ(nodes.at("encode_0/kernel").op(), "VariableV2");
  EXPECT_THAT(nodes.at("encode_0/kernel/Assign").input(),
              ElementsAre("encode_0/kernel", "encode_0/kernel/initial_value"));
}

TEST(GraphBuilderTest, SlicesBoundOneAxis) {
  GraphBuilder g;
  const Output x = g.Placeholder("x", DataType::kFloat, {-1, -1, 4});
  g.Slice(x, 3, {.axis = 1, .begin = 0, .end = -2});
  g.Slice(x, 3, {.axis = 1, .begin = 2, .end = 0});
  const auto nodes = ByName(*g.Finish());
  EXPECT_EQ(nodes.at("StridedSlice").attr().at("begin_mask").i(), 0b101);
  EXPECT_EQ(nodes.at("StridedSlice").attr().at("end_mask").i(), 0b101);
  EXPECT_EQ(nodes.at("StridedSlice_1").attr().at("end_mask").i(), 0b111);
}

TEST(GraphBuilderTest, MistakesComeBackFromFinish) {
  const struct {
    void (*make)(GraphBuilder&);
    const char* message;
  } kCases[] = {
      {[](GraphBuilder& g) {
         g.Relu({"nowhere", DataType::kFloat});
       },
       "'nowhere' of node 'Relu' does not exist"},
      {[](GraphBuilder& g) {
         g.Placeholder("x", DataType::kFloat, {});
         g.Placeholder("x", DataType::kFloat, {});
       },
       "two nodes are named 'x'"},
      {[](GraphBuilder& g) { g.Placeholder("问", DataType::kFloat, {}); }, "cannot be a node's name"},
      {[](GraphBuilder& g) { g.Placeholder("_x", DataType::kFloat, {}); }, "cannot be a node's name"},
      {[](GraphBuilder& g) { g.LayerOutput(g.Float(1)); }, "outside a layer"},
      {[](GraphBuilder& g) { g.Role(g.Float(1), "input"); }, "outside a layer"},
      {[](GraphBuilder& g) {
         const auto outer = g.Enter("a", "Similarity");
         const auto inner = g.Enter("b", "Answer");
       },
       "lies inside layer Similarity"},
      {[](GraphBuilder& g) {
         const auto scope = g.Enter("a");
         g.Variable("v", {1}, true);
       },
       "inside a scope"},
  };
  for (const auto& test : kCases) {
    GraphBuilder g;
    test.make(g);
    const auto graph = g.Finish();
    EXPECT_FALSE(graph.ok()) << test.message;
    EXPECT_THAT(std::string(graph.status().message()), HasSubstr(test.message));
  }
}

}  // namespace
}  // namespace tiqu::graph
