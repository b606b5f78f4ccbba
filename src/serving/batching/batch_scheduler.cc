#include "serving/batching/batch_scheduler.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/time/clock.h"
#include "fmt/format.h"
#include "serving/models/limited_wait.h"

namespace tiqu::serving {

// The scheduler's mutex guards all of it.
class BatchQueue {
 public:
  struct Batch {
    std::vector<BatchPart> parts;
    int64_t rows = 0;
    absl::Time opened;
  };

  BatchQueue(BatchingOptions given, RunBatch function) : options(std::move(given)), run(std::move(function)) {}

  int64_t RoomInLast() const { return batches.empty() ? 0 : options.max_execution_batch_size - batches.back().rows; }

  // How many batches `rows` would open.
  int64_t NewBatches(int64_t rows) const {
    const int64_t room = RoomInLast();
    if (rows <= room) return 0;
    if (!options.large_batch_splitting) return 1;
    const int64_t size = options.max_execution_batch_size;
    return (rows - room + size - 1) / size;
  }

  // When the first batch may be taken.
  absl::Time ReadyAt() const {
    if (batches.empty()) return absl::InfiniteFuture();
    if (batches.size() > 1 || batches.front().rows >= options.max_execution_batch_size) return absl::InfinitePast();
    return batches.front().opened + options.batch_timeout;
  }

  size_t Append(const std::shared_ptr<BatchTask>& task, absl::Time now) {
    size_t parts = 0;
    for (int64_t begin = 0; begin < task->rows();) {
      const int64_t left = task->rows() - begin;
      const int64_t room = RoomInLast();
      const bool fits = room > 0 && (options.large_batch_splitting || left <= room);
      if (!fits) batches.push_back({{}, 0, now});
      const int64_t end = begin + std::min(left, RoomInLast());
      batches.back().parts.push_back({task, parts++, begin, end, now});
      batches.back().rows += end - begin;
      begin = end;
    }
    return parts;
  }

  void Remove(const BatchTask* task) {
    for (Batch& batch : batches) {
      for (const BatchPart& part : batch.parts) batch.rows -= part.task.get() == task ? part.rows() : 0;
      std::erase_if(batch.parts, [task](const BatchPart& part) { return part.task.get() == task; });
    }
    std::erase_if(batches, [](const Batch& batch) { return batch.parts.empty(); });
  }

  const BatchingOptions options;
  const RunBatch run;
  std::deque<Batch> batches;  // the last one is open
};

void BatchTask::Finish(size_t part, absl::StatusOr<TensorMap> outputs) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (!outputs.ok()) {
    status_.Update(outputs.status());
  } else if (part < outputs_.size()) {
    outputs_[part] = *std::move(outputs);
  }
  if (--parts_left_ == 0) finished_.notify_all();
}

BatchScheduler::BatchScheduler(int threads) {
  for (int i = 0; i < threads; ++i) threads_.emplace_back([this] { Work(); });
}

BatchScheduler::~BatchScheduler() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

std::shared_ptr<BatchQueue> BatchScheduler::AddQueue(const BatchingOptions& options, RunBatch run) {
  auto queue = std::make_shared<BatchQueue>(options, std::move(run));
  const std::lock_guard<std::mutex> lock(mutex_);
  queues_.push_back(queue);
  return queue;
}

void BatchScheduler::RemoveQueue(const std::shared_ptr<BatchQueue>& queue) {
  const std::lock_guard<std::mutex> lock(mutex_);
  queues_.remove(queue);
}

absl::Status BatchScheduler::Add(const std::shared_ptr<BatchQueue>& queue, std::shared_ptr<BatchTask> task) {
  const BatchingOptions& options = queue->options;
  if (task->rows() > options.max_batch_size && !options.large_batch_splitting) {
    return absl::InvalidArgumentError(
        fmt::format("Task size {} is larger than maximum input batch size {}", task->rows(), options.max_batch_size));
  }
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto waiting = static_cast<int64_t>(queue->batches.size());
    if (waiting + queue->NewBatches(task->rows()) > options.max_enqueued_batches) {
      return absl::UnavailableError(
          fmt::format("The batch scheduling queue to which this task was submitted is full; {} of at most {} batches "
                      "wait",
                      waiting, options.max_enqueued_batches));
    }
    const std::lock_guard<std::mutex> task_lock(task->mutex_);
    task->parts_left_ = queue->Append(task, absl::Now());
    task->outputs_.resize(task->parts_left_);
  }
  wake_.notify_one();
  return absl::OkStatus();
}

absl::StatusOr<std::vector<TensorMap>> BatchScheduler::Await(const std::shared_ptr<BatchQueue>& queue,
                                                             const std::shared_ptr<BatchTask>& task) {
  const RunLimits& limits = task->limits_;
  std::unique_lock<std::mutex> lock(task->mutex_);
  const absl::Status status = WaitWithin(limits, &lock, &task->finished_, [&task] { return task->parts_left_ == 0; });
  if (!status.ok()) {
    lock.unlock();
    return GiveUp(queue, task, status);
  }
  if (!task->status_.ok()) return task->status_;
  return std::move(task->outputs_);
}

absl::Status BatchScheduler::GiveUp(const std::shared_ptr<BatchQueue>& queue, const std::shared_ptr<BatchTask>& task,
                                    const absl::Status& why) {
  const std::lock_guard<std::mutex> lock(mutex_);
  task->abandoned_ = true;
  queue->Remove(task.get());
  if (task->started_ || !absl::IsDeadlineExceeded(why)) return why;
  return absl::ResourceExhaustedError("Run() timeout exceeded while waiting in batching queue");
}

int64_t BatchScheduler::QueueLength(const std::shared_ptr<BatchQueue>& queue) const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return static_cast<int64_t>(queue->batches.size());
}

// Null when there is none; `next` is then when one will be.
std::shared_ptr<BatchQueue> BatchScheduler::NextReady(absl::Time now, absl::Time* next) {
  *next = absl::InfiniteFuture();
  for (auto place = queues_.begin(); place != queues_.end(); ++place) {
    const absl::Time ready = stopping_ && !(*place)->batches.empty() ? absl::InfinitePast() : (*place)->ReadyAt();
    *next = std::min(*next, ready);
    if (ready > now) continue;
    std::shared_ptr<BatchQueue> queue = *place;
    queues_.splice(queues_.end(), queues_, queues_.begin(), std::next(place));  // the turn goes on to the next
    return queue;
  }
  return nullptr;
}

void BatchScheduler::Work() {
  std::unique_lock<std::mutex> lock(mutex_);
  for (;;) {
    absl::Time next;
    const std::shared_ptr<BatchQueue> queue = NextReady(absl::Now(), &next);
    if (queue == nullptr) {
      if (stopping_) return;
      if (next == absl::InfiniteFuture()) {
        wake_.wait(lock);
      } else {
        wake_.wait_until(lock, absl::ToChronoTime(next));
      }
      continue;
    }
    std::vector<BatchPart> parts = std::move(queue->batches.front().parts);
    queue->batches.pop_front();
    for (const BatchPart& part : parts) part.task->started_ = true;
    wake_.notify_one();  // somebody must watch over what is left
    const auto waiting = static_cast<int64_t>(queue->batches.size());
    lock.unlock();
    queue->run(std::move(parts), waiting);
    lock.lock();
  }
}

}  // namespace tiqu::serving
