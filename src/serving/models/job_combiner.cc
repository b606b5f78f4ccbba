#include "serving/models/job_combiner.h"

#include <algorithm>

#include "base/status.h"
#include "engine/run_stop.h"
#include "serving/models/limited_wait.h"

namespace tiqu::serving {
namespace {

constexpr size_t kMostJobs = 64;  // that run together

using Turn = std::shared_ptr<std::condition_variable>;

const Turn& TurnOfThread() {
  thread_local const Turn turn = std::make_shared<std::condition_variable>();
  return turn;
}

}  // namespace

absl::Status JobCombiner::Run(CombinedJob* job, const RunLimits& limits, const RunJobs& run) {
  TIQU_RETURN_IF_ERROR(limits.Check());
  job->limits_ = &limits;
  job->changed_ = TurnOfThread();
  // Whoever has the turn must not fail before it is handed over: nothing is allocated from here on.
  std::vector<CombinedJob*> jobs;
  std::vector<Turn> to_tell;
  jobs.reserve(kMostJobs);
  to_tell.reserve(kMostJobs);
  Lock lock(mutex_);
  if (leaders_ < width_) {
    ++leaders_;
  } else {
    TIQU_RETURN_IF_ERROR(WaitForTurn(job, &lock));
    if (job->state_ == CombinedJob::State::kDone) return limits.Check();
  }
  TakeAlong(job, &jobs);
  lock.unlock();
  {
    const engine::ScopedRunStop stop([&jobs] {
      absl::Status status;
      for (const CombinedJob* one : jobs) {
        status = one->limits_->Check();
        if (status.ok()) break;
      }
      return status;
    });
    run(jobs);
  }
  lock.lock();
  for (CombinedJob* one : jobs) {
    if (one == job) continue;
    to_tell.push_back(one->changed_);
    one->state_ = CombinedJob::State::kDone;  // its caller may see it at once, and then it is gone
  }
  Turn next = HandOver();
  lock.unlock();
  // Who runs next first: the others have only answers to write.
  if (next != nullptr) next->notify_one();
  for (const Turn& turn : to_tell) turn->notify_one();
  return limits.Check();
}

// OK: it leads, or it is done.
absl::Status JobCombiner::WaitForTurn(CombinedJob* job, Lock* lock) {
  const auto place = queue_.insert(queue_.end(), job);
  const absl::Status status = WaitWithin(*job->limits_, lock, job->changed_.get(),
                                         [job] { return job->state_ != CombinedJob::State::kWaiting; });
  if (!status.ok()) {
    queue_.erase(place);
    return status;
  }
  job->changed_->wait(*lock, [job] { return job->state_ != CombinedJob::State::kTaken; });
  return absl::OkStatus();
}

void JobCombiner::TakeAlong(CombinedJob* leader, std::vector<CombinedJob*>* jobs) {
  jobs->push_back(leader);
  const size_t parts = static_cast<size_t>(width_) + 1;
  const size_t most = std::min(kMostJobs, (queue_.size() + 1 + parts - 1) / parts);
  int64_t cost = leader->cost_;
  for (auto place = queue_.begin(); place != queue_.end() && jobs->size() < most;) {
    CombinedJob* job = *place;
    if (!leader->GoesWith(*job) || cost + job->cost_ > kMostCost) {
      ++place;
      continue;
    }
    cost += job->cost_;
    job->state_ = CombinedJob::State::kTaken;
    jobs->push_back(job);
    place = queue_.erase(place);
  }
}

// The turn goes over to the first who waits, so that nobody who comes now can take it. Returns whom to tell.
Turn JobCombiner::HandOver() {
  if (queue_.empty()) {
    --leaders_;
    return nullptr;
  }
  CombinedJob* first = queue_.front();
  queue_.pop_front();
  first->state_ = CombinedJob::State::kLeads;
  return first->changed_;
}

int JobCombiner::waiting() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return static_cast<int>(queue_.size());
}

}  // namespace tiqu::serving
