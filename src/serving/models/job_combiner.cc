#include "serving/models/job_combiner.h"

#include <algorithm>
#include <array>
#include <exception>
#include <functional>

#include "absl/strings/str_cat.h"
#include "engine/run_stop.h"

namespace tiqu::serving {
namespace {

using Clock = std::chrono::steady_clock;

// The engine asks between any two operations whether to go on; the clients are asked less often.
constexpr auto kCheckInterval = std::chrono::milliseconds(1);
// Those that wait may be many: they are asked that often, or so that it takes no more than this part of the time.
constexpr auto kLateInterval = std::chrono::milliseconds(20);
constexpr int kLateParts = 50;

}  // namespace

void JobCombiner::Add(std::unique_ptr<CombinedJob> job) {
  if (const absl::Status status = job->limits().Check(); !status.ok()) return job->Finish(status);
  Jobs one;
  one.push_back(std::move(job));
  bool waits = false, starts = false;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    waits = queue_.size() < kMostWaiting;
    starts = waits && runners_ < width_;
    if (waits) queue_.splice(queue_.end(), one);
    if (starts) ++runners_;
  }
  if (!waits) {
    return one.front()->Finish(
        absl::UnavailableError(absl::StrCat("The queue of texts has reached its limit of ", kMostWaiting)));
  }
  if (!starts) return;
  try {
    threads_.Submit([self = shared_from_this()] { self->RunBatch(0); });
  } catch (const std::exception&) {
    RunBatch(0);  // memory does not suffice for handing it on
  }
}

// `answered`: how many this runner has finished just now.
void JobCombiner::RunBatch(size_t answered) {
  FinishLate();
  const Jobs jobs = TakeBatch(answered);
  if (jobs.empty()) return;
  RunTogether(jobs);
  for (const auto& job : jobs) job->Finish(job->limits().Check());
  const size_t count = jobs.size();
  try {
    // Through the queue: other models have their turn, too.
    threads_.Submit([self = shared_from_this(), count] { self->RunBatch(count); });
  } catch (const std::exception&) {
    RunBatch(count);
  }
}

// None: the runner has ended.
JobCombiner::Jobs JobCombiner::TakeBatch(size_t answered) {
  Jobs jobs;
  const std::lock_guard<std::mutex> lock(mutex_);
  const size_t parts = static_cast<size_t>(width_) + 1;
  const size_t most = std::min(kMostJobs, (queue_.size() + in_hand_ + parts - 1) / parts);
  in_hand_ -= answered;
  if (queue_.empty()) {
    --runners_;
    return jobs;
  }
  jobs.splice(jobs.end(), queue_, queue_.begin());
  const CombinedJob& first = *jobs.front();
  int64_t cost = first.cost();
  for (auto place = queue_.begin(); place != queue_.end() && jobs.size() < most;) {
    const auto next = std::next(place);
    if (first.GoesWith(**place) && cost + (*place)->cost() <= kMostCost) {
      cost += (*place)->cost();
      jobs.splice(jobs.end(), queue_, place);
    }
    place = next;
  }
  in_hand_ += jobs.size();
  return jobs;
}

void JobCombiner::RunTogether(const Jobs& jobs) {
  std::array<CombinedJob*, kMostJobs> together;
  std::transform(jobs.begin(), jobs.end(), together.begin(), [](const auto& job) { return job.get(); });
  auto asked_at = Clock::now();
  const auto ask = [&] {
    absl::Status status;
    const auto now = Clock::now();
    if (now - asked_at < kCheckInterval) return status;
    asked_at = now;
    FinishLate();
    for (const auto& job : jobs) {
      status = job->limits().Check();
      if (status.ok()) break;
    }
    return status;
  };
  const engine::ScopedRunStop stop(std::ref(ask));  // a reference: what fits takes no memory, which might not be there
  run_({together.data(), jobs.size()});
}

// Those that wait and are not waited for.
void JobCombiner::FinishLate() {
  Jobs gone;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto begin = Clock::now();
    if (begin < look_for_late_at_) return;
    try {
      for (auto place = queue_.begin(); place != queue_.end();) {
        const auto next = std::next(place);
        (*place)->late_ = (*place)->limits().Check();
        if (!(*place)->late_.ok()) gone.splice(gone.end(), queue_, place);
        place = next;
      }
    } catch (const std::exception&) {  // memory: the rest next time
    }
    const auto end = Clock::now();
    look_for_late_at_ = end + std::max<Clock::duration>(kLateInterval, kLateParts * (end - begin));
  }
  for (const auto& job : gone) job->Finish(job->late_);
}

int JobCombiner::waiting() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return static_cast<int>(queue_.size());
}

}  // namespace tiqu::serving
