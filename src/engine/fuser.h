// Replaces annotated scopes by single operations (docs/formats/graph_annotations.md). A scope that does not follow the
// rules, or whose layer is not known, stays as it is: it runs node by node with the same result.
//
// Thread safety: a free function.
#pragma once

#include <map>
#include <string>

#include "engine/graph.h"
#include "engine/signature.h"

namespace tiqu::engine {

// Returns how many scopes were replaced.
int FuseLayers(const std::map<std::string, ResolvedSignature>& signatures, Graph* graph);

}  // namespace tiqu::engine
