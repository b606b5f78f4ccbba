// Warm-up requests: assets.extra/tf_serving_warmup_requests of a version's folder, a TFRecord file of PredictionLogs
// that are run before the version becomes available.
//
// A record: its length (8 bytes, little endian), the masked CRC-32C of those, the data, the masked CRC-32C of the data.
//
// Thread safety: free functions; a RecordReader belongs to one thread.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "serving/models/servable.h"
#include "serving_log.pb.h"

namespace tiqu::serving {

inline constexpr char kWarmUpFile[] = "tf_serving_warmup_requests";  // in assets.extra
inline constexpr int kMostWarmUpRecords = 1000;

class RecordReader {
 public:
  // `bytes` must outlive the reader.
  explicit RecordReader(std::string_view bytes) : bytes_(bytes) {}

  // False at the end. Errors: DATA_LOSS "truncated record at 12", "corrupted record at 0"; the reader stays there.
  absl::StatusOr<bool> Next(std::string_view* record);

 private:
  std::string_view bytes_;
  size_t at_ = 0;
};

// Runs one record.
using Replay = std::function<absl::Status(const tensorflow::serving::PredictionLog& log)>;

// Each record of `bytes`, `iterations` times. Errors: DATA_LOSS and INVALID_ARGUMENT (not TFRecords, not a
// PredictionLog, more than 1000 records), those of `replay`; all name `path`.
absl::Status ReplayRecords(std::string_view bytes, const std::string& path, int iterations, const Replay& replay);

// The record as a request to `servable`, whatever model it names. Errors: those of the request; UNIMPLEMENTED (a record
// of another kind than predict, classify, regress and multi-inference).
absl::Status ReplayOn(const ServableHandle& servable, const tensorflow::serving::PredictionLog& log);

// The warm-up file of the folder, on `servable`; nothing when there is none.
absl::Status WarmUp(const ServableHandle& servable, const std::string& version_dir, int iterations);

}  // namespace tiqu::serving
