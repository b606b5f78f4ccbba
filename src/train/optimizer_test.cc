#include "train/optimizer.h"

#include <cmath>

#include "gtest/gtest.h"
#include "train/schedule.h"

namespace tiqu::train {
namespace {

// Relative: 1 - 0.999 as a float is 1.3e-5 off.
constexpr double kRounding = 2e-5;

// Two steps of one weight, worked out by hand:
//   g = 0.5:  m = 0.05, v = 0.00025;      corrected 0.5 and 0.25             -> w -= 0.1 * 1
//   g = -1:   m = -0.055, v = 0.00124975; corrected -0.2894737, 0.6251876    -> w += 0.1 * 0.3661036
TEST(OptimizerTest, AdamByHand) {
  AdamState state(1, /*keep_average=*/true);
  state.average[0] = 1.0F;
  float weight = 1.0F;
  float gradient = 0.5F;
  UpdateSlice({.rate = 0.1, .ema_decay = 0.999, .step = 1}, 0, 1, &gradient, &state, &weight);
  EXPECT_NEAR(weight, 0.9, 1e-6);
  EXPECT_NEAR(state.first_moment[0], 0.05, 1e-7);
  EXPECT_NEAR(state.second_moment[0], 0.00025, 0.00025 * kRounding);
  EXPECT_NEAR(state.average[0], 2.0 / 11 * 1.0 + 9.0 / 11 * 0.9, 1e-6);  // k = (1 + 1) / (10 + 1)
  gradient = -1.0F;
  UpdateSlice({.rate = 0.1, .ema_decay = 0.0, .step = 2}, 0, 1, &gradient, &state, &weight);
  EXPECT_NEAR(weight, 0.9 + 0.1 * 0.3661036, 1e-6);
  EXPECT_NEAR(state.second_moment[0], 0.00124975, 0.00124975 * kRounding);
  EXPECT_NEAR(state.average[0], weight, 1e-7);
}

TEST(OptimizerTest, ClippingScalesTheGradient) {
  EXPECT_DOUBLE_EQ(ClipScale(10.0, 5.0), 0.5);
  EXPECT_DOUBLE_EQ(ClipScale(4.0, 5.0), 1.0);
  EXPECT_DOUBLE_EQ(ClipScale(4.0, 0.0), 1.0);
  AdamState state(1, false);
  float weight = 0.0F;
  const float gradient = 10.0F;
  UpdateSlice({.rate = 0.1, .gradient_scale = 0.5, .step = 1}, 0, 1, &gradient, &state, &weight);
  EXPECT_NEAR(state.first_moment[0], 0.5, 1e-6);
  EXPECT_NEAR(state.second_moment[0], 0.025, 0.025 * kRounding);
  EXPECT_TRUE(state.average.empty());
}

TEST(OptimizerTest, SlicesMakeTheWhole) {
  constexpr int64_t kSize = 101;
  std::vector<float> gradient(kSize);
  for (int64_t i = 0; i < kSize; ++i) gradient[static_cast<size_t>(i)] = std::sin(static_cast<float>(i));
  AdamState whole(kSize, true);
  AdamState parts(kSize, true);
  std::vector<float> a(kSize, 1.0F);
  std::vector<float> b(kSize, 1.0F);
  for (int64_t step = 1; step <= 3; ++step) {
    const AdamUpdate update = {.rate = 0.01, .ema_decay = 0.9, .step = step};
    UpdateSlice(update, 0, kSize, gradient.data(), &whole, a.data());
    UpdateSlice(update, 0, 48, gradient.data(), &parts, b.data());
    UpdateSlice(update, 48, kSize, gradient.data(), &parts, b.data());
  }
  for (size_t i = 0; i < a.size(); ++i) {
    EXPECT_NEAR(a[i], b[i], 1e-6F);
    EXPECT_NEAR(whole.average[i], parts.average[i], 1e-6F);
  }
}

TEST(ScheduleTest, RisesThenFallsAsACosine) {
  OptimizerOptions options;
  options.learning_rate = 2.0;
  options.warmup_fraction = 0.2;
  options.final_fraction = 0.1;
  EXPECT_NEAR(LearningRate(options, 0.0), 0.02, 1e-12);  // never quite zero
  EXPECT_NEAR(LearningRate(options, 0.1), 1.0, 1e-12);
  EXPECT_NEAR(LearningRate(options, 0.2), 2.0, 1e-12);
  EXPECT_NEAR(LearningRate(options, 0.6), 0.2 + 1.8 * 0.5, 1e-12);
  EXPECT_NEAR(LearningRate(options, 1.0), 0.2, 1e-12);
  for (double p = 0.2; p < 0.99; p += 0.01) EXPECT_GT(LearningRate(options, p), LearningRate(options, p + 0.01));
}

TEST(ScheduleTest, NoWarmUpStartsAtTheTop) {
  OptimizerOptions options;
  options.warmup_fraction = 0;
  EXPECT_DOUBLE_EQ(LearningRate(options, 0.0), options.learning_rate);
  EXPECT_NEAR(LearningRate(options, 1.0), 0.0, 1e-12);
}

TEST(ScheduleTest, ProgressIsTheLargerOfStepsAndTime) {
  EXPECT_DOUBLE_EQ(TrainingProgress({.step = 25, .total_steps = 100}), 0.25);
  EXPECT_DOUBLE_EQ(TrainingProgress({.step = 25, .total_steps = 100, .seconds = 30, .limit_seconds = 60}), 0.5);
  EXPECT_DOUBLE_EQ(TrainingProgress({.step = 25, .total_steps = 100, .seconds = 3, .limit_seconds = 60}), 0.25);
  EXPECT_DOUBLE_EQ(TrainingProgress({.step = 250, .total_steps = 100}), 1.0);
  EXPECT_DOUBLE_EQ(TrainingProgress({.step = 1, .total_steps = 0}), 1.0);
}

}  // namespace
}  // namespace tiqu::train
