#include "engine/kernels/elementwise.h"

#include <algorithm>
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

TEST(ElementwiseTest, SoftmaxMatchesTheDefinitionAtEveryWidth) {
  OnEveryTarget([] {
    for (int64_t columns = 1; columns <= 40; ++columns) {
      std::vector<float> in(19 * columns), out(19 * columns);
      for (size_t i = 0; i < in.size(); ++i) in[i] = static_cast<float>(static_cast<int>(i * 37 % 23)) * 0.7F - 8;
      in[columns] = -1e9F;
      SoftmaxRows(19, columns, in.data(), out.data());
      for (int64_t row = 0; row < 19; ++row) {
        const float* x = in.data() + row * columns;
        const double largest = *std::max_element(x, x + columns);
        double sum = 0;
        for (int64_t i = 0; i < columns; ++i) sum += std::exp(x[i] - largest);
        for (int64_t i = 0; i < columns; ++i) {
          ASSERT_NEAR(out[row * columns + i], std::exp(x[i] - largest) / sum, 2e-7)
              << columns << " " << row << " " << i;
        }
      }
    }
  });
}

TEST(ElementwiseTest, SoftmaxOfThreeColumnsIsThatOfRowsForAnyNumberOfThem) {
  OnEveryTarget([] {
    for (int64_t rows = 0; rows <= 40; ++rows) {
      std::vector<float> in(3 * rows), out(3 * rows + 1, 7), expected(3 * rows);
      for (size_t i = 0; i < in.size(); ++i) in[i] = static_cast<float>(static_cast<int>(i * 37 % 23)) * 0.7F - 8;
      SoftmaxRows(rows, 3, in.data(), expected.data());
      SoftmaxRowsOfThree(rows, in.data(), out.data());
      for (int64_t i = 0; i < 3 * rows; ++i) ASSERT_NEAR(out[i], expected[i], 1e-7) << rows << " " << i;
      EXPECT_EQ(out.back(), 7);
      SoftmaxRowsOfThree(rows, in.data(), in.data());  // in place
      EXPECT_TRUE(std::equal(in.begin(), in.end(), out.begin()));
    }
  });
}

TEST(ElementwiseTest, MaskedColumnsAtTheEndOfASoftmaxChangeNoBit) {
  OnEveryTarget([] {
    for (int64_t columns = 1; columns <= 40; ++columns) {
      std::vector<float> in(columns + 20, -1e9F), some(columns), all(columns + 20);
      for (int64_t i = 0; i < columns; ++i) in[i] = static_cast<float>(i * 29 % 31) * 0.3F;
      SoftmaxRows(1, columns, in.data(), some.data());
      for (const int64_t more : {1, 7, 20}) {
        SoftmaxRows(1, columns + more, in.data(), all.data());
        EXPECT_EQ(std::vector<float>(all.begin(), all.begin() + columns), some) << columns << " and " << more;
        EXPECT_EQ(all[columns], 0);
      }
    }
  });
}

TEST(ElementwiseTest, WhatASoftmaxMakesTooSmallIsZero) {
  OnEveryTarget([] {
    for (const int64_t columns : {3, 20}) {
      std::vector<float> in(columns, -79.0F), out(columns);
      in[0] = 0.0F;
      in[1] = -81.0F;
      SoftmaxRows(1, columns, in.data(), out.data());
      EXPECT_NEAR(out[0], 1, 1e-6);
      EXPECT_EQ(out[1], 0);
      EXPECT_NEAR(out[2], std::exp(-79.0), 1e-40);
      if (columns == 3) {
        SoftmaxRowsOfThree(1, in.data(), out.data());
        EXPECT_EQ(out[1], 0);
      }
    }
  });
}

TEST(ElementwiseTest, TheLargestOfEachRowAtEveryWidth) {
  OnEveryTarget([] {
    for (int64_t columns = 1; columns <= 40; ++columns) {
      std::vector<float> in(7 * columns), out(7);
      for (size_t i = 0; i < in.size(); ++i) in[i] = static_cast<float>(i * 37 % 101) - 200.0F;
      MaxOfRows(7, columns, in.data(), out.data());
      for (int64_t row = 0; row < 7; ++row) {
        const float* const from = in.data() + row * columns;
        EXPECT_EQ(out[row], *std::max_element(from, from + columns)) << columns;
      }
    }
  });
}

TEST(ElementwiseTest, SoftmaxOfARowThatIsNotFiniteIsNotANumber) {
  OnEveryTarget([] {
    for (const int64_t at : {0, 18}) {
      std::vector<float> in(19, 1.0F), out(19);
      in[at] = std::nanf("");
      SoftmaxRows(1, 19, in.data(), out.data());
      for (const float value : out) EXPECT_TRUE(std::isnan(value));
    }
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
