// A fixed set of threads that run the same function, each knowing its number; the caller is worker 0.
//
//   WorkerPool pool(2);
//   pool.Run([&](int worker) { ...; pool.Wait(); ... });     // Wait: all workers meet
//
// Libraries are told to stay on the thread that calls them (OpenMP, libtorch), so that T workers use T cores.
//
// Thread safety: Run is called by one thread, the one that made the pool.
#pragma once

#include <barrier>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace tiqu::train {

class WorkerPool {
 public:
  explicit WorkerPool(int workers);
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  int size() const { return static_cast<int>(threads_.size()) + 1; }

  // Returns when every worker has. `work` must not throw.
  void Run(const std::function<void(int)>& work);

  // Inside Run only: returns when every worker has called it.
  void Wait() { barrier_.arrive_and_wait(); }

 private:
  void Loop(int worker);

  std::barrier<> barrier_;
  std::mutex mutex_;
  std::condition_variable wake_;
  const std::function<void(int)>* work_ = nullptr;  // guarded by mutex_
  uint64_t round_ = 0;                              // guarded by mutex_
  bool stop_ = false;                               // guarded by mutex_
  std::vector<std::thread> threads_;
};

}  // namespace tiqu::train
