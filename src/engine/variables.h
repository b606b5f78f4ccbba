// Under which keys of the bundle a graph's saver finds its variables.
//
// Thread safety: free functions.
#pragma once

#include <map>
#include <string>

#include "engine/graph.h"
#include "tensor/tensor.h"

namespace tiqu::engine {

// Variable node -> bundle key, where it is not the node's name. A graph tells it by its restore operations, which
// assign a RestoreV2's outputs (functions inlined); what they leave open, the checkpoint's object graph does, by the
// variables' names. Handles of one shared_name are one variable.
std::map<std::string, std::string> RestoredKeys(const Graph& graph, const std::map<std::string, Tensor>& variables);

}  // namespace tiqu::engine
