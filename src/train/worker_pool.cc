#include "train/worker_pool.h"

#include <omp.h>

#include "torch/torch.h"

namespace tiqu::train {
namespace {

void StayOnThisThread() {
  omp_set_num_threads(1);
  at::set_num_threads(1);
}

}  // namespace

WorkerPool::WorkerPool(int workers) : barrier_(workers) {
  StayOnThisThread();
  for (int worker = 1; worker < workers; ++worker) threads_.emplace_back([this, worker] { Loop(worker); });
}

WorkerPool::~WorkerPool() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  wake_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void WorkerPool::Run(const std::function<void(int)>& work) {
  {
    const std::lock_guard lock(mutex_);
    work_ = &work;
    ++round_;
  }
  wake_.notify_all();
  work(0);
  Wait();
}

void WorkerPool::Loop(int worker) {
  StayOnThisThread();
  uint64_t done = 0;
  while (true) {
    const std::function<void(int)>* work = nullptr;
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [&] { return stop_ || round_ != done; });
      if (stop_) return;
      done = round_;
      work = work_;
    }
    (*work)(worker);
    Wait();
  }
}

}  // namespace tiqu::train
