// Which nodes a fetch needs, in an order in which they can run.
//
// Thread safety: a free function.
#pragma once

#include <functional>
#include <set>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/graph.h"

namespace tiqu::engine {

struct ScheduleRequest {
  std::set<Edge> feeds;  // these are given: what makes them is not needed
  std::vector<Edge> fetches;
  std::function<bool(int)> is_leaf;  // nodes that need no inputs; may be empty
};

// Every node comes after the nodes whose outputs or completion it needs. Errors: INVALID_ARGUMENT (a cycle).
absl::StatusOr<std::vector<int>> Schedule(const Graph& graph, const ScheduleRequest& request);

}  // namespace tiqu::engine
