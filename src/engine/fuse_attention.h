// Lets MergedContext make the attended question C itself, from what C2QAttention makes it of: C K2 = A (U K2) is less
// work (fused/merged_context.cc). The C2QAttention runs no more unless something else takes its output.
//
// Thread safety: a free function.
#pragma once

#include "engine/graph.h"

namespace tiqu::engine {

// `graph` after FuseLayers. Returns how many operations took their attention in.
int FuseAttention(Graph* graph);

}  // namespace tiqu::engine
