// How long a request may run, and whether anybody still waits for its answer.
//
// Thread safety: a value; `cancelled` is called from any thread, also from several at once.
#pragma once

#include <functional>

#include "absl/status/status.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace tiqu::serving {

struct RunLimits {
  absl::Time deadline = absl::InfiniteFuture();
  std::function<bool()> cancelled = nullptr;  // none: never

  // OK, DEADLINE_EXCEEDED or CANCELLED.
  absl::Status Check() const {
    if (cancelled && cancelled()) return absl::CancelledError("the request was cancelled");
    if (absl::Now() >= deadline) return absl::DeadlineExceededError("Timed out waiting for notification");
    return absl::OkStatus();
  }
};

}  // namespace tiqu::serving
