// Queues of requests, and the threads that take batches from them. What a batch does is the business of the queue's
// function (batch_runner.h).
//
//   auto scheduler = std::make_shared<BatchScheduler>(2);
//   auto queue = scheduler->AddQueue(options, [](std::vector<BatchPart> batch, int64_t waiting) { ... });
//   TIQU_RETURN_IF_ERROR(scheduler->Add(queue, task));
//   scheduler->Await(queue, task)
//
// A batch is closed when it is full; it is taken by a thread that is free when it is closed, or when batch_timeout has
// passed since its first request. Queues take turns.
//
// Thread safety: every method may be called from any number of threads.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "serving/batching/batching_options.h"
#include "serving/models/run_limits.h"
#include "serving/models/servable.h"

namespace tiqu::serving {

// A request that waits for its answer. Its inputs are its own: whoever sent it may give up while it runs.
class BatchTask {
 public:
  BatchTask(TensorMap inputs, int64_t rows, RunLimits limits)
      : inputs_(std::move(inputs)), rows_(rows), limits_(std::move(limits)) {}

  const TensorMap& inputs() const { return inputs_; }
  int64_t rows() const { return rows_; }
  absl::Time deadline() const { return limits_.deadline; }
  bool abandoned() const { return abandoned_; }

  // The answer of one of its parts, called once a part.
  void Finish(size_t part, absl::StatusOr<TensorMap> outputs);

 private:
  friend class BatchScheduler;

  const TensorMap inputs_;
  const int64_t rows_;
  const RunLimits limits_;
  std::atomic<bool> abandoned_ = false;  // nobody waits any more
  bool started_ = false;                 // the scheduler's mutex guards it

  std::mutex mutex_;  // guards what follows
  std::condition_variable finished_;
  size_t parts_left_ = 0;
  absl::Status status_;
  std::vector<TensorMap> outputs_;  // one a part
};

// Rows [begin, end) of a task: all of them, unless it was cut.
struct BatchPart {
  std::shared_ptr<BatchTask> task;
  size_t index = 0;
  int64_t begin = 0;
  int64_t end = 0;
  absl::Time queued;

  int64_t rows() const { return end - begin; }
};

// Called on a batch thread; must Finish every part. So many batches of the queue wait meanwhile.
using RunBatch = std::function<void(std::vector<BatchPart> batch, int64_t waiting)>;

class BatchQueue;  // batch_scheduler.cc

class BatchScheduler {
 public:
  explicit BatchScheduler(int threads);
  // What is queued is still run.
  ~BatchScheduler();

  std::shared_ptr<BatchQueue> AddQueue(const BatchingOptions& options, RunBatch run);
  // REQUIRES: nobody awaits a task of the queue.
  void RemoveQueue(const std::shared_ptr<BatchQueue>& queue);

  // Errors: INVALID_ARGUMENT "Task size N is larger than maximum input batch size M", UNAVAILABLE "The batch scheduling
  // queue to which this task was submitted is full...".
  absl::Status Add(const std::shared_ptr<BatchQueue>& queue, std::shared_ptr<BatchTask> task);

  // The outputs, a map for each part in the order of its rows. Errors: those of the run; RESOURCE_EXHAUSTED "Run()
  // timeout exceeded while waiting in batching queue"; DEADLINE_EXCEEDED (while it ran), CANCELLED.
  absl::StatusOr<std::vector<TensorMap>> Await(const std::shared_ptr<BatchQueue>& queue,
                                               const std::shared_ptr<BatchTask>& task);

  // Batches that wait, of that queue.
  int64_t QueueLength(const std::shared_ptr<BatchQueue>& queue) const;

 private:
  void Work();
  std::shared_ptr<BatchQueue> NextReady(absl::Time now, absl::Time* next);
  absl::Status GiveUp(const std::shared_ptr<BatchQueue>& queue, const std::shared_ptr<BatchTask>& task,
                      const absl::Status& why);

  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::list<std::shared_ptr<BatchQueue>> queues_;  // whose turn it is comes first
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace tiqu::serving
