// Turns the nodes that the signatures need into operations that are ready to run, and computes at load what does not
// depend on an input.
//
// Thread safety: free functions; the result is immutable.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "engine/graph.h"
#include "engine/op_registry.h"
#include "engine/signature.h"

namespace tiqu::engine {

// By node. An instance without `run` is a constant.
using CompiledNodes = std::map<int, std::shared_ptr<const OpInstance>>;

// Errors: UNIMPLEMENTED listing every operation that is not known, each with its nodes; INVALID_ARGUMENT naming the
// signature or the node (two signatures that want a node for different types; a variable's handle used as a value);
// RESOURCE_EXHAUSTED naming the node with which the constants take more than `load` allows.
absl::StatusOr<CompiledNodes> CompileNodes(const Graph& graph,
                                           const std::map<std::string, ResolvedSignature>& signatures,
                                           LoadContext* load);

// The type of a tensor: what its node makes or, when only fed, what the signature says.
DataType TypeOf(const CompiledNodes& nodes, const ResolvedSignature& signature, const Edge& edge);

}  // namespace tiqu::engine
