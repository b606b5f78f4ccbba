// What becomes of a batch: requests that fit together are joined, run, and given their rows of the outputs.
//
// Requests whose shapes do not fit together run one group after the other. When a joined run fails, each request runs
// alone: what somebody else sends never fails a request. Thread safety: immutable; Run may be called from any number of
// threads.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "serving/batching/batch_padding.h"
#include "serving/batching/batch_scheduler.h"
#include "serving/batching/batching_options.h"
#include "serving/models/run_limits.h"
#include "serving/models/servable.h"

namespace tiqu::serving {

// Runs joined inputs; must not throw.
using RunJoined = std::function<absl::StatusOr<TensorMap>(const TensorMap& inputs, const RunLimits& limits)>;

// A run, for the metrics.
struct BatchReport {
  int64_t tasks = 0;
  int64_t rows = 0;
  int64_t padding_rows = 0;            // up to an allowed batch size
  int64_t queue_length = 0;            // batches of the signature that wait meanwhile
  std::vector<absl::Duration> queued;  // how long each task waited
};
using BatchObserver = std::function<void(const BatchReport& report)>;

class BatchRunner {
 public:
  BatchRunner(BatchingOptions options, MaskedPadding masked, RunJoined run, BatchObserver observer)
      : options_(std::move(options)),
        masked_(std::move(masked)),
        run_(std::move(run)),
        observer_(std::move(observer)) {}

  // `waiting`: for the report.
  void Run(std::vector<BatchPart> batch, int64_t waiting) const;

 private:
  using Group = std::vector<BatchPart>;

  std::vector<Group> MakeGroups(std::vector<BatchPart> batch) const;
  void RunGroup(const Group& group, int64_t waiting) const;
  absl::Status TryGroup(const Group& group, int64_t waiting) const;
  absl::Status GiveOutputs(const Group& group, int64_t rows, const TensorMap& outputs) const;
  int64_t PaddedRows(int64_t rows) const;
  TensorMap JoinInputs(const Group& group, int64_t padding_rows) const;
  int64_t LengthOf(const BatchPart& part) const;

  BatchingOptions options_;
  MaskedPadding masked_;
  RunJoined run_;
  BatchObserver observer_;
};

}  // namespace tiqu::serving
