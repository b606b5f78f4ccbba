// Status and metadata of a model as JSON, in protobuf's mapping with the fields' own names.
//
// Thread safety: free functions.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "serving/models/model_registry.h"

namespace tiqu::serving {

// {"model_version_status": [{"version": "1", "state": "AVAILABLE", "status": {"error_code": "OK", ...}}]}
// Errors: those of GetModelStatus.
absl::StatusOr<std::string> StatusJson(const ModelRegistry& models, const pb::ModelSpec& spec);

// {"model_spec": {...}, "metadata": {"signature_def": {"signature_def": {"serving_default": ...}}}}
// Errors: those of GetModelMetadata.
absl::StatusOr<std::string> MetadataJson(const ModelRegistry& models, const pb::ModelSpec& spec);

}  // namespace tiqu::serving
