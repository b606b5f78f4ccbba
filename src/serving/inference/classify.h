// Classify, Regress and MultiInference on serialized tf.Examples, as REST and gRPC share them. Texts of errors are
// TensorFlow Serving's.
//
// Thread safety: free functions without state.
#pragma once

#include "absl/status/status.h"
#include "serving/models/model_registry.h"
#include "serving_inference.pb.h"

namespace tiqu::serving {

struct ClassifyOptions {
  bool check_method_name = false;  // refuse a signature whose method name is another
};

// Errors: INVALID_ARGUMENT (no input, no such signature, a signature of another form, outputs of a wrong shape), those
// of ModelRegistry::Find and Servable::Run.
absl::Status Classify(const ModelRegistry& models, const pb::ClassificationRequest& request,
                      const ClassifyOptions& options, const RunLimits& limits, pb::ClassificationResponse* response);
absl::Status Regress(const ModelRegistry& models, const pb::RegressionRequest& request, const ClassifyOptions& options,
                     const RunLimits& limits, pb::RegressionResponse* response);

// Errors: also UNIMPLEMENTED (another method).
absl::Status MultiInference(const ModelRegistry& models, const pb::MultiInferenceRequest& request,
                            const RunLimits& limits, pb::MultiInferenceResponse* response);

}  // namespace tiqu::serving
