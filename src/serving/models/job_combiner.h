// Lets jobs that wait for their turn run together: so many batches run at a time as there are cores, each on a thread
// of its own, and takes along some of the jobs that wait.
//
//   auto combiner = std::make_shared<JobCombiner>(&queue, 2, [](std::span<CombinedJob* const> jobs) { ... });
//   combiner->Add(std::move(job));      // job->Finish(status) follows
//
// One in `width` + 1 parts of the jobs that are there go together, not all: while they run, and while their clients
// read their answers and ask again, the others keep the core busy. Those that have just been answered count, too: their
// clients are likely to ask again. So eight clients of one core come to two batches of four, in turns.
//
// Thread safety: every method may be called from any number of threads.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <span>
#include <utility>

#include "absl/status/status.h"
#include "base/task_queue.h"
#include "serving/models/run_limits.h"

namespace tiqu::serving {

// What a caller wants done.
class CombinedJob {
 public:
  CombinedJob(int64_t cost, RunLimits limits) : cost_(cost), limits_(std::move(limits)) {}
  virtual ~CombinedJob() = default;

  // Whether the two may run together; `other` is of the same combiner.
  virtual bool GoesWith(const CombinedJob& other) const = 0;
  // Comes once, on any thread, and must not throw. What the run did is of use when this is OK. Errors: those of
  // RunLimits::Check (a job that runs with others is finished with them even when it is late); UNAVAILABLE (too many
  // wait already).
  virtual void Finish(const absl::Status& status) = 0;

  int64_t cost() const { return cost_; }
  const RunLimits& limits() const { return limits_; }

 private:
  friend class JobCombiner;

  const int64_t cost_;
  const RunLimits limits_;
  absl::Status late_;  // why it is not waited for any more
};

class JobCombiner : public std::enable_shared_from_this<JobCombiner> {
 public:
  // Jobs that run together cost no more than this in all, and are no more than so many.
  static constexpr int64_t kMostCost = 32 << 10;
  static constexpr size_t kMostJobs = 64;
  // More do not wait: who comes then is told at once.
  static constexpr size_t kMostWaiting = 10000;

  // Must not throw; runs on a thread of the queue, and under the limits of all: it is stopped when nobody waits for it
  // any more (engine/run_stop.h).
  using RunJobs = std::function<void(std::span<CombinedJob* const> jobs)>;

  // REQUIRES: width > 0; `threads` outlives this and is not ended by what a job holds. It should have `width` threads.
  JobCombiner(TaskQueue* threads, int width, RunJobs run) : threads_(*threads), width_(width), run_(std::move(run)) {}

  // Throws std::bad_alloc; then the job is gone, and nothing follows.
  void Add(std::unique_ptr<CombinedJob> job);

  int waiting() const;

 private:
  using Jobs = std::list<std::unique_ptr<CombinedJob>>;

  void RunBatch(size_t answered);
  Jobs TakeBatch(size_t answered);
  void RunTogether(const Jobs& jobs);
  void FinishLate();

  TaskQueue& threads_;
  const int width_;
  const RunJobs run_;
  mutable std::mutex mutex_;
  int runners_ = 0;     // that run a batch, or are about to
  size_t in_hand_ = 0;  // jobs that these run or have just finished
  Jobs queue_;
  std::chrono::steady_clock::time_point look_for_late_at_;
};

}  // namespace tiqu::serving
