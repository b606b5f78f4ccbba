#include "engine/conditionals.h"

#include <optional>
#include <set>
#include <utility>

#include "graph/tensor_proto.h"

namespace tiqu::engine {
namespace {

constexpr int64_t kMostSteps = 500000;  // of all searches
constexpr int kDeepestNesting = 64;

bool IsSwitch(const Node& node) {
  return (node.def->op() == "Switch" || node.def->op() == "RefSwitch") && node.inputs.size() == 2;
}
bool IsMerge(const Node& node) {
  return (node.def->op() == "Merge" || node.def->op() == "RefMerge") && node.inputs.size() == 2;
}

// Which side of which condition a tensor is on.
struct Side {
  Edge condition;
  int taken;  // 0 when the condition is false, 1 when it is true
};

class ConditionalResolver {
 public:
  ConditionalResolver(const std::map<std::string, ResolvedSignature>& signatures, Graph* graph) : graph_(*graph) {
    for (const auto& [name, signature] : signatures) {
      for (const auto& [input, edge] : signature.feeds) fed_.insert(edge);
    }
  }

  absl::Status Run() {
    const int count = static_cast<int>(graph_.nodes().size());
    // All sides are found before the first Switch goes.
    std::map<int, std::pair<Edge, std::pair<Edge, Edge>>> merges;
    for (int i = 0; i < count; ++i) {
      if (!IsMerge(graph_.node(i))) continue;
      const Edge first = graph_.node(i).inputs[0], second = graph_.node(i).inputs[1];
      std::optional<Side> a = FindSide(first), b = FindSide(second);
      if (steps_ > kMostSteps) return absl::ResourceExhaustedError("the graph's conditionals are too large");
      if (!a && b) a = Side{b->condition, 1 - b->taken};
      if (!b && a) b = Side{a->condition, 1 - a->taken};
      if (!a || !b || a->taken == b->taken) continue;
      merges[i] = {a->condition, a->taken == 0 ? std::make_pair(first, second) : std::make_pair(second, first)};
    }
    if (merges.empty()) return absl::OkStatus();
    for (const auto& [index, found] : merges) ReplaceMerge(index, found.first, found.second);
    for (int i = 0; i < count; ++i) {
      if (IsSwitch(graph_.node(i))) ReplaceBy(i, "IdentityN", {graph_.node(i).inputs[0], graph_.node(i).inputs[0]});
    }
    return absl::OkStatus();
  }

 private:
  // Walks back to the first Switch whose Merge has not been passed on the way.
  std::optional<Side> FindSide(const Edge& start) {
    std::vector<std::pair<Edge, int>> pending = {{start, 0}};
    std::set<std::pair<Edge, int>> seen;
    while (!pending.empty() && ++steps_ <= kMostSteps) {
      const auto [edge, level] = pending.back();
      pending.pop_back();
      const Node& node = graph_.node(edge.node);
      if (IsSwitch(node)) {
        if (level == 0) return Side{node.inputs[1], edge.port == 0 ? 0 : 1};
        if (seen.insert({node.inputs[0], level - 1}).second) pending.push_back({node.inputs[0], level - 1});
        continue;
      }
      const int next = level + (IsMerge(node) ? 1 : 0);
      if (next > kDeepestNesting) continue;
      for (const Edge& input : node.inputs) {
        if (seen.insert({input, next}).second) pending.push_back({input, next});
      }
      for (const int control : node.control_inputs) {
        const Edge pivot{control, 0};
        if (!IsSwitch(graph_.node(control)) && seen.insert({pivot, next}).second) pending.push_back({pivot, next});
      }
    }
    return std::nullopt;
  }

  std::optional<bool> ConstantOf(Edge condition) const {
    bool negated = false;
    for (size_t hops = 0; hops <= graph_.nodes().size() && !fed_.contains(condition); ++hops) {
      const Node& node = graph_.node(condition.node);
      const std::string& op = node.def->op();
      if (op == "Const") {
        const auto value = node.def->attr().find("value");
        if (value == node.def->attr().end()) return std::nullopt;
        const auto tensor = graph::TensorFromProto(value->second.tensor());
        if (!tensor.ok() || tensor->type() != DataType::kBool || tensor->size() != 1) return std::nullopt;
        return tensor->data<bool>()[0] != negated;
      }
      if ((op != "Identity" && op != "PlaceholderWithDefault" && op != "LogicalNot") || node.inputs.size() != 1) break;
      negated ^= op == "LogicalNot";
      condition = node.inputs[0];
    }
    return std::nullopt;
  }

  void ReplaceMerge(int index, const Edge& condition, const std::pair<Edge, Edge>& sides) {
    const std::optional<bool> constant = ConstantOf(condition);
    if (constant) {
      ReplaceBy(index, "Identity", {*constant ? sides.second : sides.first});
    } else {
      ReplaceBy(index, kChooseOp, {condition, sides.first, sides.second});
    }
  }

  void ReplaceBy(int index, const char* op, std::vector<Edge> inputs) {
    tensorflow::NodeDef def;
    def.set_name(graph_.node(index).def->name());
    def.set_op(op);
    graph_.Replace(index, std::move(def), std::move(inputs));
  }

  Graph& graph_;
  std::set<Edge> fed_;
  int64_t steps_ = 0;
};

}  // namespace

absl::Status ResolveConditionals(const std::map<std::string, ResolvedSignature>& signatures, Graph* graph) {
  return ConditionalResolver(signatures, graph).Run();
}

}  // namespace tiqu::engine
