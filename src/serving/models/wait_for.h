// Waits for the end of what runs elsewhere.
//
// Thread safety: a free function.
#pragma once

#include <condition_variable>
#include <mutex>
#include <optional>
#include <utility>

namespace tiqu::serving {

// What `start` hands to the function that it is given, once, on any thread. Throws what `start` throws; the function
// must not be called then.
template <typename Result, typename Start>
Result WaitFor(const Start& start) {
  std::mutex mutex;
  std::condition_variable changed;
  std::optional<Result> result;
  start([&](Result given) {
    const std::lock_guard<std::mutex> lock(mutex);
    result.emplace(std::move(given));
    changed.notify_one();  // under the lock: when it is free, all this may go
  });
  std::unique_lock<std::mutex> lock(mutex);
  changed.wait(lock, [&] { return result.has_value(); });
  return *std::move(result);
}

}  // namespace tiqu::serving
