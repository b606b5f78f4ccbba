// From a folder that `tiqu export` wrote back to a checkpoint, as far as the folder holds one.
//
//   TIQU_ASSIGN_OR_RETURN(checkpoint::Checkpoint checkpoint, ImportCheckpoint("models/starter/1"));
//
// Thread safety: free functions without state.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "checkpoint/checkpoint.h"

namespace tiqu::savedmodel {

// Configuration, vocabularies, the graph's weights and the chain's. Weights that training alone knows are zero.
// Errors: those of ReadSavedModel, FAILED_PRECONDITION (not a Tiqu model), DATA_LOSS (a vocabulary is missing),
// INVALID_ARGUMENT (naming the weight that is missing or of another shape).
absl::StatusOr<checkpoint::Checkpoint> ImportCheckpoint(const std::string& version_dir);

}  // namespace tiqu::savedmodel
