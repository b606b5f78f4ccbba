// How a request waits for its turn or its answer: not longer than its limits say.
//
// Thread safety: a free function.
#pragma once

#include <algorithm>
#include <condition_variable>
#include <mutex>

#include "absl/status/status.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "serving/models/run_limits.h"

namespace tiqu::serving {

// Until `ready` holds (OK) or the limits fail (their error); what is ready is OK even when it is late. Nobody tells
// when a request is cancelled: it is asked ten times a second, without the lock, which is held before and after. (More
// often would cost: with many that wait, each would wake several times while one text is read.)
template <typename Ready>
absl::Status WaitWithin(const RunLimits& limits, std::unique_lock<std::mutex>* lock, std::condition_variable* changed,
                        const Ready& ready) {
  constexpr absl::Duration kCancelCheckInterval = absl::Milliseconds(100);
  while (!ready()) {
    const absl::Duration left = std::max(absl::ZeroDuration(), limits.deadline - absl::Now());
    const absl::Duration most = limits.cancelled ? kCancelCheckInterval : absl::Seconds(1);
    changed->wait_for(*lock, absl::ToChronoNanoseconds(std::min(left, most)));
    if (ready()) break;
    lock->unlock();
    const absl::Status status = limits.Check();
    lock->lock();
    if (!status.ok() && !ready()) return status;
  }
  return absl::OkStatus();
}

}  // namespace tiqu::serving
