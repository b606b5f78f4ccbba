// Items in, results out in the same order, worked on by several threads in bounded memory.
//
//   OrderedPipeline<Chunk, std::string> pipeline(workers, work, consume);
//   while (ReadChunk(&chunk) && pipeline.Push(std::move(chunk))) {}
//   TIQU_RETURN_IF_ERROR(pipeline.Finish());
//
// `work` runs on the workers, at once for several items; `consume` runs on them too, one call at a time, in the order
// of Push. At most `workers + 2` items are between Push and the end of consume. The workers block SIGINT and SIGTERM,
// so the thread that pushes, which may be waiting for input, is the one that a signal wakes.
//
// Where not all workers can be started, the others do their work; without any, Push and Finish say so.
//
// Thread safety: Push, status and Finish from one thread.
#pragma once

#include <csignal>

#include <condition_variable>
#include <deque>
#include <exception>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"

namespace tiqu::answer {

template <typename In, typename Out>
class OrderedPipeline {
 public:
  using Work = std::function<Out(In)>;
  using Consume = std::function<absl::Status(Out)>;

  OrderedPipeline(int workers, Work work, Consume consume)
      : work_(std::move(work)), consume_(std::move(consume)), most_in_flight_(static_cast<size_t>(workers) + 2) {
    sigset_t blocked;
    sigset_t before;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGINT);
    sigaddset(&blocked, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &blocked, &before);  // threads inherit it
    try {
      for (int i = 0; i < workers; ++i) threads_.emplace_back([this] { RunWorker(); });
    } catch (const std::exception& error) {  // a limit of threads or of memory; those that run suffice
      if (threads_.empty())
        Fail(absl::ResourceExhaustedError(std::string("no thread can be started: ") + error.what()));
    }
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
  }

  // Drops what has not been started.
  ~OrderedPipeline() {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      waiting_.clear();
      closed_ = true;
    }
    changed_.notify_all();
    for (std::thread& thread : threads_) {
      if (thread.joinable()) thread.join();
    }
  }
  OrderedPipeline(const OrderedPipeline&) = delete;
  OrderedPipeline& operator=(const OrderedPipeline&) = delete;

  // Waits while too much is in flight. False: consume failed, nothing more is wanted.
  bool Push(In item) {
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait(lock, [this] { return pushed_ - consumed_ < most_in_flight_ || !status_.ok(); });
    if (!status_.ok()) return false;
    waiting_.emplace_back(pushed_++, std::move(item));
    lock.unlock();
    changed_.notify_all();
    return true;
  }

  // The first failure so far.
  absl::Status status() {
    const std::lock_guard<std::mutex> lock(mutex_);
    return status_;
  }

  // Waits for all items, or for the first failure.
  absl::Status Finish() {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      closed_ = true;
    }
    changed_.notify_all();
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
    return status_;
  }

 private:
  void RunWorker() {
    for (;;) {
      std::unique_lock<std::mutex> lock(mutex_);
      changed_.wait(lock, [this] { return !waiting_.empty() || closed_ || !status_.ok(); });
      if (waiting_.empty() || !status_.ok()) return;
      auto [index, item] = std::move(waiting_.front());
      waiting_.pop_front();
      lock.unlock();
      try {
        Deliver(index, work_(std::move(item)));
      } catch (const std::exception& error) {  // out of memory
        Fail(absl::ResourceExhaustedError(error.what()));
      }
    }
  }

  // Hands over all results whose turn it is. The thread that takes the turn keeps it until nothing is ready.
  void Deliver(size_t index, Out result) {
    std::unique_lock<std::mutex> lock(mutex_);
    ready_.emplace(index, std::move(result));
    if (consuming_) return;
    consuming_ = true;
    for (auto next = ready_.find(consumed_); next != ready_.end() && status_.ok(); next = ready_.find(consumed_)) {
      Out turn = std::move(next->second);
      ready_.erase(next);
      lock.unlock();
      const absl::Status status = consume_(std::move(turn));
      lock.lock();
      if (!status.ok() && status_.ok()) status_ = status;
      ++consumed_;
      changed_.notify_all();
    }
    consuming_ = false;
  }

  void Fail(absl::Status status) {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      if (status_.ok()) status_ = std::move(status);
    }
    changed_.notify_all();
  }

  const Work work_;
  const Consume consume_;
  const size_t most_in_flight_;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::pair<size_t, In>> waiting_;
  std::map<size_t, Out> ready_;
  size_t pushed_ = 0;
  size_t consumed_ = 0;
  bool consuming_ = false;
  bool closed_ = false;
  absl::Status status_;
  std::vector<std::thread> threads_;
};

}  // namespace tiqu::answer
