// Puts one operation in the place of neighbours that work element by element on floats: arithmetic with broadcasting,
// bias, activations, a mask's penalty and the softmax after it. What one operation computes need not be named for that,
// as the scopes of fuser.h are.
//
// Thread safety: a free function; the graph and the nodes are changed.
#pragma once

#include <map>
#include <string>

#include "engine/compile.h"
#include "engine/graph.h"
#include "engine/signature.h"

namespace tiqu::engine {

// A node joins the chain of the nodes that use it when all of them are in one, and no signature feeds or fetches it.
// Returns how many chains of two or more were made. `nodes` are those of CompileNodes for these signatures; they and
// `graph` then have a chain where its last node was.
int FuseElementwise(const std::map<std::string, ResolvedSignature>& signatures, Graph* graph, CompiledNodes* nodes);

}  // namespace tiqu::engine
