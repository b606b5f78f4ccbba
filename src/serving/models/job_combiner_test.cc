#include "serving/models/job_combiner.h"

#include <atomic>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "base/open_count.h"
#include "base/task_queue.h"
#include "engine/run_stop.h"
#include "gtest/gtest.h"

namespace tiqu::serving {
namespace {

struct NamedJob : CombinedJob {
  NamedJob(int its_number, int its_kind, int64_t cost, const RunLimits& limits,
           std::function<void(const absl::Status&)> its_done)
      : CombinedJob(cost, limits), number(its_number), kind(its_kind), done(std::move(its_done)) {}
  bool GoesWith(const CombinedJob& other) const override { return kind == static_cast<const NamedJob&>(other).kind; }
  void Finish(const absl::Status& status) override { done(status); }
  const int number;
  const int kind;
  const std::function<void(const absl::Status&)> done;
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
  std::shared_ptr<absl::Status> Add(int kind, int64_t cost = 1, const RunLimits& limits = {}) {
    auto status = std::make_shared<absl::Status>(absl::UnknownError("has not run"));
    unfinished_.Add();
    combiner_->Add(std::make_unique<NamedJob>(count_++, kind, cost, limits, [this, status](const absl::Status& given) {
      *status = given;
      unfinished_.Remove();
    }));
    return status;
  }

  void LetGo() {
    go_ = true;
    unfinished_.WaitForNone();
  }

  std::vector<std::vector<int>> runs() const { return runs_; }

  std::function<void(int run)> during_run_ = [](int) {};

 private:
  void Run(std::span<CombinedJob* const> jobs) {
    std::vector<int> numbers;
    for (const CombinedJob* job : jobs) numbers.push_back(static_cast<const NamedJob*>(job)->number);
    runs_.push_back(numbers);  // one run at a time
    during_run_(static_cast<int>(runs_.size()) - 1);
    if (numbers.front() != 0) return;
    held_ = true;
    while (!go_) {
      static_cast<void>(engine::ScopedRunStop::Ask());  // as the engine does
      std::this_thread::yield();
    }
  }

  std::atomic<bool> held_ = false;
  std::atomic<bool> go_ = false;
  std::vector<std::vector<int>> runs_;
  OpenCount unfinished_;
  int count_ = 0;
  TaskQueue threads_{1};

