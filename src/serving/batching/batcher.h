// Puts requests to one servable together, a queue a signature.
//
//   Batcher batcher(scheduler, options, engine->signatures(), reader, run, nullptr);
//   batcher.Run("serving_default", inputs, limits)     // waits for the batch that the request is in
//
// A signature without inputs, or with an input or output that has no rows, is run at once and alone.
//
// Thread safety: Run may be called from any number of threads.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "engine/engine.h"
#include "serving/batching/batch_runner.h"
#include "serving/batching/batch_scheduler.h"
#include "serving/batching/batching_options.h"
#include "serving/models/servable.h"

namespace tiqu::serving {

// Runs a signature; must not throw, and must be good for as long as somebody has a copy.
using RunAlone = std::function<absl::StatusOr<TensorMap>(const std::string& signature, const TensorMap& inputs,
                                                         const RunLimits& limits)>;

class Batcher {
 public:
  // Called on batch threads.
  using Observer = std::function<void(const std::string& signature, const BatchReport& report)>;

  // `reader`: the signatures are those of a Tiqu reader, whose texts pad (batch_padding.h).
  Batcher(std::shared_ptr<BatchScheduler> scheduler, const BatchingOptions& options,
          const std::map<std::string, engine::Signature>& signatures, bool reader, RunAlone run, Observer observer);
  // REQUIRES: nobody is in Run.
  ~Batcher();
  Batcher(const Batcher&) = delete;
  Batcher& operator=(const Batcher&) = delete;

  // Errors: those of the run; INVALID_ARGUMENT (an input without rows, inputs with other numbers of rows, more rows
  // than a batch may have), UNAVAILABLE (the queue is full), RESOURCE_EXHAUSTED (the deadline passed in the queue),
  // FAILED_PRECONDITION (the model gives outputs with another number of rows).
  absl::StatusOr<TensorMap> Run(const std::string& signature, const TensorMap& inputs, const RunLimits& limits) const;

  // Batches that wait for a thread, over all signatures.
  int64_t QueueLength() const;

 private:
  std::shared_ptr<BatchScheduler> scheduler_;
  std::map<std::string, std::shared_ptr<BatchQueue>> queues_;
  RunAlone run_;
};

}  // namespace tiqu::serving
