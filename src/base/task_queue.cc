#include "base/task_queue.h"

#include <exception>
#include <utility>

namespace tiqu {

TaskQueue::TaskQueue(int most_threads) : most_threads_(most_threads) {
  threads_.emplace_back([this] { Work(); });
}

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
    if (!ending_ && queue_.size() > idle_ && threads_.size() < static_cast<size_t>(most_threads_)) TryStartThread();
  }
  wake_.notify_one();
}

int TaskQueue::threads() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return static_cast<int>(threads_.size());
}

// Where the system has no more threads, or no memory for one, those that there are do the work.
void TaskQueue::TryStartThread() {
  try {
    threads_.emplace_back([this] { Work(); });
    ++idle_;
  } catch (const std::exception&) {
  }
}

void TaskQueue::Work() {
  std::unique_lock<std::mutex> lock(mutex_);
  while (true) {
    wake_.wait(lock, [this] { return ending_ || !queue_.empty(); });
    if (queue_.empty()) return;
    --idle_;
    std::function<void()> work = std::move(queue_.front());
    queue_.pop_front();
    lock.unlock();
    work();
    work = nullptr;  // what it holds goes before the next waits
    lock.lock();
    ++idle_;
  }
}

}  // namespace tiqu
