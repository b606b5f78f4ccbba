// Puts the bodies of functions in the place of their calls, so that all that comes after sees one flat graph.
//
//   y = StatefulPartitionedCall(x, v) {f: serve}      ->      y/dense/MatMul, y/dense/BiasAdd, ..., y = IdentityN(...)
//
// A body's node is named "call/node"; a variable's handle that is passed as an argument is the caller's own node. Calls
// are PartitionedCall, StatefulPartitionedCall and nodes whose operation is a function of the library.
//
// Thread safety: a free function.
#pragma once

#include "absl/status/status.h"
#include "engine/node_spec.h"
#include "saved_model.pb.h"

namespace tiqu::engine {

// Limits on all of a model: a small file must not become a large graph.
inline constexpr int kMostInlinedNodes = 50000;
inline constexpr int64_t kMostInlinedBytes = int64_t{1} << 26;  // beyond four times the library
inline constexpr int kDeepestCalls = 64;

// Inlines what the signatures and the saver's restore operation need, in place; the library is left as it is. The
// functions of conditionals and loops (If, StatelessIf, While, StatelessWhile) become graphs of their own in `bodies`:
// see function_bodies.h.
// Errors: INVALID_ARGUMENT (a function that is not there, calls itself, or is called with another number of arguments;
// an input of its body that does not exist), RESOURCE_EXHAUSTED (beyond a limit above); all name the function.
absl::Status InlineFunctions(tensorflow::MetaGraphDef* meta_graph, FunctionBodies* bodies);

}  // namespace tiqu::engine
