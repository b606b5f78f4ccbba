// Lets jobs that wait for their turn run together: so many run at a time as there are cores, and whoever's turn it is
// takes along some of those that wait behind it.
//
//   JobCombiner combiner(2);
//   combiner.Run(&job, limits, [](std::span<CombinedJob* const> jobs) { ... });
//
// One in `width` + 1 parts of those that wait go together, not all: while they run, and while their clients read their
// answers and ask again, the others keep the core busy.
//
// Thread safety: every method may be called from any number of threads.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include "absl/status/status.h"
#include "serving/models/run_limits.h"

namespace tiqu::serving {

// What a caller wants done; lives on the caller's stack.
class CombinedJob {
 public:
  explicit CombinedJob(int64_t cost) : cost_(cost) {}
  virtual ~CombinedJob() = default;
  // Whether the two may run together; `other` is of the same combiner.
  virtual bool GoesWith(const CombinedJob& other) const = 0;

 private:
  friend class JobCombiner;
  enum class State { kWaiting, kLeads, kTaken, kDone };

  const int64_t cost_;
  const RunLimits* limits_ = nullptr;
  State state_ = State::kWaiting;
  // Told without the lock, which whoever wakes takes first. By then the job may have gone: it is the thread's own.
  std::shared_ptr<std::condition_variable> changed_;
};

class JobCombiner {
 public:
  // Jobs that run together cost no more than this in all.
  static constexpr int64_t kMostCost = 32 << 10;

  // Must not throw; runs on the thread of one of the jobs, and under the limits of all: it is stopped when nobody waits
  // for it any more (engine/run_stop.h).
  using RunJobs = std::function<void(std::span<CombinedJob* const> jobs)>;

  // REQUIRES: width > 0
  explicit JobCombiner(int width) : width_(width) {}

  // Waits for the job's turn and for its end. What `run` did is of use when this is OK. Errors: those of
  // RunLimits::Check; a job that runs with others is waited for even when it is late.
  absl::Status Run(CombinedJob* job, const RunLimits& limits, const RunJobs& run);

  int waiting() const;

 private:
  using Lock = std::unique_lock<std::mutex>;

  absl::Status WaitForTurn(CombinedJob* job, Lock* lock);
  void TakeAlong(CombinedJob* leader, std::vector<CombinedJob*>* jobs);
  std::shared_ptr<std::condition_variable> HandOver();

  const int width_;
  mutable std::mutex mutex_;
  int leaders_ = 0;
  std::list<CombinedJob*> queue_;
};

}  // namespace tiqu::serving
