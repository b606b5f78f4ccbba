#include "serving/models/job_combiner.h"

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "engine/run_stop.h"
#include "gtest/gtest.h"

namespace tiqu::serving {
namespace {

struct NamedJob : CombinedJob {
  NamedJob(int its_number, int its_kind, int64_t cost) : CombinedJob(cost), number(its_number), kind(its_kind) {}
  bool GoesWith(const CombinedJob& other) const override { return kind == static_cast<const NamedJob&>(other).kind; }
  const int number;
  const int kind;
};

// A combiner whose first job holds the only turn until it is let go; what runs is written down.
class JobCombinerTest : public testing::Test {
 protected:
  void SetUp() override {
    Add(0);
    while (!held_) std::this_thread::yield();
  }
  void TearDown() override { LetGo(); }

  // Comes when those before it wait. Returns where its status will be.
  std::shared_ptr<absl::Status> Add(int kind, int64_t cost = 1, RunLimits limits = {}) {
    const int number = static_cast<int>(threads_.size());
    auto status = std::make_shared<absl::Status>(absl::UnknownError("has not run"));
    threads_.emplace_back([this, number, kind, cost, limits, status] {
      NamedJob job(number, kind, cost);
      *status = combiner_.Run(&job, limits, [this](auto jobs) { Run(jobs); });
    });
    if (number > 0) {
      ++expected_;
      const absl::Time until = absl::Now() + absl::Seconds(10);
      while (combiner_.waiting() != expected_ && absl::Now() < until) std::this_thread::yield();
      EXPECT_EQ(combiner_.waiting(), expected_);
    }
    return status;
  }

  void LetGo() {
    go_ = true;
    for (std::thread& thread : threads_) {
      if (thread.joinable()) thread.join();
    }
  }

  std::vector<std::vector<int>> runs() const { return runs_; }

  JobCombiner combiner_{1};
  int expected_ = 0;
  std::function<void(int run)> during_run_ = [](int) {};

 private:
  void Run(std::span<CombinedJob* const> jobs) {
    std::vector<int> numbers;
    for (const CombinedJob* job : jobs) numbers.push_back(static_cast<const NamedJob*>(job)->number);
    runs_.push_back(numbers);  // one run at a time
    during_run_(static_cast<int>(runs_.size()) - 1);
    if (numbers.front() != 0) return;
    held_ = true;
    while (!go_) std::this_thread::yield();
  }

  std::atomic<bool> held_ = false;
  std::atomic<bool> go_ = false;
  std::vector<std::vector<int>> runs_;
  std::vector<std::thread> threads_;
};

TEST_F(JobCombinerTest, HalfOfThoseWhoWaitGoTogetherInTheirOrder) {
  std::vector<std::shared_ptr<absl::Status>> statuses;
  for (int i = 0; i < 7; ++i) statuses.push_back(Add(0));
  LetGo();
  EXPECT_EQ(runs(), (std::vector<std::vector<int>>{{0}, {1, 2, 3, 4}, {5, 6}, {7}}));
  for (const auto& status : statuses) EXPECT_TRUE(status->ok()) << *status;
}

TEST_F(JobCombinerTest, OnlyWhatGoesTogetherIsTakenAlong) {
  for (const int kind : {0, 1, 0, 1}) Add(kind);
  LetGo();
  EXPECT_EQ(runs(), (std::vector<std::vector<int>>{{0}, {1, 3}, {2}, {4}}));
}

TEST_F(JobCombinerTest, WhatWouldBeTooMuchIsLeftForLater) {
  Add(0, JobCombiner::kMostCost - 1);
  Add(0, 2);
  Add(0, 1);
  LetGo();
  EXPECT_EQ(runs(), (std::vector<std::vector<int>>{{0}, {1, 3}, {2}}));
}

TEST_F(JobCombinerTest, ADeadlineEndsTheWaitAndNothingRuns) {
  RunLimits limits;
  limits.deadline = absl::Now() + absl::Seconds(1);
  const auto status = Add(0, 1, limits);
  while (combiner_.waiting() != 0) absl::SleepFor(absl::Milliseconds(1));
  LetGo();
  EXPECT_EQ(*status, absl::DeadlineExceededError("Timed out waiting for notification"));
  EXPECT_EQ(runs().size(), 1U);
}

TEST_F(JobCombinerTest, ARunIsStoppedWhenNobodyWaitsForIt) {
  std::atomic<bool> first_gone = false, second_gone = false;
  RunLimits first, second;
  first.cancelled = [&] { return first_gone.load(); };
  second.cancelled = [&] { return second_gone.load(); };
  const auto one = Add(0, 1, first), two = Add(0, 1, second), three = Add(0, 1);
  std::vector<absl::Status> asked;
  during_run_ = [&](int run) {
    if (run != 1) return;
    asked.push_back(engine::ScopedRunStop::Ask());
    first_gone = true;
    asked.push_back(engine::ScopedRunStop::Ask());
    second_gone = true;
    asked.push_back(engine::ScopedRunStop::Ask());
  };
  LetGo();
  ASSERT_EQ(runs(), (std::vector<std::vector<int>>{{0}, {1, 2}, {3}}));
  EXPECT_TRUE(asked[0].ok());
  EXPECT_TRUE(asked[1].ok());
  EXPECT_EQ(asked[2].code(), absl::StatusCode::kCancelled);
  EXPECT_EQ(one->code(), absl::StatusCode::kCancelled);
  EXPECT_EQ(two->code(), absl::StatusCode::kCancelled);
  EXPECT_TRUE(three->ok());
}

TEST(JobCombinerWidthTest, NoMoreThanItsWidthRunAndEveryJobRunsOnce) {
  JobCombiner combiner(2);
  std::atomic<int> inside = 0, most = 0, ran = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      for (int run = 0; run < 200; ++run) {
        NamedJob job(0, run % 2, 1);
        const absl::Status status = combiner.Run(&job, {}, [&](auto jobs) {
          const int now = ++inside;
          int seen = most;
          while (seen < now && !most.compare_exchange_weak(seen, now)) {
          }
          ran += static_cast<int>(jobs.size());
          std::this_thread::yield();
          --inside;
        });
        ASSERT_TRUE(status.ok());
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_LE(most, 2);
  EXPECT_EQ(ran, 8 * 200);
  EXPECT_EQ(combiner.waiting(), 0);
}

}  // namespace
}  // namespace tiqu::serving