 protected:
  std::shared_ptr<JobCombiner> combiner_ =
      std::make_shared<JobCombiner>(&threads_, 1, [this](auto jobs) { Run(jobs); });
};

TEST_F(JobCombinerTest, HalfOfThoseWhoWaitGoTogetherInTheirOrder) {
  std::vector<std::shared_ptr<absl::Status>> statuses;
  for (int i = 0; i < 7; ++i) statuses.push_back(Add(0));
  LetGo();
  EXPECT_EQ(runs(), (std::vector<std::vector<int>>{{0}, {1, 2, 3, 4}, {5, 6, 7}}));
  for (const auto& status : statuses) EXPECT_TRUE(status->ok()) << *status;
}

TEST_F(JobCombinerTest, OnlyWhatGoesTogetherIsTakenAlong) {
  for (const int kind : {0, 1, 0, 1}) Add(kind);
  LetGo();
  EXPECT_EQ(runs(), (std::vector<std::vector<int>>{{0}, {1, 3}, {2, 4}}));
}

TEST_F(JobCombinerTest, WhatWouldBeTooMuchIsLeftForLater) {
  Add(0, JobCombiner::kMostCost - 1);
  Add(0, 2);
  Add(0, 1);
  LetGo();
  EXPECT_EQ(runs(), (std::vector<std::vector<int>>{{0}, {1, 3}, {2}}));
}

// The next batch is as large as the last one when its clients ask again at once.
TEST_F(JobCombinerTest, ClientsThatAskAgainComeToEqualBatches) {
  for (int i = 0; i < 7; ++i) Add(0);
  during_run_ = [this](int run) {
    if (run == 0) return;
    if (run < 5) {
      for (size_t i = runs()[static_cast<size_t>(run) - 1].size(); i > 0; --i) Add(0);
    }
  };
  LetGo();
  std::vector<size_t> sizes;
  for (const auto& run : runs()) sizes.push_back(run.size());
  EXPECT_EQ(sizes, (std::vector<size_t>{1, 4, 4, 4, 4, 4}));
}

TEST_F(JobCombinerTest, ADeadlineEndsTheWaitAndNothingRuns) {
  RunLimits limits;
  limits.deadline = absl::Now() + absl::Milliseconds(200);
  const auto status = Add(0, 1, limits);
  EXPECT_EQ(combiner_->waiting(), 1);
  while (combiner_->waiting() != 0) absl::SleepFor(absl::Milliseconds(1));
  LetGo();
  EXPECT_EQ(*status, absl::DeadlineExceededError("Timed out waiting for notification"));
  EXPECT_EQ(runs().size(), 1U);
}

TEST_F(JobCombinerTest, WhatIsLateAlreadyIsFinishedAtOnce) {
  RunLimits limits;
  limits.deadline = absl::Now();
  EXPECT_EQ(Add(0, 1, limits)->code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_EQ(combiner_->waiting(), 0);
}

TEST_F(JobCombinerTest, WhoComesWhenTooManyWaitIsToldAtOnce) {
  std::vector<std::shared_ptr<absl::Status>> waiting;
  for (size_t i = 0; i < JobCombiner::kMostWaiting; ++i) waiting.push_back(Add(0));
  EXPECT_EQ(*Add(0), absl::UnavailableError("The queue of texts has reached its limit of 10000"));
  LetGo();
  for (const auto& status : waiting) ASSERT_TRUE(status->ok()) << *status;
}

TEST_F(JobCombinerTest, ARunIsStoppedWhenNobodyWaitsForIt) {
  std::atomic<bool> first_gone = false, second_gone = false;
  RunLimits first, second;
  first.cancelled = [&] { return first_gone.load(); };
  second.cancelled = [&] { return second_gone.load(); };
  const auto one = Add(0, 1, first), two = Add(0, 1, second), three = Add(0, 1), four = Add(0, 1);
  std::vector<absl::Status> asked;
  during_run_ = [&](int run) {
    if (run != 1) return;
    const auto ask = [&] {
      absl::SleepFor(absl::Milliseconds(5));  // clients are not asked more often than that
      asked.push_back(engine::ScopedRunStop::Ask());
    };
    ask();
    first_gone = true;
    ask();
    second_gone = true;
    ask();
  };
  LetGo();
  ASSERT_EQ(runs(), (std::vector<std::vector<int>>{{0}, {1, 2, 3}, {4}}));
  EXPECT_TRUE(asked[0].ok());
  EXPECT_TRUE(asked[1].ok());
  EXPECT_TRUE(asked[2].ok());  // the third is still waited for
  EXPECT_EQ(one->code(), absl::StatusCode::kCancelled);
  EXPECT_EQ(two->code(), absl::StatusCode::kCancelled);
  EXPECT_TRUE(three->ok());
  EXPECT_TRUE(four->ok());
}

TEST_F(JobCombinerTest, ARunOfOneIsStoppedWithItsClient) {
  std::atomic<bool> gone = false;
  RunLimits limits;
  limits.cancelled = [&] { return gone.load(); };
  const auto status = Add(0, 1, limits);
  absl::Status asked;
  during_run_ = [&](int run) {
    if (run != 1) return;
    gone = true;
    absl::SleepFor(absl::Milliseconds(5));
    asked = engine::ScopedRunStop::Ask();
  };
  LetGo();
  EXPECT_EQ(asked.code(), absl::StatusCode::kCancelled);
  EXPECT_EQ(status->code(), absl::StatusCode::kCancelled);
}

TEST(JobCombinerWidthTest, NoMoreThanItsWidthRunAndEveryJobRunsOnce) {
  TaskQueue queue(4);
  std::atomic<int> inside = 0, most = 0, ran = 0, finished = 0;
  const auto combiner = std::make_shared<JobCombiner>(&queue, 2, [&](auto jobs) {
    const int now = ++inside;
    int seen = most;
    while (seen < now && !most.compare_exchange_weak(seen, now)) {
    }
    ran += static_cast<int>(jobs.size());
    std::this_thread::yield();
    --inside;
  });
  OpenCount unfinished;
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      for (int run = 0; run < 200; ++run) {
        unfinished.Add();
        combiner->Add(std::make_unique<NamedJob>(0, run % 2, 1, RunLimits(), [&](const absl::Status& status) {
          if (status.ok()) ++finished;
          unfinished.Remove();
        }));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  unfinished.WaitForNone();
  EXPECT_LE(most, 2);
  EXPECT_EQ(ran, 8 * 200);
  EXPECT_EQ(finished, 8 * 200);
  EXPECT_EQ(combiner->waiting(), 0);
}

// Then the first runner hands its next batch on while the threads end.
TEST(JobCombinerEndTest, TheThreadsMayEndWithTheLastAnswer) {
  for (int round = 0; round < 200; ++round) {
    std::atomic<int> finished = 0;
    {
      TaskQueue queue(2);
      const auto combiner = std::make_shared<JobCombiner>(&queue, 2, [](auto /*jobs*/) {});
      combiner->Add(std::make_unique<NamedJob>(0, 0, 1, RunLimits(), [&](const absl::Status&) { ++finished; }));
      while (finished == 0) std::this_thread::yield();
    }
    EXPECT_EQ(finished, 1);
  }
}

// The last handle of a model may go with the last answer.
TEST(JobCombinerEndTest, ACombinerMayGoBeforeItsJobs) {
  TaskQueue queue(1);
  std::atomic<bool> go = false;
  OpenCount unfinished;
  auto combiner = std::make_shared<JobCombiner>(&queue, 1, [&](auto /*jobs*/) {
    while (!go) std::this_thread::yield();
  });
  for (int i = 0; i < 3; ++i) {
    unfinished.Add();
    combiner->Add(
        std::make_unique<NamedJob>(i, 0, 1, RunLimits(), [&](const absl::Status& /*status*/) { unfinished.Remove(); }));
  }
  combiner.reset();
  go = true;
  unfinished.WaitForNone();
}

}  // namespace
}  // namespace tiqu::serving
