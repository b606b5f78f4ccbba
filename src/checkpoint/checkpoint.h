// `best_model.h5`: HDF5 in Keras's weight layout, self-contained (weights, vocabularies, configuration).
//
//   /                       attributes layer_names [n] and, ours, tiqu_config (JSON: model::ModelConfig)
//   /LAYER                  attribute weight_names [m], e.g. "encode_0/kernel:0"
//   /LAYER/LAYER/WEIGHT:0   float32 dataset               (Keras's nesting: group LAYER, dataset path = weight name)
//   /tiqu/chars, /tiqu/words, /tiqu/state   uint8 datasets: vocabulary files as bytes, optional trainer state
//
// Thread safety: functions may be called from any thread; HDF5's own lock serialises them.
#pragma once

#include <map>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "model/model_config.h"
#include "model/weight_map.h"

namespace tiqu::checkpoint {

struct Checkpoint {
  model::ModelConfig config;
  model::WeightMap weights;            // "layer/weight" without ":0"
  std::map<std::string, std::string> files;  // "chars.txt", "words.txt", ... -> bytes; kept under /tiqu/NAME
};

// Writes PATH.partial and renames it: PATH is either the old file or the whole new one.
absl::Status Save(const Checkpoint& checkpoint, const std::string& path);

// Errors: NOT_FOUND, DATA_LOSS (truncated, not HDF5), INVALID_ARGUMENT (HDF5, but not a checkpoint of ours: names what
// is missing; weights that do not fit the spec).
absl::StatusOr<Checkpoint> Load(const std::string& path);

}  // namespace tiqu::checkpoint
