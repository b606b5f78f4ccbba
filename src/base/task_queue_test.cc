#include "base/task_queue.h"

#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

#include "gtest/gtest.h"

namespace tiqu {
namespace {

// Work that waits until it is let go.
class Blockers {
 public:
  void SubmitTo(TaskQueue* pool, int count) {
    for (int i = 0; i < count; ++i) {
      pool->Submit([this] {
        ++running_;
        while (!go_) std::this_thread::sleep_for(std::chrono::milliseconds(1));
      });
    }
  }
  void WaitForRunning(int count) const {
    while (running_ != count) std::this_thread::yield();
  }
  void LetGo() { go_ = true; }
  int running() const { return running_; }

 private:
  std::atomic<int> running_ = 0;
  std::atomic<bool> go_ = false;
};

TEST(TaskQueueTest, OneThreadWorksInOrderAndOffBeforeItEnds) {
  std::vector<int> order;
  {
    TaskQueue pool(1);
    for (int i = 0; i < 100; ++i) pool.Submit([&order, i] { order.push_back(i); });
  }
  ASSERT_EQ(order.size(), 100U);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(order[i], i);
}

TEST(TaskQueueTest, StartsAThreadWhereNoneIsFreeUpToTheMost) {
  Blockers blockers;
  TaskQueue pool(3);
  EXPECT_EQ(pool.threads(), 1);
  blockers.SubmitTo(&pool, 2);
  blockers.WaitForRunning(2);
  EXPECT_EQ(pool.threads(), 2);
  blockers.SubmitTo(&pool, 5);
  blockers.WaitForRunning(3);
  EXPECT_EQ(pool.threads(), 3);
  blockers.LetGo();
  blockers.WaitForRunning(7);
}

TEST(TaskQueueTest, WorkOneAfterTheOtherNeedsOneThread) {
  TaskQueue pool(8);
  for (int i = 1; i <= 20; ++i) {
    std::atomic<bool> done = false;
    pool.Submit([&done] { done = true; });
    while (!done) std::this_thread::yield();
    // Done is not yet idle: wait until the thread is, which nothing but a moment tells.
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  EXPECT_LE(pool.threads(), 2);
}

}  // namespace
}  // namespace tiqu
