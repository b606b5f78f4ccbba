// Predict, as REST and gRPC share it. Order of checks and texts of errors are TensorFlow Serving's.
//
// Thread safety: free functions without state.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "serving/models/model_registry.h"
#include "serving_inference.pb.h"

namespace tiqu::serving {

inline constexpr char kDefaultSignature[] = "serving_default";

// `name`, or serving_default when it is empty.
std::string SignatureKey(const std::string& name);

// Runs a signature on tensors that come as its inputs; those that have a default may be missing. Only the outputs of
// the filter come back, all of them when it is empty.
// Errors: INVALID_ARGUMENT (inputs that are missing or surplus, a wrong type, values that an operation refuses; an
// output that there is not, or twice in the filter), those of Servable::Run. REQUIRES: the servable has the signature.
absl::StatusOr<TensorMap> RunSignature(const Servable& servable, const std::string& signature, TensorMap inputs,
                                       const std::vector<std::string>& output_filter, const RunLimits& limits);

struct PredictOptions {
  bool tensor_content = false;  // outputs as bytes instead of typed lists
};

// Errors: also FAILED_PRECONDITION (no such signature), and those of ModelRegistry::Find.
absl::Status Predict(const ModelRegistry& models, const pb::PredictRequest& request, const PredictOptions& options,
                     const RunLimits& limits, pb::PredictResponse* response);

// The same for signatures of text, which need no thread of the caller's. REQUIRES: the request came in no more than
// kMostStartedBytes, so that it takes no time to read. True: `done`, which must not
// throw, comes once, before this returns or later, on any thread; request and response must last until then. False:
// another request, and nothing is done. Throws nothing.
using PredictDone = std::function<void(const absl::Status& status)>;
bool StartPredict(const ModelRegistry& models, const pb::PredictRequest& request, const PredictOptions& options,
                  const RunLimits& limits, pb::PredictResponse* response, PredictDone done);

}  // namespace tiqu::serving
