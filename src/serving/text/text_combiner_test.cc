#include "serving/text/text_combiner.h"

#include <atomic>
#include <memory>
#include <mutex>
#include <new>
#include <string>
#include <thread>
#include <vector>

#include "base/open_count.h"
#include "engine/run_stop.h"
#include "gtest/gtest.h"
#include "serving/models/wait_for.h"

namespace tiqu::serving {
namespace {

// What was found in a text: the text itself. Each run is written down; the first one waits until it is let go.
class TextCombinerTest : public testing::Test {
 protected:
  using Combiner = TextCombiner<std::string_view, float, std::string>;
  using Results = absl::StatusOr<std::vector<std::string>>;

  std::vector<std::string> RunTexts(std::span<const std::string_view> texts, float threshold) {
    const bool first = begun_++ == 0;
    while (first && !go_) std::this_thread::yield();
    if (threshold < 0) throw std::bad_alloc();
    const std::lock_guard<std::mutex> lock(mutex_);  // long ones run beside the others
    runs_.push_back(static_cast<int>(texts.size()));
    return {texts.begin(), texts.end()};
  }

  void Ask(std::vector<std::string> texts, float threshold) {
    const auto held = std::make_shared<const std::vector<std::string>>(std::move(texts));
    unfinished_.Add();
    combiner_.Start({held->begin(), held->end()}, threshold, {}, [this, held, threshold](const Results& results) {
      if (threshold < 0) {
        EXPECT_EQ(results.status().code(), absl::StatusCode::kResourceExhausted);
      } else {
        EXPECT_TRUE(results.ok()) << results.status();
        if (results.ok()) {
          EXPECT_EQ(*results, *held);
        }
      }
      ++answered_;
      unfinished_.Remove();
    });
  }
  void WaitForFirst() const {
    while (begun_ == 0) std::this_thread::yield();
  }
  void LetGo() {
    go_ = true;
    unfinished_.WaitForNone();
  }

  TextThreads threads_{1};
  Combiner combiner_{&threads_, [this](const auto& texts, float threshold) { return RunTexts(texts, threshold); }};
  std::atomic<int> begun_ = 0, answered_ = 0;
  std::atomic<bool> go_ = false;
  std::mutex mutex_;
  std::vector<int> runs_;  // texts of each
  OpenCount unfinished_;
};

TEST_F(TextCombinerTest, EachRequestGetsTheResultsOfItsOwnTexts) {
  Ask({"first"}, 0.5F);
  WaitForFirst();
  for (int i = 0; i < 6; ++i) Ask(std::vector<std::string>(static_cast<size_t>(i % 3 + 1), std::to_string(i)), 0.5F);
  LetGo();
  EXPECT_EQ(answered_, 7);
  EXPECT_LT(runs_.size(), 7U);  // some ran together
}

TEST_F(TextCombinerTest, TextsUnderOtherRulesDoNotRunTogether) {
  Ask({"first"}, 0.5F);
  WaitForFirst();
  for (const float threshold : {0.1F, 0.2F, 0.3F, 0.4F}) Ask({std::to_string(threshold)}, threshold);
  LetGo();
  EXPECT_EQ(runs_, std::vector<int>(5, 1));
}

TEST_F(TextCombinerTest, WhatNeedsTooMuchMemorySaysSoAndTheTurnGoesOn) {
  Ask({"first"}, 0.5F);
  WaitForFirst();
  Ask({"too much"}, -1.0F);
  Ask({"last"}, 0.5F);
  LetGo();
  EXPECT_EQ(answered_, 3);
  EXPECT_EQ(runs_, std::vector<int>(2, 1));
}

// A text is work even if it is empty: so many of them are long.
TEST_F(TextCombinerTest, ManyEmptyTextsDoNotGoWithOthers) {
  Ask({"first"}, 0.5F);
  WaitForFirst();
  const auto results = WaitFor<Results>(
      [&](auto done) { combiner_.Start(std::vector<std::string_view>(1000), 0.5F, {}, std::move(done)); });
  ASSERT_TRUE(results.ok()) << results.status();
  EXPECT_EQ(results->size(), 1000U);
  EXPECT_EQ(answered_, 0);
  LetGo();
}

TEST_F(TextCombinerTest, ALongTextDoesNotWaitForOthers) {
  Ask({"first"}, 0.5F);
  WaitForFirst();
  const std::string text(9000, 'x');
  // While the first one holds the only turn.
  const auto results = WaitFor<Results>([&](auto done) { combiner_.Start({text}, 0.5F, {}, std::move(done)); });
  ASSERT_TRUE(results.ok()) << results.status();
  EXPECT_EQ(results->front(), text);
  EXPECT_EQ(answered_, 0);
  LetGo();
}

TEST(LongTextsTest, OneThatWaitsIsFinishedAtItsDeadlineWhileOthersHoldAllThreads) {
  using Results = absl::StatusOr<std::vector<int>>;
  TextThreads threads(1);
  std::atomic<bool> go = false;
  TextCombiner<std::string_view, float, int> combiner(&threads, [&](const auto& texts, float /*rules*/) {
    while (!go && engine::ScopedRunStop::Ask().ok()) absl::SleepFor(absl::Milliseconds(1));
    return std::vector<int>(texts.size());
  });
  const std::string text(9000, 'x');
  OpenCount unfinished;
  for (int i = 0; i < threads.most_alone(); ++i) {
    unfinished.Add();
    combiner.Start({text}, 0.5F, {}, [&](const Results& results) {
      EXPECT_TRUE(results.ok());
      unfinished.Remove();
    });
  }
  RunLimits limits;
  limits.deadline = absl::Now() + absl::Milliseconds(100);
  const auto results = WaitFor<Results>([&](auto done) { combiner.Start({text}, 0.5F, limits, std::move(done)); });
  EXPECT_EQ(results.status().code(), absl::StatusCode::kDeadlineExceeded);
  go = true;
  unfinished.WaitForNone();
}

}  // namespace
}  // namespace tiqu::serving
