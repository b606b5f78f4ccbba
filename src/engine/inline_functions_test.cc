#include "engine/inline_functions.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "engine/load_text_test_util.h"
#include "engine/ops/op_test_util.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tiqu::engine {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// "name = op(inputs)", one a node, sorted.
std::vector<std::string> NodesOf(const tensorflow::MetaGraphDef& meta) {
  std::vector<std::string> nodes;
  for (const auto& node : meta.graph_def().node()) {
    nodes.push_back(absl::StrCat(node.name(), " = ", node.op(), "(", absl::StrJoin(node.input(), ", "), ")"));
  }
  std::sort(nodes.begin(), nodes.end());
  return nodes;
}

std::string Call(const std::string& name, const std::string& function, const std::string& inputs) {
  return "node { name: '" + name + "' op: 'PartitionedCall' " + inputs + " attr { key: 'f' value { func { name: '" +
         function + "' } } } }\n";
}

std::string Function(const std::string& name, const std::string& args, const std::string& body,
                     const std::string& result) {
  return "function { signature { name: '" + name + "' " + args + " output_arg { name: 'out' } } " + body +
         " ret { key: 'out' value: '" + result + "' } }\n";
}

constexpr char kX[] = "node { name: 'x' op: 'Placeholder' attr { key: 'dtype' value { type: DT_FLOAT } } }\n";
constexpr char kArgA[] = "input_arg { name: 'a' }";

std::string Inlined(const std::string& nodes, const std::string& library, const std::string& output = "call:0") {
  return "graph_def { " + std::string(kX) + nodes + " library { " + library + " } }\n" + SignatureText("f", "", output);
}

std::string ErrorOf(const std::string& text) {
  tensorflow::MetaGraphDef meta = MetaGraphOf(text);
  FunctionBodies bodies;
  return std::string(InlineFunctions(&meta, &bodies).message());
}

TEST(InlineFunctionsTest, NestedBodiesTakeTheirCallsPlaces) {
  tensorflow::MetaGraphDef meta = MetaGraphOf(
      Inlined(Call("call", "outer", "input: 'x' input: '^x'") + "node { name: 'y' op: 'Neg' input: 'call' }",
              Function("inner", kArgA, "node_def { name: 'n' op: 'Neg' input: 'a' }", "n:y:0") +
                  Function("outer", kArgA,
                           "node_def { name: 'in' op: 'inner' input: 'a' } "
                           "node_def { name: 'square' op: 'Square' input: 'in:out:0' input: '^in' }",
                           "square:y:0"),
              "y:0"));
  FunctionBodies bodies;
  ASSERT_TRUE(InlineFunctions(&meta, &bodies).ok());
  EXPECT_THAT(NodesOf(meta), ElementsAre("call = IdentityN(call/square:0, ^x)", "call/in = IdentityN(call/in/n:0)",
                                         "call/in/n = Neg(x)", "call/square = Square(call/in/n:0, ^call/in)",
                                         "x = Placeholder()", "y = Neg(call/square:0)"));
}

TEST(InlineFunctionsTest, OutputsAreFoundByTheirNames) {
  tensorflow::MetaGraphDef meta = MetaGraphOf(
      Inlined(Call("call", "f", "input: 'x'"),
              Function("f", kArgA,
                       "node_def { name: 'best' op: 'TopKV2' input: 'a' input: 'a' } "
                       "node_def { name: 'parts' op: 'Split' input: 'a' input: 'a' } "
                       "node_def { name: 'other' op: 'TwoLists' input: 'a' attr { key: 'N' value { i: 2 } } } "
                       "node_def { name: 'sum' op: 'AddN' input: 'best:indices:0' input: 'parts:output:2' "
                       "input: 'other:second:1' }",
                       "sum:sum:0")) +
      "meta_info_def { stripped_op_list { op { name: 'TwoLists' output_arg { name: 'first' number_attr: 'N' } "
      "output_arg { name: 'second' number_attr: 'N' } } } }");
  FunctionBodies bodies;
  ASSERT_TRUE(InlineFunctions(&meta, &bodies).ok());
  EXPECT_THAT(NodesOf(meta), testing::Contains("call/sum = AddN(call/best:1, call/parts:2, call/other:3)"));
}

TEST(InlineFunctionsTest, AnArgumentMayBeAListAndAnAttributeTheCalls) {
  tensorflow::MetaGraphDef meta = MetaGraphOf(
      Inlined("node { name: 'call' op: 'f' input: 'x' input: 'x:1' input: 'x:2' attr { key: 'N' value { i: 2 } } "
              "attr { key: 'T' value { type: DT_INT32 } } }",
              Function("f", "input_arg { name: 'list' number_attr: 'N' } input_arg { name: 'a' }",
                       "node_def { name: 'n' op: 'AddN' input: 'list:1' input: 'a' input: '^a' "
                       "attr { key: 'T' value { placeholder: 'T' } } }",
                       "n")));
  FunctionBodies bodies;
  ASSERT_TRUE(InlineFunctions(&meta, &bodies).ok());
  EXPECT_THAT(NodesOf(meta),
              ElementsAre("call = IdentityN(call/n:0)", "call/n = AddN(x:1, x:2, ^x)", "x = Placeholder()"));
  EXPECT_EQ(meta.graph_def().node(2).attr().at("T").type(), tensorflow::DT_INT32);
}

