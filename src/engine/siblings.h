// Nodes that do the same with different inputs, such as an encoder's layers, which question and passage both pass: run
// together, they read their weights once.
//
// Thread safety: a free function.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "engine/graph.h"

namespace tiqu::engine {

// Groups of nodes that can run in the order of the groups; most have one node. `order`: nodes in an order in which they
// can run, each once. `kind`: nodes of the same kind may go together when none needs another's result; those of an
// empty kind go alone. Where no node has a kind, the order stays as it is.
std::vector<std::vector<int>> GroupSiblings(const Graph& graph, const std::vector<int>& order,
                                            const std::function<std::string(int)>& kind);

}  // namespace tiqu::engine
