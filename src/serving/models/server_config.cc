#include "serving/models/server_config.h"

#include <string_view>

#include "base/status.h"
#include "fmt/format.h"

namespace tiqu::serving {
namespace {

constexpr std::string_view kFileScheme = "file://";

absl::StatusOr<std::string> PlatformOf(const pb::ModelConfig& model) {
  const bool typed = model.model_type() != pb::MODEL_TYPE_UNSPECIFIED;
  if (typed == !model.model_platform().empty()) {
    return absl::InvalidArgumentError(fmt::format(
        "Illegal setting {} ModelServerConfig::model_type(deprecated) {} ModelServerConfig::model_platform: model {} "
        "needs model_platform: \"{}\"",
        typed ? "both" : "neither", typed ? "and" : "nor", model.name(), kTensorFlowPlatform));
  }
  if (!typed) return model.model_platform();
  if (model.model_type() == pb::TENSORFLOW) return kTensorFlowPlatform;
  return absl::InvalidArgumentError(fmt::format("ModelServerConfig::model_type choice {} of model {} is not supported",
                                                pb::ModelType_Name(model.model_type()), model.name()));
}

absl::StatusOr<std::string> BasePathOf(const pb::ModelConfig& model) {
  std::string_view path = model.base_path();
  if (path.substr(0, kFileScheme.size()) == kFileScheme) path.remove_prefix(kFileScheme.size());
  if (path.empty() || path.front() != '/') {
    return absl::InvalidArgumentError(fmt::format(
        "Expected model {} to have an absolute path or URI; got base_path()={}{}", model.name(), model.base_path(),
        path.find("://") == std::string_view::npos ? "" : " (only folders of this machine can be served)"));
  }
  while (path.size() > 1 && path.back() == '/') path.remove_suffix(1);
  return std::string(path);
}

absl::Status CheckPlatform(const pb::ModelConfig& model, const ModelConfigs& current) {
  const auto before = current.find(model.name());
  if (before != current.end() && before->second.model_platform() != model.model_platform()) {
    return absl::InvalidArgumentError(
        fmt::format("Illegal to change a model's platform. For model {} platform was {} and new platform requested is "
                    "{}",
                    model.name(), before->second.model_platform(), model.model_platform()));
  }
  if (model.model_platform() == kTensorFlowPlatform) return absl::OkStatus();
  return absl::InvalidArgumentError(fmt::format("Model {} requests unsupported platform {}; the platform is \"{}\"",
                                                model.name(), model.model_platform(), kTensorFlowPlatform));
}

}  // namespace

pb::ModelServerConfig SingleModelConfig(const std::string& name, const std::string& base_path) {
  pb::ModelServerConfig config;
  pb::ModelConfig& model = *config.mutable_model_config_list()->add_config();
  model.set_name(name);
  model.set_base_path(base_path);
  model.set_model_platform(kTensorFlowPlatform);
  return config;
}

absl::StatusOr<ModelConfigs> CheckServerConfig(const pb::ModelServerConfig& config, const ModelConfigs& current) {
  if (config.has_custom_model_config()) {
    return absl::InvalidArgumentError("custom_model_config is not supported; use model_config_list");
  }
  ModelConfigs models;
  for (const pb::ModelConfig& given : config.model_config_list().config()) {
    if (given.name().empty()) return absl::InvalidArgumentError("a model of the config list has no name");
    if (!models.try_emplace(given.name(), given).second) {
      return absl::InvalidArgumentError(
          fmt::format("Illegal to list model {} multiple times in config list", given.name()));
    }
  }
  for (auto& [name, model] : models) {
    TIQU_ASSIGN_OR_RETURN(*model.mutable_base_path(), BasePathOf(model));
    TIQU_ASSIGN_OR_RETURN(*model.mutable_model_platform(), PlatformOf(model));
    model.clear_model_type();
    TIQU_RETURN_IF_ERROR(CheckPlatform(model, current));
  }
  return models;
}

}  // namespace tiqu::serving
