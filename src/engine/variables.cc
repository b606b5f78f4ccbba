#include "engine/variables.h"

#include "graph/tensor_proto.h"

namespace tiqu::engine {
namespace {

// The key that output `port` of a RestoreV2 node is read under; empty when its list of names is not a constant.
std::string KeyOf(const Graph& graph, const Edge& restored) {
  const Node& restore = graph.node(restored.node);
  if (restore.inputs.size() < 2) return "";
  const tensorflow::NodeDef& names = *graph.node(restore.inputs[1].node).def;
  const auto value = names.attr().find("value");
  if (names.op() != "Const" || value == names.attr().end()) return "";
  const absl::StatusOr<Tensor> keys = graph::TensorFromProto(value->second.tensor());
  if (!keys.ok() || keys->type() != DataType::kString || restored.port >= keys->size()) return "";
  return keys->strings()[restored.port];
}

}  // namespace

std::map<std::string, std::string> RestoredKeys(const Graph& graph) {
  std::map<std::string, std::string> keys;
  for (const Node& node : graph.nodes()) {
    const bool assigns = node.def->op() == "Assign" || node.def->op() == "AssignVariableOp";
    if (!assigns || node.inputs.size() < 2) continue;
    Edge value = node.inputs[1];
    // A damaged graph may have a ring of identities.
    for (size_t hops = 0; hops < graph.nodes().size(); ++hops) {
      const Node& passed = graph.node(value.node);
      if (passed.def->op() != "Identity" || passed.inputs.size() != 1) break;
      value = passed.inputs[0];
    }
    if (graph.node(value.node).def->op() != "RestoreV2") continue;
    const std::string key = KeyOf(graph, value);
    if (!key.empty()) keys[graph.node(node.inputs[0].node).def->name()] = key;
  }
  return keys;
}

}  // namespace tiqu::engine
