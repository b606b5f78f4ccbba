// GetModelMetadata and GetModelStatus, as REST and gRPC share them.
//
// Thread safety: free functions without state.
#pragma once

#include "absl/status/status.h"
#include "serving/models/model_registry.h"
#include "serving_inference.pb.h"
#include "serving_management.pb.h"

namespace tiqu::serving {

// Errors: INVALID_ARGUMENT (no field, an unknown field, no model), those of ModelRegistry::Find.
absl::Status GetModelMetadata(const ModelRegistry& models, const pb::GetModelMetadataRequest& request,
                              pb::GetModelMetadataResponse* response);

// Errors: INVALID_ARGUMENT (no model), those of ModelRegistry::Status.
absl::Status GetModelStatus(const ModelRegistry& models, const pb::GetModelStatusRequest& request,
                            pb::GetModelStatusResponse* response);

}  // namespace tiqu::serving
