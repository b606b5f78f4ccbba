// `best_model.h5`: HDF5 in Keras's weight layout, self-contained (weights, vocabularies, configuration). h5py opens it.
//
//   (user block)            512 bytes of text before the HDF5 part: format, size and checksum of what follows
//   /                       attribute layer_names [n]
//   /LAYER                  attribute weight_names [m], e.g. "encode_0/kernel:0"
//   /LAYER/LAYER/WEIGHT:0   float32 dataset               (Keras's nesting: group LAYER, dataset path = weight name)
//   /tiqu/config            uint8 dataset: model::ModelConfig as JSON
//   /tiqu/files/NAME        uint8 dataset: vocabulary files as bytes, optional trainer state
//
// The checksum is looked at before HDF5 is, so a damaged file is an error and never a crash inside the HDF5 library.
//
// Thread safety: functions may be called from any thread; one lock serialises them.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "model/model_config.h"
#include "model/weight_map.h"

namespace tiqu::checkpoint {

struct Checkpoint {
  model::ModelConfig config;
  model::WeightMap weights;                  // "layer/weight" without ":0"
  std::map<std::string, std::string> files;  // "chars.txt", "words.txt", ... -> bytes
};

// Writes a temporary sibling and renames it: PATH is either the old file or the whole new one.
// Errors: INVALID_ARGUMENT (weights that do not fit the spec, a file name with a slash), those of writing a file.
absl::Status Save(const Checkpoint& checkpoint, const std::string& path);

// Errors: NOT_FOUND, DATA_LOSS (truncated, not HDF5), INVALID_ARGUMENT (HDF5, but not a checkpoint of ours: names what
// is missing; weights that do not fit the spec).
absl::StatusOr<Checkpoint> Load(const std::string& path);

// The same from and to the bytes of a file; messages do not name it.
absl::StatusOr<std::string> Encode(const Checkpoint& checkpoint);
absl::StatusOr<Checkpoint> Decode(std::string_view bytes);

}  // namespace tiqu::checkpoint
