// Which models are served: the checks of a ModelServerConfig, with TensorFlow Serving's texts.
//
// Thread safety: free functions.
#pragma once

#include <map>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "serving_config.pb.h"

namespace tiqu::serving {

namespace pb = ::tensorflow::serving;

inline constexpr char kTensorFlowPlatform[] = "tensorflow";

// By name. Each has an absolute base_path without a trailing slash and the platform "tensorflow".
using ModelConfigs = std::map<std::string, pb::ModelConfig>;

// One model by --model_name and --model_base_path.
pb::ModelServerConfig SingleModelConfig(const std::string& name, const std::string& base_path);

// The models of `config`, which shall replace `current`. Errors: INVALID_ARGUMENT (custom_model_config; a model without
// a name, listed twice, with a path that is not absolute, of another platform or with both or none of model_type and
// model_platform; a platform other than that of `current`).
absl::StatusOr<ModelConfigs> CheckServerConfig(const pb::ModelServerConfig& config, const ModelConfigs& current);

}  // namespace tiqu::serving
