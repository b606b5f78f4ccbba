#include "engine/variables.h"

#include <unordered_map>

#include "graph/tensor_proto.h"

namespace tiqu::engine {
namespace {

constexpr char kObjectGraphKey[] = "_CHECKPOINTABLE_OBJECT_GRAPH";

using Keys = std::map<std::string, std::string>;

// The keys that a RestoreV2 node reads, by output; empty when its list of names is not a constant.
class RestoreNames {
 public:
  explicit RestoreNames(const Graph& graph) : graph_(graph) {}

  std::string KeyOf(const Edge& restored) {
    const Node& restore = graph_.node(restored.node);
    if (restore.def->op() != "RestoreV2" || restore.inputs.size() < 2) return "";
    const int names = restore.inputs[1].node;
    auto it = read_.find(names);
    if (it == read_.end()) it = read_.emplace(names, Read(*graph_.node(names).def)).first;
    const Tensor& keys = it->second;
    if (keys.type() != DataType::kString || restored.port >= keys.size()) return "";
    return keys.strings()[restored.port];
  }

 private:
  static Tensor Read(const tensorflow::NodeDef& names) {
    const auto value = names.attr().find("value");
    if (names.op() != "Const" || value == names.attr().end()) return {};
    absl::StatusOr<Tensor> keys = graph::TensorFromProto(value->second.tensor());
    return keys.ok() ? *std::move(keys) : Tensor();
  }

  const Graph& graph_;
  std::unordered_map<int, Tensor> read_;
};

// What stands behind identities of one input.
Edge BehindIdentities(const Graph& graph, Edge edge) {
  // A damaged graph may have a ring of identities.
  for (size_t hops = 0; hops < graph.nodes().size(); ++hops) {
    const Node& passed = graph.node(edge.node);
    if (passed.def->op() != "Identity" || passed.inputs.size() != 1) break;
    edge = passed.inputs[0];
  }
  return edge;
}

std::string SharedName(const tensorflow::NodeDef& handle) {
  const auto it = handle.attr().find("shared_name");
  return it == handle.attr().end() || it->second.s().empty() ? handle.name() : it->second.s();
}

// Variable's name -> bundle key, for names that stand for one variable only.
Keys ObjectGraphKeys(const std::map<std::string, Tensor>& variables) {
  Keys keys;
  const auto saved = variables.find(kObjectGraphKey);
  tensorflow::TrackableObjectGraph objects;
  if (saved == variables.end() || saved->second.type() != DataType::kString || saved->second.size() != 1 ||
      !objects.ParseFromString(saved->second.strings()[0])) {
    return keys;
  }
  for (const auto& object : objects.nodes()) {
    for (const auto& attribute : object.attributes()) {
      if (attribute.name() != "VARIABLE_VALUE" || attribute.full_name().empty()) continue;
      const auto [it, added] = keys.emplace(attribute.full_name(), attribute.checkpoint_key());
      if (!added && it->second != attribute.checkpoint_key()) it->second.clear();
    }
  }
  return keys;
}

}  // namespace

Keys RestoredKeys(const Graph& graph, const std::map<std::string, Tensor>& variables) {
  Keys keys, by_shared_name;
  RestoreNames names(graph);
  for (const Node& node : graph.nodes()) {
    const bool assigns = node.def->op() == "Assign" || node.def->op() == "AssignVariableOp";
    if (!assigns || node.inputs.size() < 2) continue;
    const std::string key = names.KeyOf(BehindIdentities(graph, node.inputs[1]));
    if (key.empty()) continue;
    const tensorflow::NodeDef& variable = *graph.node(BehindIdentities(graph, node.inputs[0]).node).def;
    keys[variable.name()] = key;
    if (variable.op() == "VarHandleOp") by_shared_name[SharedName(variable)] = key;
  }
  const Keys by_full_name = ObjectGraphKeys(variables);
  for (const Node& node : graph.nodes()) {
    if (node.def->op() != "VarHandleOp" || keys.contains(node.def->name())) continue;
    const std::string name = SharedName(*node.def);
    if (const auto shared = by_shared_name.find(name); shared != by_shared_name.end()) {
      keys[node.def->name()] = shared->second;
    } else if (const auto full = by_full_name.find(name); full != by_full_name.end() && !full->second.empty()) {
      keys[node.def->name()] = full->second;
    } else if (variables.contains(name)) {
      keys[node.def->name()] = name;
    }
  }
  return keys;
}

}  // namespace tiqu::engine
