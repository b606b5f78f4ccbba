#include "answer/load_vocabulary.h"

#include "base/status.h"
#include "fmt/format.h"
#include "savedmodel/saved_model.h"

namespace tiqu::answer {

absl::StatusOr<text::Vocabulary> LoadVocabulary(const std::string& version_dir, const std::string& name) {
  absl::StatusOr<std::string> bytes = savedmodel::ReadAsset(version_dir, name);
  if (absl::IsNotFound(bytes.status())) {
    return absl::DataLossError(fmt::format("{}: assets/{} is missing", version_dir, name));
  }
  if (!bytes.ok()) return bytes.status();
  absl::StatusOr<text::Vocabulary> vocabulary = text::Vocabulary::Decode(*bytes);
  if (!vocabulary.ok()) return Annotate(vocabulary.status(), fmt::format("{}/assets/{}", version_dir, name));
  return vocabulary;
}

}  // namespace tiqu::answer
