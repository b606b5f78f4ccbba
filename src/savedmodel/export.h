// From a checkpoint to a folder that TensorFlow, TensorFlow Serving and Tiqu's engine load.
//
//   ExportCheckpoint(checkpoint, "models/starter", 1)    ->   models/starter/1/{saved_model.pb, variables/, assets/,
//   ...}
//
// Thread safety: free functions without state.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "checkpoint/checkpoint.h"
#include "savedmodel/saved_model.h"

namespace tiqu::savedmodel {

// What ExportCheckpoint writes. Errors: INVALID_ARGUMENT (weights that do not fit the spec or are not finite, a
// vocabulary that is missing).
absl::StatusOr<SavedModelContents> MakeContents(const checkpoint::Checkpoint& checkpoint);

// Writes BASE_DIR/VERSION whole or not at all. Errors: those of MakeContents and of WriteSavedModel.
absl::Status ExportCheckpoint(const checkpoint::Checkpoint& checkpoint, const std::string& base_dir, int64_t version);

}  // namespace tiqu::savedmodel
