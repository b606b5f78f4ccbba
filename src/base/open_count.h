// Counts what has begun and not ended, for whoever waits until nothing is left.
//
//   OpenCount calls;
//   calls.Add(); ... calls.Remove();      // on any thread
//   calls.WaitForNone();
//
// Thread safety: every method may be called from any number of threads.
#pragma once

#include <condition_variable>
#include <mutex>

namespace tiqu {

class OpenCount {
 public:
  void Add() {
    const std::lock_guard<std::mutex> lock(mutex_);
    ++count_;
  }
  // REQUIRES: an Add before.
  void Remove() {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (--count_ == 0) none_.notify_all();
  }
  void WaitForNone() {
    std::unique_lock<std::mutex> lock(mutex_);
    none_.wait(lock, [this] { return count_ == 0; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable none_;
  int count_ = 0;
};

}  // namespace tiqu
