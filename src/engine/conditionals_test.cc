#include "engine/conditionals.h"

#include "absl/strings/str_cat.h"
#include "engine/graph.h"
#include "engine/load_text_test_util.h"
#include "engine/ops/op_test_util.h"
#include "engine/signature.h"
#include "gtest/gtest.h"

namespace tiqu::engine {
namespace {

// y = Merge(Neg(x), Square(x)) under `condition`, the name of a node; the second side is the one where it is true.
std::string Conditional(const std::string& condition) {
  return "graph_def { node { name: 'x' op: 'Placeholder' attr { key: 'dtype' value { type: DT_FLOAT } } } "
         "node { name: 'p' op: 'Placeholder' attr { key: 'dtype' value { type: DT_BOOL } } } "
         "node { name: 'no' op: 'Const' attr { key: 'value' value { tensor { dtype: DT_BOOL bool_val: false } } } } "
         "node { name: 'phase' op: 'PlaceholderWithDefault' input: 'no' } "
         "node { name: 'switch' op: 'Switch' input: 'x' input: '" +
         condition +
         "' } node { name: 'a' op: 'Neg' input: 'switch' } node { name: 'b' op: 'Square' input: 'switch:1' } "
         "node { name: 'y' op: 'Merge' input: 'b' input: 'a' } } " +
         SignatureText("f", "", "y:0");
}

std::string OpOf(const Graph& graph, const std::string& name) {
  const Node& node = graph.node(graph.Find(name));
  std::string text = node.def->op();
  for (const Edge& input : node.inputs) absl::StrAppend(&text, " ", graph.node(input.node).def->name());
  return text;
}

std::string Resolved(const std::string& text) {
  const tensorflow::MetaGraphDef meta = MetaGraphOf(text);
  auto graph = Graph::FromDef(meta.graph_def());
  EXPECT_TRUE(graph.ok()) << graph.status();
  const auto signatures = ResolveSignatures(meta, *graph);
  EXPECT_TRUE(signatures.ok()) << signatures.status();
  EXPECT_TRUE(ResolveConditionals(*signatures, &*graph).ok());
  return OpOf(*graph, "y");
}

TEST(ConditionalsTest, AMergeChoosesByTheConditionOfItsSwitch) {
  EXPECT_EQ(Resolved(Conditional("p")), "_TiquChoose p a b");
}

TEST(ConditionalsTest, TheSideThatIsNeverTakenVanishes) {
  EXPECT_EQ(Resolved(Conditional("no")), "Identity a");
  EXPECT_EQ(Resolved(Conditional("phase")), "Identity a");
  const std::string feed = "signature_def { key: 'g' value { inputs { key: 'phase' value { name: 'phase:0' } } } }";
  EXPECT_EQ(Resolved(Conditional("phase") + feed), "_TiquChoose phase a b");
}

TEST(ConditionalsTest, ConditionsOfNestedConditionalsAreKeptApart) {
  const std::string text = R"(graph_def {
    node { name: 'p' op: 'NoOp' } node { name: 'q' op: 'NoOp' } node { name: 'x' op: 'NoOp' }
    node { name: 'outer' op: 'Switch' input: 'x' input: 'p' }
    node { name: 'inner' op: 'Switch' input: 'outer:1' input: 'q' }
    node { name: 'merged' op: 'Merge' input: 'inner' input: 'inner:1' }
    node { name: 'pivot' op: 'Identity' input: 'outer' }
    node { name: 'other' op: 'NoOp' input: '^pivot' }
    node { name: 'y' op: 'Merge' input: 'merged' input: 'other' }
  })";
  EXPECT_EQ(Resolved(text), "_TiquChoose p other merged");
}

TEST(ConditionalsTest, AMergeWithoutASwitchStays) {
  EXPECT_EQ(
      Resolved("graph_def { node { name: 'a' op: 'NoOp' } node { name: 'y' op: 'Merge' input: 'a' input: 'y' } }"),
      "Merge a y");
}

TEST(ConditionalsTest, ChooseTakesOneSide) {
  const auto chosen = RunOpOutputs(Op(kChooseOp), {Bools({}, {1}), Floats({1}, {2}), Floats({2}, {3, 4})});
  ASSERT_TRUE(chosen.ok()) << chosen.status();
  ExpectFloats((*chosen)[0], {2}, {3, 4});
  ExpectInts((*chosen)[1], {}, {1});
  ExpectError(RunOp(Op(kChooseOp), {Bools({2}, {1, 0}), kSix, kSix}), kInvalid, "the condition has shape (2)");
}

}  // namespace
}  // namespace tiqu::engine
