// How the servables of a server put requests together: --enable_batching and the flags beside it.
//
// Thread safety: a value; a free function.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "serving/batching/batch_scheduler.h"
#include "serving/batching/batcher.h"
#include "serving/batching/batching_options.h"

namespace tiqu::serving {

inline constexpr char kBatchingFile[] = "batching_params.pbtxt";  // in a version's folder

struct ServableBatching {
  std::shared_ptr<BatchScheduler> scheduler;  // shared by all servables of the process; null: requests run alone
  BatchingOptions options;
  // The options are those of the folder's batching_params.pbtxt instead; a version without it is not batched.
  bool per_model = false;
  // Called on batch threads.
  std::function<void(const std::string& model_name, const std::string& signature, const BatchReport& report)> observer;
};

// `parameters_file`: a BatchingParameters in text format, which also says how many threads run batches; empty: all
// defaults. Errors: INVALID_ARGUMENT naming the file, those of ReadFile.
absl::StatusOr<ServableBatching> MakeServableBatching(const std::string& parameters_file, bool per_model);

// The batcher of one version; null when it is not batched. `run` and `reader` as for Batcher. Errors: INVALID_ARGUMENT
// (batching_params.pbtxt).
absl::StatusOr<std::unique_ptr<Batcher>> MakeBatcher(const ServableBatching& batching, const std::string& model_name,
                                                     const std::string& version_dir,
                                                     const std::map<std::string, engine::Signature>& signatures,
                                                     bool reader, RunAlone run);

}  // namespace tiqu::serving
