#include "engine/variables.h"

#include "engine/graph.h"
#include "engine/inline_functions.h"
#include "engine/load_text_test_util.h"
#include "engine/ops/op_test_util.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tiqu::engine {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

std::string Handle(const std::string& name, const std::string& shared_name) {
  return "node { name: '" + name + "' op: 'VarHandleOp' attr { key: 'shared_name' value { s: '" + shared_name +
         "' } } }\n";
}

std::map<std::string, std::string> KeysOf(const std::string& text, const std::map<std::string, Tensor>& variables) {
  tensorflow::MetaGraphDef meta = MetaGraphOf(text);
  FunctionBodies bodies;
  EXPECT_TRUE(InlineFunctions(&meta, &bodies).ok());
  const auto graph = Graph::FromDef(meta.graph_def());
  EXPECT_TRUE(graph.ok()) << graph.status();
  return RestoredKeys(*graph, variables);
}

TEST(RestoredKeysTest, TheRestoreFunctionTellsTheKeys) {
  const std::string text =
      "saver_def { restore_op_name: 'restore' } graph_def { " + Handle("v", "kernel") + Handle("again", "kernel") + R"(
    node { name: 'restore' op: 'StatefulPartitionedCall' input: 'v' attr { key: 'f' value { func { name: 'r' } } } }
    library { function {
      signature { name: 'r' input_arg { name: 'handle' } }
      node_def { name: 'names' op: 'Const' attr { key: 'value' value { tensor {
        dtype: DT_STRING tensor_shape { dim { size: 2 } } string_val: 'other' string_val: 'variables/0' } } } }
      node_def { name: 'read' op: 'RestoreV2' input: 'names:output:0' input: 'names:output:0' }
      node_def { name: 'value' op: 'Identity' input: 'read:tensors:1' }
      node_def { name: 'assign' op: 'AssignVariableOp' input: 'handle' input: 'value:output:0' }
    } } })";
  EXPECT_THAT(KeysOf(text, {}), ElementsAre(Pair("again", "variables/0"), Pair("v", "variables/0")));
}

TEST(RestoredKeysTest, TheObjectGraphTellsWhatNoRestoreOperationDoes) {
  tensorflow::TrackableObjectGraph objects;
  const auto add = [&objects](const std::string& name, const std::string& key) {
    auto* attribute = objects.add_nodes()->add_attributes();
    attribute->set_name("VARIABLE_VALUE");
    attribute->set_full_name(name);
    attribute->set_checkpoint_key(key);
  };
  add("kernel", "layer/kernel/.ATTRIBUTES/VARIABLE_VALUE");
  add("twice", "a");
  add("twice", "b");
  Tensor saved(DataType::kString, {});
  saved.strings()[0] = objects.SerializeAsString();
  const std::string text = "graph_def { " + Handle("v", "kernel") + Handle("t", "twice") + Handle("p", "plain") + "}";
  EXPECT_THAT(KeysOf(text, {{"_CHECKPOINTABLE_OBJECT_GRAPH", saved}, {"plain", Scalar(1)}}),
              ElementsAre(Pair("p", "plain"), Pair("v", "layer/kernel/.ATTRIBUTES/VARIABLE_VALUE")));
  saved.strings()[0] = "no message";
  EXPECT_THAT(KeysOf(text, {{"_CHECKPOINTABLE_OBJECT_GRAPH", saved}}), IsEmpty());
}

}  // namespace
}  // namespace tiqu::engine
