// OUT/state.bin: all that a stopped training needs to go on as if it had not stopped.
//
// On disk, little endian: "TIQUTRN\n"  u32 version = 1  u64 JSON bytes, the JSON (counters and configuration),
// u64 floats and the floats of each of: weights, first moment, second moment, average;  u64 check sum of all before
// (Fingerprint).
//
// Thread safety: values; free functions.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "nlohmann/json.hpp"
#include "train/optimizer.h"

namespace tiqu::train {

struct TrainingState {
  nlohmann::json config = nlohmann::json::object();  // the resolved configuration
  uint64_t data_fingerprint = 0;                     // of the encoded samples and vocabularies
  int64_t epoch = 0;                                 // the one that goes on
  int64_t batch = 0;                                 // the next one of it
  double seconds = 0;                                // spent training, over all runs
  double validation_seconds = 0;                     // what the longest validation took
  double best_score = -1;
  double best_loss = 0;  // of that validation; decides between equal scores
  int64_t best_step = 0;
  int64_t validated_step = -1;  // of the last validation
  int64_t bad_validations = 0;  // since the best one
  int64_t metrics_bytes = 0;    // of metrics.jsonl that belong to this state
  bool finished = false;        // nothing left but the last tuning
  std::vector<float> weights;
  AdamState adam;
};

// Written beside and renamed.
absl::Status SaveTrainingState(const TrainingState& state, const std::string& path);
// Errors: NOT_FOUND, DATA_LOSS (damaged), INVALID_ARGUMENT (not such a file).
absl::StatusOr<TrainingState> LoadTrainingState(const std::string& path);

// A 64-bit hash of bytes (FNV-1a over words of eight), going on from `hash`.
inline constexpr uint64_t kFingerprintStart = 0xcbf29ce484222325ULL;
uint64_t Fingerprint(const void* bytes, size_t count, uint64_t hash);

}  // namespace tiqu::train
