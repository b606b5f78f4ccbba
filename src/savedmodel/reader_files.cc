#include "savedmodel/reader_files.h"

#include "fmt/format.h"
#include "savedmodel/saved_model.h"

namespace tiqu::savedmodel {

absl::StatusOr<model::ModelConfig> ReadModelConfig(const std::string& version_dir) {
  absl::StatusOr<std::string> bytes = ReadExtra(version_dir, kConfigExtra);
  if (absl::IsNotFound(bytes.status())) {
    return absl::FailedPreconditionError(
        fmt::format("{} is not a Tiqu model: assets.extra/{} is missing", version_dir, kConfigExtra));
  }
  if (!bytes.ok()) return bytes.status();
  absl::StatusOr<model::ModelConfig> config = model::ModelConfig::Parse(*bytes);
  // Whatever is wrong in it, the file is what is damaged, not what the caller passed.
  if (!config.ok()) {
    const std::string message(config.status().message());
    return absl::DataLossError(fmt::format("{}/assets.extra/{}: {}", version_dir, kConfigExtra, message));
  }
  return config;
}

}  // namespace tiqu::savedmodel
