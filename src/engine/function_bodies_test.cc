#include "engine/function_bodies.h"

#include "absl/strings/str_cat.h"
#include "engine/load_text_test_util.h"
#include "engine/ops/op_test_util.h"
#include "gtest/gtest.h"

namespace tiqu::engine {
namespace {

std::string Argument(const std::string& name, const std::string& type) {
  return absl::StrCat("input_arg { name: '", name, "' type: ", type, " } ");
}

std::string Function(const std::string& name, const std::string& args, const std::string& result_type,
                     const std::string& body, const std::string& result) {
  return absl::StrCat("function { signature { name: '", name, "' ", args,
                      " output_arg { name: 'out' type: ", result_type, " } } ", body, " ret { key: 'out' value: '",
                      result, "' } }\n");
}

std::string Attribute(const std::string& name, const std::string& function) {
  return absl::StrCat("attr { key: '", name, "' value { func { name: '", function, "' } } } ");
}

std::string Model(const std::string& nodes, const std::string& library) {
  return absl::StrCat(
      "graph_def { node { name: 'x' op: 'Placeholder' attr { key: 'dtype' value { type: DT_FLOAT } } } "
      "node { name: 'p' op: 'Placeholder' attr { key: 'dtype' value { type: DT_BOOL } } } "
      "node { name: 'v' op: 'VarHandleOp' } node { name: 'handle' op: 'Identity' input: 'v' } ",
      nodes, " library { ", library, " } } signature_def { key: 'f' value { ",
      "inputs { key: 'x' value { name: 'x:0' dtype: DT_FLOAT } } inputs { key: 'p' value { name: 'p:0' dtype: DT_BOOL "
      "} } ",
      "outputs { key: 'y' value { name: 'y:0' dtype: DT_FLOAT } } } }");
}

std::string IfModel() {
  const std::string args = Argument("v", "DT_RESOURCE") + Argument("x", "DT_FLOAT");
  return Model("node { name: 'y' op: 'If' input: 'p' input: 'handle' input: 'x' " + Attribute("then_branch", "times") +
                   Attribute("else_branch", "checked") + "}",
               Function("times", args, "DT_FLOAT",
                        "node_def { name: 'r' op: 'ReadVariableOp' input: 'v' } "
                        "node_def { name: 'm' op: 'Mul' input: 'x' input: 'r:value:0' }",
                        "m:z:0") +
                   Function("checked", args, "DT_FLOAT",
                            "node_def { name: 'axis' op: 'Const' attr { key: 'value' value { tensor { "
                            "dtype: DT_INT32 int_val: 3 } } } } "
                            "node_def { name: 'm' op: 'ExpandDims' input: 'x' input: 'axis:output:0' }",
                            "m:output:0"));
}

const std::map<std::string, Tensor>& Variables() {
  static const auto* const variables = new std::map<std::string, Tensor>{{"v", Floats({}, {10})}};
  return *variables;
}

TEST(FunctionBodiesTest, OnlyTheBranchThatIsTakenRuns) {
  const auto run = [](bool condition) {
    return RunMetaGraph(MetaGraphOf(IfModel()), Variables(),
                        {{"x", Floats({2}, {1, 2})}, {"p", Bools({}, {condition ? 1 : 0})}});
  };
  const auto taken = run(true);
  ASSERT_TRUE(taken.ok()) << taken.status();
  ExpectFloats(taken->at("y"), {2}, {10, 20});
  EXPECT_EQ(run(false).status().message(),
            "node 'y' (If): node 'y/else_branch/m' (ExpandDims): axis 3 is not in [-2, 2)");
}

std::string WhileModel(const std::string& limit) {
  const std::string args = Argument("x", "DT_FLOAT");
  return Model(
      "node { name: 'y' op: 'While' input: 'x' " + Attribute("cond", "goes_on") + Attribute("body", "double") + "}",
      Function("goes_on", args, "DT_BOOL",
               "node_def { name: 'limit' op: 'Const' attr { key: 'value' value { tensor { "
               "dtype: DT_FLOAT float_val: " +
                   limit +
                   " } } } } "
                   "node_def { name: 'less' op: 'LessEqual' input: 'x' input: 'limit:output:0' }",
               "less:z:0") +
          Function("double", args, "DT_FLOAT", "node_def { name: 'm' op: 'Add' input: 'x' input: 'x' }", "m:z:0"));
}

TEST(FunctionBodiesTest, ALoopRunsUntilItsConditionFails) {
  const TensorMap inputs = {{"x", Floats({}, {3})}, {"p", Bools({}, {0})}};
  const auto looped = RunMetaGraph(MetaGraphOf(WhileModel("20")), Variables(), inputs);
  ASSERT_TRUE(looped.ok()) << looped.status();
  ExpectFloats(looped->at("y"), {}, {24});
}

TEST(FunctionBodiesTest, ALoopWithoutAnEndIsStopped) {
  const TensorMap inputs = {{"x", Floats({}, {0})}, {"p", Bools({}, {0})}};
  const auto looped = RunMetaGraph(MetaGraphOf(WhileModel("1")), Variables(), inputs);
  EXPECT_EQ(looped.status().code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(looped.status().message(), "node 'y' (While): the loop takes more than 100000 turns");
}

TEST(FunctionBodiesTest, WhatDoesNotFitIsNamedAtLoad) {
  const auto error = [](const std::string& nodes, const std::string& library) {
    return std::string(LoadMetaGraph(MetaGraphOf(Model(nodes, library)), Variables()).message());
  };
  const std::string branches = Attribute("then_branch", "f") + Attribute("else_branch", "f");
  const std::string identity = Function("f", Argument("x", "DT_FLOAT"), "DT_FLOAT", "", "x");
  EXPECT_EQ(error("node { name: 'y' op: 'If' input: 'p' input: 'x' " + Attribute("then_branch", "g") + "}", identity),
            "node 'y' (If): function 'g' is not in the library");
  EXPECT_EQ(error("node { name: 'y' op: 'If' input: 'p' " + branches + "}", identity),
            "node 'y' (If): function 'f' takes 1 arguments and is given 0");
  EXPECT_EQ(error("node { name: 'y' op: 'If' input: 'p' input: 'p' " + branches + "}", identity),
            "signature 'f': node 'y' (If): argument 0 of 'y/then_branch' is DT_BOOL, expected DT_FLOAT");
  EXPECT_EQ(error("node { name: 'y' op: 'If' input: 'p' input: 'x' " + branches + "}",
                  Function("f", Argument("v", "DT_RESOURCE"), "DT_FLOAT", "", "v")),
            "node 'y' (If): 'x' is a handle, but not a variable's");
  EXPECT_EQ(error("node { name: 'y' op: 'If' input: 'p' input: 'x' " + branches + "}",
                  Function("f", Argument("x", "DT_FLOAT"), "DT_FLOAT",
                           "node_def { name: 'n' op: 'Unheard' input: 'x' }", "n:y:0")),
            "operations that are not supported, with their nodes: Unheard (y/else_branch/n, y/then_branch/n)");
  EXPECT_EQ(error("node { name: 'y' op: 'If' input: 'p' input: 'x' }", ""),
            "signature 'f': node 'y' (If): its functions are not in the library");
}

TEST(FunctionBodiesTest, ABranchThatBranchesIntoItselfEnds) {
  const std::string again = Attribute("then_branch", "f") + Attribute("else_branch", "f");
  const absl::Status status = LoadMetaGraph(
      MetaGraphOf(Model("node { name: 'y' op: 'If' input: 'p' input: 'p' " + again + "}",
                        Function("f", Argument("p", "DT_BOOL"), "DT_BOOL",
                                 "node_def { name: 'n' op: 'If' input: 'p' input: 'p' " + again + "}", "n:output:0"))),
      Variables());
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
}

}  // namespace
}  // namespace tiqu::engine
