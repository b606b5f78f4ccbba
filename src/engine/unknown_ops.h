// The check that every operation which a graph needs is known.
//
// Thread safety: a free function.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "engine/graph.h"
#include "engine/node_spec.h"

namespace tiqu::engine {

using UnknownOps = std::map<std::string, std::set<std::string>>;  // operation -> nodes

// "Frobnicate (a, b); Twiddle (c)", for messages; of many nodes the first ones and the number of the others.
std::string ListUnknownOps(const UnknownOps& unknown);

// `orders`: the nodes that each signature needs. Looks into the functions of conditionals and loops, too. Errors:
// UNIMPLEMENTED listing every operation that is not known, each with its nodes.
absl::Status CheckOps(const Graph& graph, const std::map<std::string, std::vector<int>>& orders,
                      const FunctionBodies& bodies);

}  // namespace tiqu::engine
