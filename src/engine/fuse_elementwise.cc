#include "engine/fuse_elementwise.h"

#include <algorithm>
#include <set>
#include <vector>

#include "absl/strings/str_cat.h"
#include "engine/fused/elementwise_chain.h"
#include "engine/schedule.h"

namespace tiqu::engine {
namespace {

class ElementwiseFuser {
 public:
  ElementwiseFuser(const std::map<std::string, ResolvedSignature>& signatures, Graph* graph, CompiledNodes* nodes)
      : graph_(*graph), nodes_(*nodes) {
    for (const auto& [name, signature] : signatures) {
      for (const auto& [input, edge] : signature.feeds) fixed_.insert(edge.node);
      for (const auto& [output, edge] : signature.fetches) {
        fetched_.insert(edge.node);
        request_.fetches.push_back(edge);
      }
    }
    request_.is_leaf = [this](int node) { return !Runs(node); };
  }

  int Run() {
    const absl::StatusOr<std::vector<int>> order = Schedule(graph_, request_);
    if (!order.ok()) return 0;  // a cycle that a feed cuts
    for (const int node : *order) NoteUses(node);
    for (auto node = order->rbegin(); node != order->rend(); ++node) Join(*node);
    int made = 0;
    for (const int node : *order) {
      if (const auto it = members_.find(node); it != members_.end()) made += Replace(node, it->second) ? 1 : 0;
    }
    return made;
  }

 private:
  bool Runs(int node) const {
    const auto it = nodes_.find(node);
    return it != nodes_.end() && it->second->run != nullptr;
  }

  void NoteUses(int node) {
    if (!Runs(node)) return;
    for (const Edge& edge : graph_.node(node).inputs) users_[edge.node].insert(node);
    for (const int control : graph_.node(node).control_inputs) {
      fixed_.insert(control);
      fixed_.insert(node);
    }
  }

  // Whether a node can be a step of a chain, or only its end.
  bool IsStep(int node) const { return IsFloat(node) && FindVectorFunction(graph_.node(node).def->op()) != nullptr; }
  bool IsEnd(int node) const { return IsStep(node) || (IsFloat(node) && graph_.node(node).def->op() == "Softmax"); }
  bool IsFloat(int node) const {
    return Runs(node) && !fixed_.contains(node) && nodes_.at(node)->output_types == std::vector{DataType::kFloat};
  }

  // REQUIRES: the users of the node have joined theirs.
  void Join(int node) {
    if (!IsEnd(node)) return;
    int end = -1;
    bool one_chain = IsStep(node) && !fetched_.contains(node);
    for (const int user : users_[node]) {
      const auto it = end_of_.find(user);
      const int users_end = it == end_of_.end() ? -1 : it->second;
      one_chain = one_chain && users_end >= 0 && (end < 0 || end == users_end);
      end = users_end;
    }
    if (!one_chain || end < 0 || members_[end].size() == kMostChainSteps) end = node;
    end_of_[node] = end;
    members_[end].push_back(node);
  }

  // `last_first`: the chain's nodes, each after those that use it.
  bool Replace(int end, const std::vector<int>& last_first) {
    if (last_first.size() < 2) return false;
    std::vector<Edge> inputs;
    for (const int node : last_first) {
      for (const Edge& edge : graph_.node(node).inputs) {
        const bool inside = end_of_.contains(edge.node) && end_of_.at(edge.node) == end;
        if (!inside && std::find(inputs.begin(), inputs.end(), edge) == inputs.end()) inputs.push_back(edge);
      }
    }
    if (inputs.size() > kMostChainInputs) return false;
    std::map<Edge, int> places;
    for (const Edge& edge : inputs) places.emplace(edge, static_cast<int>(places.size()));
    std::vector<ChainStep> steps;
    for (auto node = last_first.rbegin(); node != last_first.rend(); ++node) {
      const tensorflow::NodeDef& alone = *graph_.node(*node).def;
      ChainStep step{absl::StrCat("node '", alone.name(), "' (", alone.op(), ")"),
                     nodes_.at(*node),
                     FindVectorFunction(alone.op()),
                     {}};
      for (const Edge& edge : graph_.node(*node).inputs) step.operands.push_back(places.at(edge));
      steps.push_back(std::move(step));
      places.emplace(Edge{*node, 0}, static_cast<int>(places.size()));
    }
    tensorflow::NodeDef def;
    def.set_name(graph_.node(end).def->name());
    def.set_op("_TiquElementwise");
    nodes_[end] = std::make_shared<const OpInstance>(MakeElementwiseChain(inputs.size(), std::move(steps)));
    graph_.Replace(end, std::move(def), std::move(inputs));
    return true;
  }

  Graph& graph_;
  CompiledNodes& nodes_;
  ScheduleRequest request_;
  std::set<int> fixed_;    // stay as they are: fed, or tied to others by more than data
  std::set<int> fetched_;  // may only end a chain
  std::map<int, std::set<int>> users_;
  std::map<int, int> end_of_;                // of the chain that a node has joined
  std::map<int, std::vector<int>> members_;  // by the chain's end, last first
};

}  // namespace

int FuseElementwise(const std::map<std::string, ResolvedSignature>& signatures, Graph* graph, CompiledNodes* nodes) {
  return ElementwiseFuser(signatures, graph, nodes).Run();
}

}  // namespace tiqu::engine
