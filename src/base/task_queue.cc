#include "base/task_queue.h"

#include <utility>

namespace tiqu {

TaskQueue::~TaskQueue() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    ending_ = true;
  }
  wake_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void TaskQueue::Submit(std::function<void()> work) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    queue_.push_back(std::move(work));
    if (queue_.size() > idle_ && threads_.size() < static_cast<size_t>(most_threads_)) StartThread();
  }
  wake_.notify_one();
}

int TaskQueue::threads() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return static_cast<int>(threads_.size());
}

// Where the system has no more threads, those that there are do the work.
void TaskQueue::StartThread() {
  try {
    threads_.emplace_back([this] { Work(); });
  } catch (...) {  // no thread, or no memory for one
    if (!threads_.empty()) return;
    queue_.pop_back();
    throw;
  }
}

void TaskQueue::Work() {
  std::unique_lock<std::mutex> lock(mutex_);
  while (true) {
    ++idle_;
    wake_.wait(lock, [this] { return ending_ || !queue_.empty(); });
    --idle_;
    if (queue_.empty()) return;
    std::function<void()> work = std::move(queue_.front());
    queue_.pop_front();
    lock.unlock();
    work();
    work = nullptr;  // what it holds goes before the next waits
    lock.lock();
  }
}

}  // namespace tiqu
