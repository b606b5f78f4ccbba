#include "serving/text/text_combiner.h"

#include <atomic>
#include <new>
#include <string>
#include <thread>
#include <vector>

#include "gtest/gtest.h"

namespace tiqu::serving {
namespace {

// What was found in a text: the text itself. Each run is written down; the first one waits until it is let go.
class TextCombinerTest : public testing::Test {
 protected:
  using Combiner = TextCombiner<std::string_view, float, std::string>;

  std::vector<std::string> RunTexts(std::span<const std::string_view> texts, float threshold) {
    const bool first = begun_++ == 0;
    while (first && !go_) std::this_thread::yield();
    if (threshold < 0) throw std::bad_alloc();
    runs_.push_back(static_cast<int>(texts.size()));
    return {texts.begin(), texts.end()};
  }

  void Ask(std::vector<std::string> texts, float threshold) {
    threads_.emplace_back([this, texts = std::move(texts), threshold] {
      const std::vector<std::string_view> views(texts.begin(), texts.end());
      const auto results = combiner_.Run(views, threshold, {});
      if (threshold < 0) {
        EXPECT_EQ(results.status().code(), absl::StatusCode::kResourceExhausted);
      } else {
        ASSERT_TRUE(results.ok()) << results.status();
        EXPECT_EQ(*results, texts);
      }
      ++answered_;
    });
  }
  void WaitForFirst() const {
    while (begun_ == 0) std::this_thread::yield();
  }
  void LetGo() {
    absl::SleepFor(absl::Milliseconds(200));  // the others wait by now; nothing but their number of runs depends on it
    go_ = true;
    for (std::thread& thread : threads_) thread.join();
  }

  Combiner combiner_{1, [this](const auto& texts, float threshold) { return RunTexts(texts, threshold); }};
  std::atomic<int> begun_ = 0, answered_ = 0;
  std::atomic<bool> go_ = false;
  std::vector<int> runs_;  // texts of each; one run at a time
  std::vector<std::thread> threads_;
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

TEST_F(TextCombinerTest, ALongTextDoesNotWaitForOthers) {
  Ask({"first"}, 0.5F);
  WaitForFirst();
  const std::string text(9000, 'x');
  const std::string_view views[] = {text};
  const auto results = combiner_.Run(views, 0.5F, {});  // while the first one holds the only turn
  ASSERT_TRUE(results.ok()) << results.status();
  EXPECT_EQ(results->front(), text);
  EXPECT_EQ(answered_, 0);
  LetGo();
}

}  // namespace
}  // namespace tiqu::serving
