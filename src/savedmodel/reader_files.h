// The files that a reader's version folder has beside the graph and its variables.
//
//   TIQU_ASSIGN_OR_RETURN(model::ModelConfig config, ReadModelConfig("models/starter/1"));
//
// Thread safety: free functions without state.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "model/model_config.h"

namespace tiqu::savedmodel {

inline constexpr char kCharsAsset[] = "chars.txt";
inline constexpr char kWordsAsset[] = "words.txt";
inline constexpr char kConfigExtra[] = "tiqu.json";  // model::ModelConfig

// assets.extra/tiqu.json. Errors: FAILED_PRECONDITION (there is none: not a Tiqu model), DATA_LOSS naming the file.
absl::StatusOr<model::ModelConfig> ReadModelConfig(const std::string& version_dir);

}  // namespace tiqu::savedmodel
