// The annotated layers as single operations, named kFusedPrefix + layer (docs/formats/graph_annotations.md).
//
// Thread safety: called once, when the registry is built.
#pragma once

namespace tiqu::engine {

class OpRegistry;

inline constexpr char kFusedPrefix[] = "_Tiqu";  // no operation of a file starts so

void RegisterFusedLayers(OpRegistry& registry);

}  // namespace tiqu::engine
