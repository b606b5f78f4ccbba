#include "serving/models/servable_map.h"

#include "absl/status/status.h"
#include "fmt/format.h"

namespace tiqu::serving {
namespace {

absl::StatusOr<ServableHandle> FindVersion(const ServableMap::Model* model, const std::string& name, int64_t version) {
  if (model != nullptr) {
    const auto found = model->versions.find(version);
    if (found != model->versions.end()) return found->second;
  }
  return absl::NotFoundError(fmt::format("Servable not found for request: Specific({}, {})", name, version));
}

}  // namespace

absl::StatusOr<ServableHandle> ServableMap::Find(const pb::ModelSpec& spec) const {
  if (spec.name().empty()) return absl::InvalidArgumentError("ModelSpec has no name specified.");
  const auto found = models.find(spec.name());
  const Model* model = found == models.end() ? nullptr : &found->second;
  if (spec.has_version()) return FindVersion(model, spec.name(), spec.version().value());
  if (spec.version_choice_case() == pb::ModelSpec::kVersionLabel) {
    if (!labels_known) return absl::UnavailableError("Model labels does not init yet.");
    if (model != nullptr) {
      const auto label = model->labels.find(spec.version_label());
      if (label != model->labels.end()) return FindVersion(model, spec.name(), label->second);
    }
    return absl::InvalidArgumentError(fmt::format("Unrecognized servable version label: {}", spec.version_label()));
  }
  if (model == nullptr || model->versions.empty()) {
    return absl::NotFoundError(fmt::format("Servable not found for request: Latest({})", spec.name()));
  }
  return model->versions.rbegin()->second;
}

}  // namespace tiqu::serving
