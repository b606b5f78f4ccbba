// Threads that work off a queue in its order. There is one from the start, so that work can always be done; a further
// one starts when there is work that no other is free for.
//
//   TaskQueue queue(4);
//   queue.Submit([] { ... });
//
// Thread safety: every method may be called from any number of threads, but for the destructor.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace tiqu {

class TaskQueue {
 public:
  // REQUIRES: most_threads > 0
  explicit TaskQueue(int most_threads);
  // Works off what is queued.
  ~TaskQueue();
  TaskQueue(const TaskQueue&) = delete;
  TaskQueue& operator=(const TaskQueue&) = delete;

  // The work must not throw. It may submit more, also while the queue ends.
  void Submit(std::function<void()> work);

  int threads() const;

 private:
  void TryStartThread();
  void Work();

  const int most_threads_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::function<void()>> queue_;
  size_t idle_ = 1;  // threads that wait for work or are about to
  bool ending_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace tiqu
