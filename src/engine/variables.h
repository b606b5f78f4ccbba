// Under which keys of the bundle a graph's saver finds its variables.
//
// Thread safety: a free function.
#pragma once

#include <map>
#include <string>

#include "engine/graph.h"

namespace tiqu::engine {

// Variable node -> bundle key, for every Assign (or AssignVariableOp) of a RestoreV2's output. A variable that is not
// listed is kept under its node's name.
std::map<std::string, std::string> RestoredKeys(const Graph& graph);

}  // namespace tiqu::engine
