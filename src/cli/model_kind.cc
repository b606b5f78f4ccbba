#include "cli/model_kind.h"

#include "base/status.h"
#include "savedmodel/reader_files.h"
#include "savedmodel/saved_model.h"

namespace tiqu::cli {

absl::StatusOr<bool> IsTagger(const std::string& model_dir) {
  TIQU_ASSIGN_OR_RETURN(const std::string version_dir, savedmodel::ResolveVersionDir(model_dir));
  TIQU_ASSIGN_OR_RETURN(const model::ModelConfig config, savedmodel::ReadModelConfig(version_dir));
  return config.spec.is_tagger();
}

}  // namespace tiqu::cli
