#include "serving/batching/batching_options.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "serving/models/text_config.h"

namespace tiqu::serving {
namespace {

using testing::ElementsAre;

absl::StatusOr<BatchingOptions> OptionsOf(const std::string& text) {
  tensorflow::serving::BatchingParameters parameters;
  const absl::Status status = ParseTextConfig(text, &parameters);
  EXPECT_TRUE(status.ok()) << status;
  return MakeBatchingOptions(parameters);
}

TEST(BatchingOptionsTest, WhatIsNotSetHasItsDefault) {
  const auto options = OptionsOf("");
  ASSERT_TRUE(options.ok());
  EXPECT_EQ(options->max_batch_size, 1000);
  EXPECT_EQ(options->batch_timeout, absl::ZeroDuration());
  EXPECT_EQ(options->max_enqueued_batches, 10);
  EXPECT_EQ(options->max_execution_batch_size, 1000);
  EXPECT_TRUE(options->allowed_batch_sizes.empty());
  EXPECT_FALSE(options->pad_variable_length_inputs);
  EXPECT_FALSE(options->large_batch_splitting);
}

TEST(BatchingOptionsTest, EveryFieldIsRead) {
  const auto options = OptionsOf(
      "max_batch_size { value: 128 } batch_timeout_micros { value: 2000 } max_enqueued_batches { value: 1000000 } "
      "num_batch_threads { value: 8 } thread_pool_name { value: 'p' } allowed_batch_sizes: 4 allowed_batch_sizes: 16 "
      "pad_variable_length_inputs: true enable_large_batch_splitting { value: true } "
      "max_execution_batch_size { value: 16 }");
  ASSERT_TRUE(options.ok()) << options.status();
  EXPECT_EQ(options->max_batch_size, 128);
  EXPECT_EQ(options->batch_timeout, absl::Milliseconds(2));
  EXPECT_EQ(options->max_enqueued_batches, 1000000);
  EXPECT_THAT(options->allowed_batch_sizes, ElementsAre(4, 16));
  EXPECT_TRUE(options->pad_variable_length_inputs);
  EXPECT_TRUE(options->large_batch_splitting);
  EXPECT_EQ(options->max_execution_batch_size, 16);
}

TEST(BatchingOptionsTest, EachFaultHasItsText) {
  const struct {
    std::string text;
    std::string message;
  } cases[] = {
      {"max_batch_size { value: 8 } allowed_batch_sizes: 2 allowed_batch_sizes: 4",
       "Last entry in allowed_batch_sizes must match max_batch_size; last entry was 4; expected 8"},
      {"max_batch_size { value: 8 } allowed_batch_sizes: 4 allowed_batch_sizes: 2 allowed_batch_sizes: 8",
       "allowed_batch_sizes entries must be in increasing order"},
      {"max_batch_size { value: 8 } allowed_batch_sizes: 8 allowed_batch_sizes: 8",
       "allowed_batch_sizes entries must be in increasing order"},
      {"max_batch_size { value: 8 } allowed_batch_sizes: 0 allowed_batch_sizes: 8",
       "allowed_batch_sizes must be positive; was 0"},
      {"max_batch_size { value: 8 } allowed_batch_sizes: 8 enable_large_batch_splitting { value: true } "
       "max_execution_batch_size { value: 4 }",
       "Last entry in allowed_batch_sizes must match max_execution_batch_size; last entry was 8; expected 4"},
      {"max_batch_size { value: 0 }", "max_batch_size must be positive; was 0"},
      {"batch_timeout_micros { value: -1 }", "batch_timeout_micros must be non-negative; was -1"},
      {"max_enqueued_batches { value: -1 }", "max_enqueued_batches must be non-negative; was -1"},
      {"max_batch_size { value: 8 } enable_large_batch_splitting { value: true } max_execution_batch_size { value: 9 }",
       "max_execution_batch_size must be at most max_batch_size; was 9; max_batch_size is 8"},
  };
  for (const auto& [text, message] : cases) {
    EXPECT_EQ(OptionsOf(text).status(), absl::InvalidArgumentError(message)) << text;
  }
}

TEST(BatchingOptionsTest, ThereIsAtLeastOneThread) {
  tensorflow::serving::BatchingParameters parameters;
  EXPECT_GE(BatchThreads(parameters).value(), 1);
  parameters.mutable_num_batch_threads()->set_value(3);
  EXPECT_EQ(BatchThreads(parameters).value(), 3);
  parameters.mutable_num_batch_threads()->set_value(0);
  EXPECT_FALSE(BatchThreads(parameters).ok());
}

}  // namespace
}  // namespace tiqu::serving
