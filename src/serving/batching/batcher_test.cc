#include "serving/batching/batcher.h"

#include <future>
#include <thread>

#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tiqu::serving {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::UnorderedElementsAre;

// y = 2 x, in runs that wait until they may go on.
class SlowDoubler {
 public:
  absl::StatusOr<TensorMap> Run(const std::string& signature, const TensorMap& inputs, const RunLimits& limits) {
    std::unique_lock<std::mutex> lock(mutex_);
    const Tensor& x = inputs.at("x");
    shapes_.push_back(x.shape());
    ++running_;
    changed_.notify_all();
    changed_.wait(lock, [this] { return open_; });
    --running_;
    if (signature == "shrinks") return TensorMap{{"y", Tensor(DataType::kFloat, {1})}};
    if (signature == "sums") return TensorMap{{"y", Tensor(DataType::kFloat, {})}};
    Tensor y(DataType::kFloat, x.shape());
    for (int64_t i = 0; i < x.size(); ++i) {
      if (x.data<float>()[i] < 0) return absl::InvalidArgumentError("negative");
      y.data<float>()[i] = 2 * x.data<float>()[i];
    }
    last_deadline_ = limits.deadline;
    return TensorMap{{"y", std::move(y)}};
  }
  void Open() {
    const std::lock_guard<std::mutex> lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }
  void Close() {
    const std::lock_guard<std::mutex> lock(mutex_);
    open_ = false;
  }
  void AwaitRunning(int runs) {
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait(lock, [this, runs] { return running_ == runs; });
  }
  std::vector<Shape> shapes() {
    const std::lock_guard<std::mutex> lock(mutex_);
    return shapes_;
  }
  absl::Time last_deadline() {
    const std::lock_guard<std::mutex> lock(mutex_);
    return last_deadline_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool open_ = true;
  int running_ = 0;
  std::vector<Shape> shapes_;
  absl::Time last_deadline_;
};

std::map<std::string, engine::Signature> DoublerSignatures() {
  std::map<std::string, engine::Signature> signatures;
  for (const char* name : {"double", "other", "shrinks", "sums", "scalar"}) {
    engine::Signature& signature = signatures[name];
    signature.inputs["x"] = {"x:0", DataType::kFloat, {}, true};
    signature.outputs["y"] = {"y:0", DataType::kFloat, {}, true};
  }
  signatures["scalar"].outputs["y"].unknown_rank = false;
  return signatures;
}

class BatcherTest : public testing::Test {
 protected:
  void Make(const BatchingOptions& options, int threads = 1) {
    scheduler_ = std::make_shared<BatchScheduler>(threads);
    batcher_ = std::make_unique<Batcher>(
        scheduler_, options, DoublerSignatures(), false,
        [doubler = doubler_](const std::string& signature, const TensorMap& inputs, const RunLimits& limits) {
          return doubler->Run(signature, inputs, limits);
        },
        [this](const std::string& signature, const BatchReport& report) {
          const std::lock_guard<std::mutex> lock(reports_mutex_);
          if (signature == "double") reports_.push_back(report);
        });
  }
  static BatchingOptions Options(int64_t max_batch_size) {
    BatchingOptions options;
    options.max_batch_size = max_batch_size;
    options.max_execution_batch_size = max_batch_size;
    return options;
  }
  std::future<absl::StatusOr<TensorMap>> Send(Tensor x, const RunLimits& limits = {},
                                              const std::string& signature = "double") {
    return std::async(std::launch::async, [this, x = std::move(x), limits, signature] {
      return batcher_->Run(signature, {{"x", x}}, limits);
    });
  }
  void AwaitQueue(int64_t length) {
    while (batcher_->QueueLength() != length) std::this_thread::yield();
  }
  // The one thread is busy with a request of its own.
  std::future<absl::StatusOr<TensorMap>> Occupy() {
    doubler_->Close();
    auto busy = Send(Tensor::Of<float>({1}, {100}));
    doubler_->AwaitRunning(1);
    return busy;
  }
  static std::vector<float> Answer(std::future<absl::StatusOr<TensorMap>>* sent) {
    const auto outputs = sent->get();
    EXPECT_TRUE(outputs.ok()) << outputs.status();
    if (!outputs.ok()) return {};
    const Tensor& y = outputs->at("y");
    return {y.data<float>(), y.data<float>() + y.size()};
  }

