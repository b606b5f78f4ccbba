// Signatures of a meta graph, resolved to the graph's tensors, and the check of what a caller sends.
//
// Thread safety: free functions; a ResolvedSignature is a value.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/engine.h"
#include "engine/graph.h"

namespace tiqu::engine {

struct ResolvedSignature {
  Signature signature;  // as declared
  // The same with the types that the graph's placeholders have: what a caller must send. Signatures that declare
  // another type exist (TensorFlow does not look at it).
  Signature accepted;
  std::map<std::string, Edge> feeds;    // by input name
  std::map<std::string, Edge> fetches;  // by output name
};

// All signatures but TensorFlow's own ("__saved_model_..."). Errors: INVALID_ARGUMENT (a tensor that is not in the
// graph; two inputs on one tensor), UNIMPLEMENTED (a sparse tensor), naming signature and tensor.
absl::StatusOr<std::map<std::string, ResolvedSignature>> ResolveSignatures(const tensorflow::MetaGraphDef& meta_graph,
                                                                           const Graph& graph);

// Errors: INVALID_ARGUMENT naming the input, what was sent and what is expected.
absl::Status CheckInputs(const Signature& signature, const TensorMap& inputs, bool check_shapes = true);

}  // namespace tiqu::engine
