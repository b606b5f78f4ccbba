#include "engine/kernels/elementwise.h"

#include <cmath>
#include <functional>
#include <limits>
#include <vector>

#include "gtest/gtest.h"
#include "hwy/targets.h"

namespace tiqu::kernels {
namespace {

using Kernel = void (*)(int64_t, const float*, float*);

// Runs `check` under every instruction set of this machine that the kernels are built for.
void OnEveryTarget(const std::function<void()>& check) {
  for (const int64_t target : hwy::SupportedAndGeneratedTargets()) {
    SCOPED_TRACE(hwy::TargetName(target));
    hwy::SetSupportedTargetsForTest(target);
    check();
  }
  hwy::SetSupportedTargetsForTest(0);
}

void ExpectAccurate(Kernel kernel, const std::function<double(double)>& exact, double low, double high) {
  constexpr int kCount = 30007;  // not a multiple of any vector
  std::vector<float> in(kCount), out(kCount);
  for (int i = 0; i < kCount; ++i) in[i] = static_cast<float>(low + (high - low) * i / (kCount - 1));
  kernel(kCount, in.data(), out.data());
  for (int i = 0; i < kCount; ++i) {
    const double expected = exact(in[i]);
    ASSERT_NEAR(out[i], expected, 2.5e-7 * std::abs(expected) + 1e-38) << in[i];
  }
}

TEST(ElementwiseTest, FunctionsAreAccurateOnEveryInstructionSet) {
  OnEveryTarget([] {
    ExpectAccurate(
        ExpVector, [](double x) { return std::exp(x); }, -87, 88.7);
    ExpectAccurate(
        SigmoidVector, [](double x) { return 1 / (1 + std::exp(-x)); }, -80, 80);
    ExpectAccurate(
        TanhVector, [](double x) { return std::tanh(x); }, -20, 20);
    ExpectAccurate(
        TanhVector, [](double x) { return std::tanh(x); }, -0.7, 0.7);
    ExpectAccurate(
        LogVector, [](double x) { return std::log(x); }, 1.5, 1e6);
  });
}

TEST(ElementwiseTest, EdgesOnEveryInstructionSet) {
  OnEveryTarget([] {
    const float infinity = std::numeric_limits<float>::infinity();
    const std::vector<float> in = {infinity, -infinity, 200, -200, std::nanf("")};
    std::vector<float> out(in.size());
    ExpVector(5, in.data(), out.data());
    EXPECT_EQ(out[0], infinity);
    EXPECT_EQ(out[1], 0);
    EXPECT_EQ(out[2], infinity);
    EXPECT_EQ(out[3], 0);
    EXPECT_TRUE(std::isnan(out[4]));
    SigmoidVector(5, in.data(), out.data());
    EXPECT_EQ(out[0], 1);
    EXPECT_LT(out[1], 1e-37F);
    EXPECT_TRUE(std::isnan(out[4]));
    TanhVector(5, in.data(), out.data());
    EXPECT_EQ(out[0], 1);
    EXPECT_EQ(out[1], -1);
    EXPECT_TRUE(std::isnan(out[4]));
  });
}

TEST(ElementwiseTest, SoftmaxOfEqualsIsUniformAndEmptyRowsAreFine) {
  const std::vector<float> in(21, -1e9F);
  std::vector<float> out(21);
  SoftmaxRows(3, 7, in.data(), out.data());
  for (const float value : out) EXPECT_NEAR(value, 1.0F / 7, 1e-7F);
  SoftmaxRows(3, 0, nullptr, nullptr);
  SoftmaxRows(0, 3, nullptr, nullptr);
}

}  // namespace
}  // namespace tiqu::kernels
