// Conditionals of TensorFlow 1 (Switch and Merge) as operations without dead tensors.
//
//   Merge(false side, true side) of Switch(x, p)   ->   Choose(p, false side, true side)
//
// Both sides are computed and one is taken. Where p is a constant, or a placeholder with a constant default that no
// signature feeds, as the learning phase of a model for training and inference is, the other side vanishes.
//
// Thread safety: a free function.
#pragma once

#include <map>
#include <string>

#include "absl/status/status.h"
#include "engine/graph.h"
#include "engine/signature.h"

namespace tiqu::engine {

inline constexpr char kChooseOp[] = "_TiquChoose";  // its inputs: condition, false side, true side

// What does not belong to a conditional (the Switch and Merge of a loop) stays as it is. Errors: RESOURCE_EXHAUSTED (so
// many and large conditionals that the search for their conditions takes too long).
absl::Status ResolveConditionals(const std::map<std::string, ResolvedSignature>& signatures, Graph* graph);

}  // namespace tiqu::engine
