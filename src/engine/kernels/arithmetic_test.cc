#include "engine/kernels/arithmetic.h"

#include <cmath>
#include <vector>

#include "gtest/gtest.h"
#include "hwy/targets.h"

namespace tiqu::kernels {
namespace {

TEST(ArithmeticTest, AWeightedSumOfRowsOnEveryInstructionSet) {
  for (const int64_t target : hwy::SupportedAndGeneratedTargets()) {
    SCOPED_TRACE(hwy::TargetName(target));
    hwy::SetSupportedTargetsForTest(target);
    for (const int64_t n : {1, 3, 16, 37, 128}) {
      constexpr int64_t kRows = 11;
      std::vector<float> in(kRows * n), weights(kRows), out(n + 1, 9.0F);
      for (size_t i = 0; i < in.size(); ++i) in[i] = static_cast<float>(i * 29 % 17) - 8;
      for (size_t i = 0; i < weights.size(); ++i) weights[i] = static_cast<float>(i) * 0.25F - 1;
      WeightedSumOfRows(kRows, n, weights.data(), in.data(), out.data());
      for (int64_t j = 0; j < n; ++j) {
        double sum = 0;
        for (int64_t row = 0; row < kRows; ++row) sum += double{weights[row]} * in[row * n + j];
        EXPECT_NEAR(out[j], sum, 1e-5) << n << " at " << j;
      }
      EXPECT_EQ(out[n], 9.0F);
      WeightedSumOfRows(0, n, nullptr, nullptr, out.data());
      EXPECT_EQ(out[0], 0.0F);
    }
    hwy::SetSupportedTargetsForTest(0);
  }
}

}  // namespace
}  // namespace tiqu::kernels
