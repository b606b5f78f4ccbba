#include "engine/schedule.h"

#include "absl/strings/str_cat.h"

namespace tiqu::engine {
namespace {

// Depth first with a stack of its own: graphs may be thousands of nodes deep.
class Scheduler {
 public:
  Scheduler(const Graph& graph, const ScheduleRequest& request)
      : graph_(graph), request_(request), states_(graph.nodes().size(), State::kNew) {}

  absl::StatusOr<std::vector<int>> Run() {
    for (const Edge& fetch : request_.fetches) {
      if (!request_.feeds.contains(fetch)) Push(fetch.node);
      while (!stack_.empty()) {
        if (absl::Status status = Advance(); !status.ok()) return status;
      }
    }
    return std::move(order_);
  }

 private:
  enum class State { kNew, kOpen, kDone };

  struct Frame {
    int node;
    std::vector<int> needs;
    size_t next = 0;
  };

  void Push(int node) {
    if (states_[node] == State::kDone) return;
    states_[node] = State::kOpen;
    stack_.push_back({node, Needs(node)});
  }

  std::vector<int> Needs(int node) const {
    std::vector<int> needs;
    if (request_.is_leaf && request_.is_leaf(node)) return needs;
    for (const Edge& edge : graph_.node(node).inputs) {
      if (!request_.feeds.contains(edge)) needs.push_back(edge.node);
    }
    for (const int control : graph_.node(node).control_inputs) {
      if (!request_.feeds.contains({control, 0})) needs.push_back(control);  // what is fed is there already
    }
    return needs;
  }

  // Looks at one more need of the node on top, or closes it.
  absl::Status Advance() {
    Frame& top = stack_.back();
    if (top.next == top.needs.size()) {
      states_[top.node] = State::kDone;
      order_.push_back(top.node);
      stack_.pop_back();
      return absl::OkStatus();
    }
    const int need = top.needs[top.next++];
    if (states_[need] == State::kOpen) {
      return absl::InvalidArgumentError(absl::StrCat("the graph has a cycle through node '",
                                                     graph_.node(need).def->name(), "'; loops are not supported"));
    }
    Push(need);
    return absl::OkStatus();
  }

  const Graph& graph_;
  const ScheduleRequest& request_;
  std::vector<State> states_;
  std::vector<Frame> stack_;
  std::vector<int> order_;
};

}  // namespace

absl::StatusOr<std::vector<int>> Schedule(const Graph& graph, const ScheduleRequest& request) {
  return Scheduler(graph, request).Run();
}

}  // namespace tiqu::engine
