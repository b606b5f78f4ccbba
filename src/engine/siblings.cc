#include "engine/siblings.h"

#include <algorithm>
#include <map>
#include <tuple>

namespace tiqu::engine {
namespace {

// A node, and how many nodes with a kind lie on the longest way to it. One that needs another with a kind is deeper
// than that, so those of equal depth can go together, after the nodes without a kind of that depth.
struct Placed {
  int node = 0;
  int depth = 0;
  int kind = 0;  // 0: none; else by the order in which they come first
};

class Depths {
 public:
  Depths(const Graph& graph, const std::function<std::string(int)>& kind) : graph_(graph), kind_(kind) {}

  Placed Place(int index) {
    Placed placed{index, 0, NumberOf(kind_(index))};
    const Node& node = graph_.node(index);
    for (const Edge& edge : node.inputs) placed.depth = std::max(placed.depth, Behind(edge.node));
    for (const int control : node.control_inputs) placed.depth = std::max(placed.depth, Behind(control));
    behind_[index] = placed.depth + (placed.kind == 0 ? 0 : 1);
    return placed;
  }

 private:
  // 0 for what is not in the order, such as constants.
  int Behind(int node) const {
    const auto it = behind_.find(node);
    return it == behind_.end() ? 0 : it->second;
  }

  int NumberOf(const std::string& kind) {
    return kind.empty() ? 0 : numbers_.emplace(kind, static_cast<int>(numbers_.size()) + 1).first->second;
  }

  const Graph& graph_;
  const std::function<std::string(int)>& kind_;
  std::map<std::string, int> numbers_;
  std::map<int, int> behind_;  // node -> the depth of what needs it, at least
};

bool SameGroup(const Placed& a, const Placed& b) { return a.kind != 0 && a.depth == b.depth && a.kind == b.kind; }

}  // namespace

std::vector<std::vector<int>> GroupSiblings(const Graph& graph, const std::vector<int>& order,
                                            const std::function<std::string(int)>& kind) {
  std::vector<Placed> all;
  Depths depths(graph, kind);
  for (const int node : order) all.push_back(depths.Place(node));
  // Of each depth first the nodes without a kind.
  std::stable_sort(all.begin(), all.end(), [](const Placed& a, const Placed& b) {
    return std::tie(a.depth, a.kind) < std::tie(b.depth, b.kind);
  });
  std::vector<std::vector<int>> groups;
  for (size_t i = 0; i < all.size(); ++i) {
    if (i == 0 || !SameGroup(all[i - 1], all[i])) groups.emplace_back();
    groups.back().push_back(all[i].node);
  }
  return groups;
}

}  // namespace tiqu::engine
