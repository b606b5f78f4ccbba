#include "engine/kernels/minimal_filter.h"

#include <cmath>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "hwy/targets.h"

namespace tiqu::kernels {
namespace {

// Under every instruction set of this machine that the kernels are built for.
class MinimalFilterTest : public testing::TestWithParam<int64_t> {
 protected:
  void SetUp() override { hwy::SetSupportedTargetsForTest(GetParam()); }
  void TearDown() override { hwy::SetSupportedTargetsForTest(0); }
};

INSTANTIATE_TEST_SUITE_P(InstructionSets, MinimalFilterTest, testing::ValuesIn(hwy::SupportedAndGeneratedTargets()),
                         [](const auto& info) { return std::string(hwy::TargetName(info.param)); });

// With taps that are numbers: products element by element.
TEST_P(MinimalFilterTest, SixProductsGiveFourOutputs) {
  std::mt19937 generator(5);
  std::normal_distribution<float> normal;
  for (const int64_t n : {1, 3, 8, 29, 128}) {
    std::vector<std::vector<float>> x(kFilterProducts, std::vector<float>(static_cast<size_t>(n)));
    std::vector<float> w(static_cast<size_t>(3 * n)), v(static_cast<size_t>(kFilterProducts * n));
    for (auto& row : x) {
      for (float& value : row) value = normal(generator);
    }
    for (float& value : w) value = normal(generator);
    const float* const taps[3] = {w.data(), w.data() + n, w.data() + 2 * n};
    TransformFilter(n, taps, v.data());
    const int64_t plane = n + 7;
    std::vector<float> m(static_cast<size_t>(kFilterProducts * plane), 99.0F);
    const float* rows[kFilterProducts];
    for (size_t p = 0; p < x.size(); ++p) rows[p] = x[p].data();
    CombineInputs(n, rows, plane, m.data());
    for (int64_t p = 0; p < kFilterProducts; ++p) {
      for (int64_t i = 0; i < n; ++i) m[static_cast<size_t>(p * plane + i)] *= v[static_cast<size_t>(p * n + i)];
      for (int64_t i = n; i < plane; ++i) ASSERT_EQ(m[static_cast<size_t>(p * plane + i)], 99.0F);
    }
    CombineProducts(n, plane, m.data());
    for (size_t i = 0; i < static_cast<size_t>(n); ++i) {
      const auto output = [&](size_t first) {
        double sum = 0;
        for (size_t tap = 0; tap < 3; ++tap) sum += static_cast<double>(x[first + tap][i]) * w[tap * n + i];
        return sum;
      };
      for (size_t y = 0; y < kFilterOutputs; ++y) {
        ASSERT_NEAR(m[y * static_cast<size_t>(plane) + i], output(y), 1e-5)
            << "output " << y << " at " << i << " of " << n;
      }
    }
  }
}

TEST_P(MinimalFilterTest, InputsInEightBitsAreThoseOfFloatsQuantized) {
  std::mt19937 generator(6);
  std::normal_distribution<float> normal;
  for (const QuantRange range : {kNarrowRange, kWideRange}) {
    for (const int64_t n : {1, 3, 8, 29, 128, 131}) {
      constexpr int64_t kPlane = 3;
      const int64_t padded = n + 5;
      std::vector<std::vector<float>> x(kFilterProducts, std::vector<float>(static_cast<size_t>(n)));
      for (auto& row : x) {
        for (float& value : row) value = normal(generator);
      }
      if (n == 29) x[5][28] = std::numeric_limits<float>::infinity();  // beyond whole vectors; in the last input only
      if (n == 131) x[5][2] = std::nanf("");
      const float* rows[kFilterProducts];
      for (size_t p = 0; p < x.size(); ++p) rows[p] = x[p].data();
      std::vector<float> floats(static_cast<size_t>(kFilterProducts * n)), scratch(floats.size());
      CombineInputs(n, rows, n, floats.data());
      std::vector<uint8_t> bytes(static_cast<size_t>(kFilterProducts * kPlane * padded)), expected_bytes(bytes);
      std::vector<float> scales(kFilterProducts * kPlane), expected_scales(scales);
      CombineInputsInt8(range, n, rows, padded, kPlane, bytes.data(), scales.data(), scratch.data());
      for (int64_t p = 0; p < kFilterProducts; ++p) {
        QuantizeRows(range, 1, n, floats.data() + p * n, n, padded, expected_bytes.data() + p * kPlane * padded,
                     expected_scales.data() + p * kPlane);
      }
      EXPECT_EQ(bytes, expected_bytes) << n;
      const auto bits = [](const std::vector<float>& values) {
        return std::string(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float));
      };
      EXPECT_EQ(bits(scales), bits(expected_scales)) << n;
      EXPECT_EQ(std::isnan(scales[5 * kPlane]), n == 29 || n == 131);
    }
  }
}

// The gradients of sum(d_y y) by the taps, for numbers again.
TEST_P(MinimalFilterTest, GradientsAreTheTransposes) {
  std::mt19937 generator(6);
  std::normal_distribution<float> normal;
  constexpr int64_t n = 21;
  const auto rows = [&](size_t count) {
    std::vector<std::vector<float>> all(count, std::vector<float>(n));
    for (auto& row : all) {
      for (float& value : row) value = normal(generator);
    }
    return all;
  };
  const auto x = rows(kFilterProducts), d_y = rows(kFilterOutputs);
  std::vector<float> inputs(kFilterProducts * n), spread(kFilterProducts * n), d_w(3 * n, 0.5F);
  const float *x_rows[kFilterProducts], *d_y_rows[kFilterOutputs];
  for (size_t p = 0; p < x.size(); ++p) x_rows[p] = x[p].data();
  for (size_t p = 0; p < d_y.size(); ++p) d_y_rows[p] = d_y[p].data();
  CombineInputs(n, x_rows, n, inputs.data());
  SpreadOutputs(n, d_y_rows, n, spread.data());
  for (size_t i = 0; i < spread.size(); ++i) spread[i] *= inputs[i];
  AddFilterGradient(n, spread.data(), d_w.data());
  for (size_t tap = 0; tap < 3; ++tap) {
    for (size_t i = 0; i < n; ++i) {
      double expected = 0.5;
      for (size_t y = 0; y < kFilterOutputs; ++y) expected += static_cast<double>(d_y[y][i]) * x[y + tap][i];
      ASSERT_NEAR(d_w[tap * n + i], expected, 1e-5) << "tap " << tap << " at " << i;
    }
  }
}

}  // namespace
}  // namespace tiqu::kernels
