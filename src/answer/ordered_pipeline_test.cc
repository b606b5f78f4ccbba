#include "answer/ordered_pipeline.h"

#include <pthread.h>
#include <signal.h>

#include <atomic>
#include <new>

#include "gtest/gtest.h"

namespace tiqu::answer {
namespace {

// Some work whose length differs from item to item, so that results come out of turn.
int Twice(int item) {
  volatile int sum = 0;
  for (int i = 0; i < (item * 7919) % 5000; ++i) sum = sum + i;
  return 2 * item;
}

TEST(OrderedPipelineTest, ResultsKeepTheOrderWhateverTheWorkers) {
  for (int workers = 1; workers <= 6; ++workers) {
    std::vector<int> results;
    OrderedPipeline<int, int> pipeline(workers, Twice, [&](int result) {
      results.push_back(result);
      return absl::OkStatus();
    });
    for (int i = 0; i < 500; ++i) ASSERT_TRUE(pipeline.Push(i));
    ASSERT_TRUE(pipeline.Finish().ok());
    ASSERT_EQ(results.size(), 500U);
    for (int i = 0; i < 500; ++i) EXPECT_EQ(results[static_cast<size_t>(i)], 2 * i);
  }
}

TEST(OrderedPipelineTest, NeverHoldsMoreThanItsBound) {
  constexpr int kWorkers = 3;
  std::atomic<int> in_flight = 0;
  std::atomic<int> most = 0;
  OrderedPipeline<int, int> pipeline(kWorkers, Twice, [&](int) {
    --in_flight;
    return absl::OkStatus();
  });
  for (int i = 0; i < 500; ++i) {
    ASSERT_TRUE(pipeline.Push(i));
    most = std::max(most.load(), ++in_flight);
  }
  ASSERT_TRUE(pipeline.Finish().ok());
  EXPECT_LE(most, kWorkers + 3);  // one more is consumed but not yet counted off
}

TEST(OrderedPipelineTest, AFailingConsumerStopsEverything) {
  int consumed = 0;
  OrderedPipeline<int, int> pipeline(
      3, Twice, [&](int) { return ++consumed < 50 ? absl::OkStatus() : absl::ResourceExhaustedError("full"); });
  bool stopped = false;
  for (int i = 0; i < 1000 && !stopped; ++i) stopped = !pipeline.Push(i);
  EXPECT_TRUE(stopped);
  EXPECT_EQ(pipeline.Finish().message(), "full");
  EXPECT_EQ(consumed, 50);
}

TEST(OrderedPipelineTest, RunningOutOfMemoryIsAStatus) {
  const auto work = [](int item) {
    if (item == 10) throw std::bad_alloc();
    return item;
  };
  OrderedPipeline<int, int> pipeline(2, work, [](int) { return absl::OkStatus(); });
  for (int i = 0; i < 100; ++i) {
    if (!pipeline.Push(i)) break;
  }
  EXPECT_EQ(pipeline.Finish().code(), absl::StatusCode::kResourceExhausted);
}

TEST(OrderedPipelineTest, AThreadThatCannotBeStartedIsAStatus) {
  pthread_attr_t before;
  ASSERT_EQ(pthread_getattr_default_np(&before), 0);
  pthread_attr_t huge;
  pthread_attr_init(&huge);
  // A stack larger than the address space.
  ASSERT_EQ(pthread_attr_setstacksize(&huge, size_t{1} << 50), 0);
  ASSERT_EQ(pthread_setattr_default_np(&huge), 0);
  {
    OrderedPipeline<int, int> pipeline(2, Twice, [](int) { return absl::OkStatus(); });
    EXPECT_FALSE(pipeline.Push(1));
    EXPECT_EQ(pipeline.status().code(), absl::StatusCode::kResourceExhausted);
    const absl::Status status = pipeline.Finish();
    EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
    EXPECT_EQ(status.message().find("no thread can be started: "), 0U) << status;
  }
  EXPECT_EQ(pthread_setattr_default_np(&before), 0);
  pthread_attr_destroy(&huge);
  pthread_attr_destroy(&before);
  sigset_t mask;
  pthread_sigmask(SIG_SETMASK, nullptr, &mask);
  EXPECT_FALSE(sigismember(&mask, SIGINT));
}

TEST(OrderedPipelineTest, MayBeDroppedAtAnyTime) {
  for (int round = 0; round < 50; ++round) {
    OrderedPipeline<int, int> pipeline(2, Twice, [](int) { return absl::OkStatus(); });
    for (int i = 0; i < round % 4; ++i) ASSERT_TRUE(pipeline.Push(i));
  }
}

}  // namespace
}  // namespace tiqu::answer
