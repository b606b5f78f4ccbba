// Wakes the thread that watches the models, and brings it the versions that nobody holds any more, so that their memory
// is freed there and not by the request that was the last to use them.
//
// Thread safety: every method may be called from any number of threads; Wait from one.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "serving/models/servable.h"

namespace tiqu::serving {

class ReleaseBell : public std::enable_shared_from_this<ReleaseBell> {
 public:
  using Released = std::vector<std::unique_ptr<const Servable>>;

  // A handle to the servable that comes back here when the last copy is gone.
  ServableHandle Lend(std::unique_ptr<const Servable> servable) {
    return ServableHandle(servable.release(),
                          [bell = shared_from_this()](const Servable* returned) { bell->GiveBack(returned); });
  }

  void Ring() {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      rung_ = true;
    }
    wake_.notify_one();
  }

  // Returns when it rings, or at that time.
  void Wait(absl::Time until) {
    std::unique_lock<std::mutex> lock(mutex_);
    const auto rung = [this] { return rung_; };
    // A far future overflows the clock of the wait.
    const absl::Time limit = std::min(until, absl::Now() + absl::Hours(1));
    wake_.wait_until(lock, absl::ToChronoTime(limit), rung);
    rung_ = false;
  }

  Released Take() {
    const std::lock_guard<std::mutex> lock(mutex_);
    return std::exchange(released_, {});
  }

  // From now on what comes back is freed at once.
  void Close() {
    const std::lock_guard<std::mutex> lock(mutex_);
    closed_ = true;
  }

 private:
  void GiveBack(const Servable* servable) {
    std::unique_ptr<const Servable> owned(servable);
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      if (closed_) return;  // `owned` frees it, after the lock: it is declared before
      released_.push_back(std::move(owned));
      rung_ = true;
    }
    wake_.notify_one();
  }

  std::mutex mutex_;
  std::condition_variable wake_;
  bool rung_ = false;
  bool closed_ = false;
  Released released_;
};

}  // namespace tiqu::serving
