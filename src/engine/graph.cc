#include "engine/graph.h"

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "engine/fused/register.h"
#include "engine/node_input.h"

namespace tiqu::engine {

absl::StatusOr<Graph> Graph::FromDef(const tensorflow::GraphDef& def) {
  Graph graph;
  graph.nodes_.resize(def.node_size());
  for (int i = 0; i < def.node_size(); ++i) {
    graph.nodes_[i].def = &def.node(i);
    // What this program puts in the place of others relies on how it was made.
    if (def.node(i).op().starts_with(kFusedPrefix)) {
      return absl::InvalidArgumentError(absl::StrCat("node '", def.node(i).name(), "' (", def.node(i).op(),
                                                     "): such an operation stands in no file"));
    }
    if (!graph.by_name_.emplace(def.node(i).name(), i).second) {
      return absl::InvalidArgumentError(absl::StrCat("the graph has two nodes named '", def.node(i).name(), "'"));
    }
  }
  for (Node& node : graph.nodes_) {
    for (const std::string& input : node.def->input()) {
      const bool control = IsControlInput(input);
      absl::StatusOr<Edge> edge = graph.Resolve(control ? std::string_view(input).substr(1) : input);
      if (!edge.ok()) return Annotate(edge.status(), absl::StrCat("input of node '", node.def->name(), "'"));
      if (control) {
        node.control_inputs.push_back(edge->node);
      } else {
        node.inputs.push_back(*edge);
      }
    }
  }
  return graph;
}

int Graph::Find(std::string_view name) const {
  const auto it = by_name_.find(name);
  return it == by_name_.end() ? -1 : it->second;
}

absl::StatusOr<Edge> Graph::Resolve(std::string_view tensor_name) const {
  Edge edge;
  std::string_view name = tensor_name;
  if (const size_t colon = tensor_name.rfind(':'); colon != std::string_view::npos) {
    name = tensor_name.substr(0, colon);
    if (!absl::SimpleAtoi(std::string(tensor_name.substr(colon + 1)), &edge.port) || edge.port < 0) {
      return absl::InvalidArgumentError(absl::StrCat("'", std::string(tensor_name), "' is not a tensor name"));
    }
  }
  edge.node = Find(name);
  if (edge.node < 0) return absl::InvalidArgumentError(absl::StrCat("the graph has no node '", std::string(name), "'"));
  return edge;
}

void Graph::Replace(int index, tensorflow::NodeDef def, std::vector<Edge> inputs) {
  owned_.push_back(std::move(def));
  nodes_[index] = {&owned_.back(), std::move(inputs), {}};
}

}  // namespace tiqu::engine