TEST(InlineFunctionsTest, ACallIsDoneWhenItsControlResultsAre) {
  tensorflow::MetaGraphDef meta =
      MetaGraphOf(Inlined(Call("call", "f", "input: 'x'"),
                          "function { signature { name: 'f' input_arg { name: 'a' } output_arg { name: 'out' } } "
                          "node_def { name: 'check' op: 'Assert' input: 'a' } ret { key: 'out' value: 'a' } "
                          "control_ret { key: 'done' value: 'check' } }"));
  FunctionBodies bodies;
  ASSERT_TRUE(InlineFunctions(&meta, &bodies).ok());
  EXPECT_THAT(NodesOf(meta),
              ElementsAre("call = IdentityN(x, ^call/check)", "call/check = Assert(x)", "x = Placeholder()"));
}

TEST(InlineFunctionsTest, OnlyWhatIsNeededIsInlinedAndNamesStayApart) {
  tensorflow::MetaGraphDef meta = MetaGraphOf(
      Inlined(Call("call", "f", "input: 'x'") + Call("training", "missing", "") + "node { name: 'call/n' op: 'NoOp' }",
              Function("f", kArgA, "node_def { name: 'n' op: 'Neg' input: 'a' }", "n:y:0")));
  FunctionBodies bodies;
  ASSERT_TRUE(InlineFunctions(&meta, &bodies).ok());
  EXPECT_THAT(NodesOf(meta), ElementsAre("call = IdentityN(call//n:0)", "call//n = Neg(x)", "call/n = NoOp()",
                                         "training = PartitionedCall()", "x = Placeholder()"));
}

TEST(InlineFunctionsTest, BrokenFunctionsAreNamed) {
  const std::string call = Call("call", "f", "input: 'x'");
  EXPECT_EQ(ErrorOf(Inlined(call, Function("g", "", "", "a"))),
            "node 'call' calls function 'f', which is not in the library");
  EXPECT_EQ(ErrorOf(Inlined(call, Function("f", "", "", "a"))),
            "function 'f', called by 'call': takes 0 arguments and is given 1");
  EXPECT_EQ(ErrorOf(Inlined(call, Function("f", kArgA, "", "b:y:0"))),
            "function 'f', called by 'call': result 'out': its input 'b:y:0' does not exist");
  EXPECT_EQ(ErrorOf(Inlined(call, Function("f", kArgA, "node_def { name: 'n' op: 'Neg' input: 'z' }", "a"))),
            "function 'f', called by 'call': node 'n': its input 'z' does not exist");
  EXPECT_EQ(ErrorOf(Inlined(call, Function("f", kArgA, "node_def { name: 'n' op: 'TopKV2' }", "n:size:0"))),
            "function 'f', called by 'call': result 'out': node 'n' (TopKV2) has no output 'size'");
  EXPECT_EQ(
      ErrorOf(Inlined(call + "node { name: 'y' op: 'Neg' input: 'call:1' }", Function("f", kArgA, "", "a"), "y:0")),
      "input of node 'y': 'call:1' is none of the 1 results of call 'call'");
}

TEST(InlineFunctionsTest, RecursionAndExplosionEnd) {
  const std::string call = Call("call", "f0", "input: 'x'");
  EXPECT_EQ(ErrorOf(Inlined(call, Function("f0", kArgA, "node_def { name: 'n' op: 'f1' input: 'a' }", "n:out:0") +
                                      Function("f1", kArgA, "node_def { name: 'm' op: 'f0' input: 'a' }", "m:out:0"))),
            "function 'f0', called by 'call/n/m': calls itself");
  std::string chain, doubling;
  for (int i = 0; i < 70; ++i) {
    const std::string next = absl::StrCat("op: 'f", i + 1, "' input: 'a'");
    chain += Function(absl::StrCat("f", i), kArgA, "node_def { name: 'n' " + next + " }", "n:out:0");
    doubling += Function(absl::StrCat("f", i), kArgA,
                         "node_def { name: 'n' " + next + " } node_def { name: 'm' " + next + " }", "n:out:0");
  }
  EXPECT_THAT(ErrorOf(Inlined(call, chain + Function("f70", kArgA, "", "a"))),
              HasSubstr("calls are nested deeper than 64"));
  EXPECT_THAT(ErrorOf(Inlined(call, doubling + Function("f70", kArgA, "", "a"))),
              HasSubstr("the graph grows beyond 50000 nodes or "));
}

TEST(InlineFunctionsTest, CallsThatReturnEachOthersResultsAreACycle) {
  EXPECT_EQ(ErrorOf(Inlined(Call("call", "f", "input: 'other'") + Call("other", "f", "input: 'call'"),
                            Function("f", kArgA, "", "a"))),
            "input of node 'call': the graph has a cycle through call 'other'");
}

TEST(InlineFunctionsTest, UnknownOperationsOfBodiesAreNamedTogether) {
  const std::string inner = Function("inner", kArgA, "node_def { name: 'n' op: 'Unheard' input: 'a' }", "n:y:0");
  const std::string outer = Function("outer", kArgA,
                                     "node_def { name: 'call' op: 'inner' input: 'a' } "
                                     "node_def { name: 'm' op: 'Unknown' input: 'call:out:0' }",
                                     "m:y:0");
  const absl::Status status =
      LoadMetaGraph(MetaGraphOf(Inlined(Call("call", "outer", "input: 'x'"), inner + outer)), {});
  EXPECT_EQ(status.code(), absl::StatusCode::kUnimplemented);
  EXPECT_EQ(status.message(),
            "operations that are not supported, with their nodes: Unheard (call/call/n); Unknown (call/m)");
}

}  // namespace
}  // namespace tiqu::engine
