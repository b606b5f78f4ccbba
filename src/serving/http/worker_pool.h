// Threads that work off a queue in its order.
//
//   WorkerPool pool(4);
//   pool.Submit([] { ... });
//
// Thread safety: every method may be called from any number of threads, but for the destructor.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace tiqu::serving {

class WorkerPool {
 public:
  // REQUIRES: threads > 0
  explicit WorkerPool(int threads);
  // Works off what is queued.
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  // The work must not throw.
  void Submit(std::function<void()> work);

 private:
  void Work();

  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::function<void()>> queue_;
  bool ending_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace tiqu::serving
