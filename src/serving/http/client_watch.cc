#include "serving/http/client_watch.h"

#include <poll.h>

#include <chrono>

namespace tiqu::serving {
namespace {

using std::chrono::nanoseconds;

constexpr int64_t kLookInterval = nanoseconds(std::chrono::milliseconds(5)).count();
constexpr int64_t kHalfClosedGrace = nanoseconds(std::chrono::milliseconds(500)).count();

int64_t SteadyNanoseconds() { return nanoseconds(std::chrono::steady_clock::now().time_since_epoch()).count(); }

}  // namespace

bool ClientWatch::HasGone() {
  const int64_t now = SteadyNanoseconds();
  if (now - looked_at_.load(std::memory_order_relaxed) >= kLookInterval) {
    looked_at_.store(now, std::memory_order_relaxed);
    if (Look(now)) gone_.store(true, std::memory_order_relaxed);
  }
  return gone_.load(std::memory_order_relaxed);
}

bool ClientWatch::Look(int64_t now) {
  const int open = descriptor_.load(std::memory_order_relaxed);
  if (open < 0) return false;
  pollfd asked = {open, POLLRDHUP, 0};
  if (::poll(&asked, 1, 0) <= 0) return false;
  if ((asked.revents & (POLLHUP | POLLERR)) != 0) return true;
  if ((asked.revents & POLLRDHUP) == 0) return false;
  int64_t since = 0;
  if (closed_since_.compare_exchange_strong(since, now)) return false;
  return now - since >= kHalfClosedGrace;
}

}  // namespace tiqu::serving
