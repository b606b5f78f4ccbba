// Whether the client of a request that runs has gone. Its descriptor is asked, not read, so that a next request, which
// may wait there already, stays where it is.
//
// Thread safety: every method may be called from any number of threads.
#pragma once

#include <atomic>
#include <cstdint>

namespace tiqu::serving {

class ClientWatch {
 public:
  explicit ClientWatch(int descriptor) : descriptor_(descriptor) {}

  // A client that has closed its side alone may still read: it counts as gone half a second later. The system is asked
  // at most every five milliseconds, since the engine asks here between any two operations.
  bool HasGone();
  // The request is over: its client is not looked at any more.
  void End() { descriptor_.store(-1, std::memory_order_relaxed); }

 private:
  bool Look(int64_t now);

  std::atomic<int> descriptor_;                          // -1: the request is over
  std::atomic<int64_t> looked_at_{0}, closed_since_{0};  // in nanoseconds of the steady clock
  std::atomic<bool> gone_{false};
};

}  // namespace tiqu::serving