  const std::shared_ptr<SlowDoubler> doubler_ = std::make_shared<SlowDoubler>();
  std::mutex reports_mutex_;
  std::vector<BatchReport> reports_;
  std::shared_ptr<BatchScheduler> scheduler_;
  std::unique_ptr<Batcher> batcher_;
};

TEST_F(BatcherTest, RequestsThatWaitRunTogether) {
  Make(Options(10));
  auto busy = Occupy();
  auto a = Send(Tensor::Of<float>({2}, {1, 2}));
  AwaitQueue(1);
  auto b = Send(Tensor::Of<float>({1}, {3}));
  absl::SleepFor(absl::Milliseconds(20));
  doubler_->Open();
  EXPECT_THAT(Answer(&a), ElementsAre(2, 4));
  EXPECT_THAT(Answer(&b), ElementsAre(6));
  EXPECT_THAT(Answer(&busy), ElementsAre(200));
  EXPECT_THAT(doubler_->shapes(), ElementsAre(Shape{1}, Shape{3}));
  ASSERT_EQ(reports_.size(), 2);
  EXPECT_EQ(reports_[1].tasks, 2);
  EXPECT_EQ(reports_[1].rows, 3);
  EXPECT_GE(reports_[1].queued[0], absl::Milliseconds(20));
}

TEST_F(BatcherTest, AFullBatchDoesNotWaitAndOneThatIsNotFullDoes) {
  BatchingOptions options = Options(2);
  options.batch_timeout = absl::Milliseconds(200);
  Make(options);
  const absl::Time begin = absl::Now();
  auto full = Send(Tensor::Of<float>({2}, {1, 2}));
  EXPECT_THAT(Answer(&full), ElementsAre(2, 4));
  EXPECT_LT(absl::Now() - begin, absl::Milliseconds(150));
  const absl::Time second = absl::Now();
  auto alone = Send(Tensor::Of<float>({1}, {1}));
  EXPECT_THAT(Answer(&alone), ElementsAre(2));
  EXPECT_GE(absl::Now() - second, absl::Milliseconds(200));
}

TEST_F(BatcherTest, SignaturesDoNotShareABatch) {
  Make(Options(10));
  auto busy = Occupy();
  auto a = Send(Tensor::Of<float>({1}, {1}));
  auto b = Send(Tensor::Of<float>({1}, {2}), {}, "other");
  AwaitQueue(2);
  doubler_->Open();
  EXPECT_THAT(Answer(&a), ElementsAre(2));
  EXPECT_THAT(Answer(&b), ElementsAre(4));
  EXPECT_EQ(doubler_->shapes().size(), 3);
  Answer(&busy);
}

TEST_F(BatcherTest, AFullQueueRefusesAtOnce) {
  BatchingOptions options = Options(2);
  options.max_enqueued_batches = 2;
  Make(options);
  auto busy = Occupy();
  auto a = Send(Tensor::Of<float>({2}, {1, 2}));
  AwaitQueue(1);
  auto b = Send(Tensor::Of<float>({2}, {3, 4}));
  AwaitQueue(2);
  const auto refused = batcher_->Run("double", {{"x", Tensor::Of<float>({1}, {5})}}, {});
  EXPECT_EQ(refused.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(refused.status().message()),
              HasSubstr("The batch scheduling queue to which this task was submitted is full"));
  doubler_->Open();
  EXPECT_THAT(Answer(&a), ElementsAre(2, 4));
  EXPECT_THAT(Answer(&b), ElementsAre(6, 8));
  Answer(&busy);
}

TEST_F(BatcherTest, ADeadlineThatPassesInTheQueueIsSaid) {
  Make(Options(10));
  auto busy = Occupy();
  RunLimits limits;
  limits.deadline = absl::Now() + absl::Milliseconds(30);
  auto late = Send(Tensor::Of<float>({1}, {1}), limits);
  EXPECT_EQ(late.get().status(),
            absl::ResourceExhaustedError("Run() timeout exceeded while waiting in batching queue"));
  EXPECT_EQ(batcher_->QueueLength(), 0);
  doubler_->Open();
  Answer(&busy);
  EXPECT_EQ(doubler_->shapes().size(), 1) << "nobody waits for it: it is not run";
}

TEST_F(BatcherTest, ADeadlineThatPassesInTheRunIsAnotherError) {
  Make(Options(10));
  doubler_->Close();
  RunLimits limits;
  limits.deadline = absl::Now() + absl::Milliseconds(30);
  auto late = Send(Tensor::Of<float>({1}, {1}), limits);
  EXPECT_EQ(late.get().status(), absl::DeadlineExceededError("Timed out waiting for notification"));
  doubler_->Open();
}

TEST_F(BatcherTest, ABatchRunsAsLongAsItsMostPatientRequest) {
  Make(Options(10));
  auto busy = Occupy();
  RunLimits hasty;
  hasty.deadline = absl::Now() + absl::Hours(1);
  RunLimits patient;
  patient.deadline = absl::Now() + absl::Hours(2);
  auto a = Send(Tensor::Of<float>({1}, {1}), hasty);
  AwaitQueue(1);
  auto b = Send(Tensor::Of<float>({1}, {2}), patient);
  absl::SleepFor(absl::Milliseconds(20));
  doubler_->Open();
  Answer(&a);
  Answer(&b);
  Answer(&busy);
  EXPECT_EQ(doubler_->last_deadline(), patient.deadline);
}

TEST_F(BatcherTest, ACancelledRequestLeavesTheQueue) {
  Make(Options(10));
  auto busy = Occupy();
  std::atomic<bool> cancelled = false;
  RunLimits limits;
  limits.cancelled = [&cancelled] { return cancelled.load(); };
  auto sent = Send(Tensor::Of<float>({1}, {1}), limits);
  AwaitQueue(1);
  cancelled = true;
  EXPECT_EQ(sent.get().status().code(), absl::StatusCode::kCancelled);
  AwaitQueue(0);
  doubler_->Open();
  Answer(&busy);
}

TEST_F(BatcherTest, ARequestLargerThanABatchIsRefusedOrCut) {
  Make(Options(2));
  EXPECT_EQ(batcher_->Run("double", {{"x", Tensor::Of<float>({3}, {1, 2, 3})}}, {}).status(),
            absl::InvalidArgumentError("Task size 3 is larger than maximum input batch size 2"));
  batcher_.reset();
  BatchingOptions options = Options(4);
  options.large_batch_splitting = true;
  options.max_execution_batch_size = 2;
  Make(options);
  auto sent = Send(Tensor::Of<float>({5}, {1, 2, 3, 4, 5}));
  EXPECT_THAT(Answer(&sent), ElementsAre(2, 4, 6, 8, 10));
  EXPECT_THAT(doubler_->shapes(), ElementsAre(Shape{2}, Shape{2}, Shape{1}));
}

TEST_F(BatcherTest, ACutRequestFillsWhatTheOpenBatchHasLeft) {
  BatchingOptions options = Options(4);
  options.large_batch_splitting = true;
  Make(options);
  auto busy = Occupy();
  auto a = Send(Tensor::Of<float>({3}, {1, 2, 3}));
  AwaitQueue(1);
  auto b = Send(Tensor::Of<float>({3}, {4, 5, 6}));
  AwaitQueue(2);
  doubler_->Open();
  EXPECT_THAT(Answer(&a), ElementsAre(2, 4, 6));
  EXPECT_THAT(Answer(&b), ElementsAre(8, 10, 12));
  Answer(&busy);
  EXPECT_THAT(doubler_->shapes(), ElementsAre(Shape{1}, Shape{4}, Shape{2}));
}

TEST_F(BatcherTest, ABatchIsPaddedToAnAllowedSize) {
  BatchingOptions options = Options(8);
  options.allowed_batch_sizes = {2, 4, 8};
  Make(options);
  auto sent = Send(Tensor::Of<float>({3}, {1, 2, 3}));
  EXPECT_THAT(Answer(&sent), ElementsAre(2, 4, 6));
  EXPECT_THAT(doubler_->shapes(), ElementsAre(Shape{4}));
  EXPECT_EQ(reports_[0].padding_rows, 1);
}

TEST_F(BatcherTest, OtherShapesRunInTheSameBatchOnlyWhenTheyMayBePadded) {
  for (const bool pads : {false, true}) {
    BatchingOptions options = Options(8);
    options.pad_variable_length_inputs = pads;
    Make(options);
    auto busy = Occupy();
    auto a = Send(Tensor::Of<float>({1, 2}, {1, 2}));
    AwaitQueue(1);
    auto b = Send(Tensor::Of<float>({1, 1}, {3}));
    absl::SleepFor(absl::Milliseconds(20));
    const size_t before = doubler_->shapes().size();
    doubler_->Open();
    EXPECT_THAT(Answer(&a), ElementsAre(2, 4));
    const std::vector<float> padded = Answer(&b);
    Answer(&busy);
    const auto shapes = doubler_->shapes();
    const std::vector<Shape> runs(shapes.begin() + static_cast<int64_t>(before), shapes.end());
    if (pads) {
      EXPECT_THAT(padded, ElementsAre(6, 6)) << "the tensor's own first element";
      EXPECT_THAT(runs, ElementsAre(Shape{2, 2}));
    } else {
      EXPECT_THAT(padded, ElementsAre(6));
      EXPECT_THAT(runs, UnorderedElementsAre(Shape{1, 2}, Shape{1, 1}));
    }
    batcher_.reset();
  }
}

TEST_F(BatcherTest, ABadRequestDoesNotFailThoseBesideIt) {
  Make(Options(8));
  auto busy = Occupy();
  auto good = Send(Tensor::Of<float>({1}, {1}));
  AwaitQueue(1);
  auto bad = Send(Tensor::Of<float>({1}, {-1}));
  absl::SleepFor(absl::Milliseconds(20));
  doubler_->Open();
  EXPECT_THAT(Answer(&good), ElementsAre(2));
  EXPECT_EQ(bad.get().status(), absl::InvalidArgumentError("negative"));
  Answer(&busy);
}

TEST_F(BatcherTest, InputsWithoutRowsAreRefused) {
  Make(Options(8));
  EXPECT_EQ(batcher_->Run("double", {{"x", Tensor::Of<float>({}, {1})}}, {}).status().code(),
            absl::StatusCode::kInvalidArgument);
  const auto unequal =
      batcher_->Run("double", {{"a", Tensor::Of<float>({2}, {1, 2})}, {"x", Tensor::Of<float>({1}, {1})}}, {});
  EXPECT_EQ(unequal.status().code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(BatcherTest, OutputsMustHaveTheRowsOfTheInputs) {
  Make(Options(8));
  auto shrinks = Send(Tensor::Of<float>({2}, {1, 2}), {}, "shrinks");
  const absl::Status status = shrinks.get().status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(
      std::string(status.message()),
      HasSubstr("Batched output tensor's 0th dimension does not equal the sum of the 0th dimension sizes of the "
                "input tensors"));
  auto sums = Send(Tensor::Of<float>({2}, {1, 2}), {}, "sums");
  EXPECT_THAT(std::string(sums.get().status().message()), HasSubstr("Batched output tensor has 0 dimensions"));
}

TEST_F(BatcherTest, WhatCannotBePutTogetherRunsAlone) {
  Make(Options(2));
  auto declared_scalar = Send(Tensor::Of<float>({3}, {1, 2, 3}), {}, "scalar");
  EXPECT_THAT(Answer(&declared_scalar), ElementsAre(2, 4, 6));
  auto unknown = Send(Tensor::Of<float>({3}, {1, 2, 3}), {}, "unknown");
  EXPECT_THAT(Answer(&unknown), ElementsAre(2, 4, 6));
  auto no_rows = Send(Tensor(DataType::kFloat, {0}));
  EXPECT_TRUE(Answer(&no_rows).empty());
}

TEST_F(BatcherTest, ManyRequestsGetTheirOwnAnswers) {
  BatchingOptions options = Options(7);
  options.large_batch_splitting = true;
  options.max_execution_batch_size = 5;
  options.max_enqueued_batches = 1000;
  options.batch_timeout = absl::Microseconds(100);
  Make(options, 3);
  std::vector<std::thread> senders;
  for (int sender = 0; sender < 8; ++sender) {
    senders.emplace_back([this, sender] {
      for (int i = 0; i < 200; ++i) {
        const int rows = 1 + (sender + i) % 9;
        std::vector<float> values(static_cast<size_t>(rows), static_cast<float>(sender * 1000 + i));
        RunLimits limits;
        if (i % 7 == 0) limits.deadline = absl::Now() + absl::Microseconds(50);
        const auto outputs = batcher_->Run("double", {{"x", Tensor::Of<float>({rows}, values)}}, limits);
        if (!outputs.ok()) {
          ASSERT_EQ(i % 7, 0) << outputs.status();
          continue;
        }
        const Tensor& y = outputs->at("y");
        ASSERT_EQ(y.size(), rows);
        for (int row = 0; row < rows; ++row) ASSERT_EQ(y.data<float>()[row], 2 * values[0]);
      }
    });
  }
  for (std::thread& sender : senders) sender.join();
  EXPECT_EQ(batcher_->QueueLength(), 0);
}

}  // namespace
}  // namespace tiqu::serving
