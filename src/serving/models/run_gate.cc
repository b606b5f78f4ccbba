#include "serving/models/run_gate.h"

#include <algorithm>
#include <thread>

#include "base/status.h"
#include "serving/models/limited_wait.h"

namespace tiqu::serving {

int RunWidth(int asked) {
  return asked > 0 ? asked : std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

absl::StatusOr<RunGate::Pass> RunGate::Enter(const RunLimits& limits) {
  TIQU_RETURN_IF_ERROR(limits.Check());
  std::unique_lock<std::mutex> lock(mutex_);
  if (inside_ < width_ && queue_.empty()) {
    ++inside_;
    return Pass(this);
  }
  Waiter waiter;
  const auto place = queue_.insert(queue_.end(), &waiter);
  const absl::Status status = WaitWithin(limits, &lock, &waiter.turn, [&waiter] { return waiter.admitted; });
  if (status.ok()) return Pass(this);
  queue_.erase(place);
  return status;
}

int RunGate::waiting() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return static_cast<int>(queue_.size());
}

// The place goes over to the first who waits, so that nobody who comes now can take it.
void RunGate::Leave() {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (queue_.empty()) {
    --inside_;
    return;
  }
  Waiter* first = queue_.front();
  queue_.pop_front();
  first->admitted = true;
  first->turn.notify_one();
}

}  // namespace tiqu::serving
