// Threads that run tasks in the order in which they come: loads of versions, batches.
//
//   LoadPool pool(2);
//   pool.Add([] { ... });
//
// Thread safety: every method may be called from any number of threads.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace tiqu::serving {

class LoadPool {
 public:
  explicit LoadPool(int threads);
  // Runs what has begun to its end and forgets the rest.
  ~LoadPool();

  void Add(std::function<void()> task);

 private:
  void Work();

  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::function<void()>> tasks_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace tiqu::serving
