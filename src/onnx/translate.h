// From a signature of a TensorFlow graph, with its weights, to an ONNX model, one operation after the other.
//
//   TIQU_ASSIGN_OR_RETURN(onnxpb::ModelProto model, Translate(loaded, {.signature = "qa"}));
//
// Inputs and outputs keep the signature's names, nodes and weights the graph's. An input whose placeholder does not
// have the type that the signature declares has the placeholder's. A tensor
// whose rank is not known has no shape: runtimes take that, onnx.checker does not.
//
// Thread safety: a free function without state.
#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "onnx.pb.h"
#include "savedmodel/saved_model.h"

namespace tiqu::onnx {

inline constexpr int kIrVersion = 8;      // ONNX 1.12: read by every runtime since the middle of 2022
inline constexpr int kOpsetVersion = 17;  // of the same release
// Of a file: what a protobuf message can hold.
inline constexpr int64_t kMostBytes = std::numeric_limits<int32_t>::max();

struct TranslateOptions {
  std::string signature = "serving_default";
  // Input or output -> names of its axes, for sizes that are not fixed. Axes without one are named after the tensor.
  std::map<std::string, std::vector<std::string>> axis_names = {};
  int64_t most_bytes = kMostBytes;
};

// Functions are inlined first. Errors: those of engine::InlineFunctions, NOT_FOUND (no such signature; lists those
// there are), INVALID_ARGUMENT (a damaged graph, a weight that is missing, more than most_bytes of weights),
// UNIMPLEMENTED (operations that have no translation, all of them, with their nodes; an attribute or type that ONNX has
// no place for, naming the node).
absl::StatusOr<onnxpb::ModelProto> Translate(const savedmodel::LoadedSavedModel& model,
                                             const TranslateOptions& options);

}  // namespace tiqu::onnx
