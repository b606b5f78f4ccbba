#include "engine/kernels/packed_matrix.h"

#include <cmath>
#include <limits>
#include <tuple>
#include <vector>

#include "base/random.h"
#include "engine/kernels/int8_tiles.h"
#include "engine/kernels/quantize.h"
#include "gtest/gtest.h"

namespace tiqu::kernels {
namespace {

std::vector<float> Normal(int64_t count, uint64_t seed) {
  Random random(seed);
  std::vector<float> values(count);
  for (float& value : values)
    value = static_cast<float>(random.Uniform() + random.Uniform() - random.Uniform() - random.Uniform());
  return values;
}

std::vector<float> PlainProduct(int64_t m, int64_t k, int64_t n, const std::vector<float>& a,
                                const std::vector<float>& b) {
  std::vector<float> c(m * n);
  for (int64_t i = 0; i < m; ++i) {
    for (int64_t j = 0; j < n; ++j) {
      double sum = 0;
      for (int64_t p = 0; p < k; ++p) sum += double{a[i * k + p]} * b[p * n + j];
      c[i * n + j] = static_cast<float>(sum);
    }
  }
  return c;
}

// Root mean squares: of the differences, over that of the results.
double RelativeError(const std::vector<float>& actual, const std::vector<float>& expected) {
  double wrong = 0, all = 0;
  for (size_t i = 0; i < actual.size(); ++i) {
    wrong += std::pow(double{actual[i]} - expected[i], 2);
    all += std::pow(double{expected[i]}, 2);
  }
  return std::sqrt(wrong / all);
}

class PackedMatrixTest : public testing::TestWithParam<Precision> {};

TEST_P(PackedMatrixTest, MultipliesWithinItsPrecision) {
  const double tolerance = GetParam() == Precision::kInt8 ? 0.03 : GetParam() == Precision::kBfloat16 ? 0.005 : 1e-6;
  for (const auto& [m, k, n] : std::vector<std::tuple<int64_t, int64_t, int64_t>>{
           {1, 1, 1}, {2, 7, 3}, {3, 8, 16}, {5, 9, 17}, {64, 384, 256}, {7, 268, 128}, {70, 33, 40}}) {
    const std::vector<float> a = Normal(m * k, 1), w = Normal(k * n, 2);
    std::vector<float> c(m * n, NAN);
    PackMatrix(GetParam(), k, n, w.data())->Multiply(m, a.data(), k, Into::kOverwrite, c.data(), n);
    EXPECT_LT(RelativeError(c, PlainProduct(m, k, n, a, w)), tolerance) << m << " " << k << " " << n;
  }
}

TEST_P(PackedMatrixTest, ARowsBitsDoNotDependOnTheOthers) {
  constexpr int64_t kRows = 205;
  for (const auto& [k, n] : {std::pair<int64_t, int64_t>{48, 40}, {256, 128}, {5, 79}}) {
    const std::vector<float> a = Normal(kRows * k, 3), w = Normal(k * n, 4), before = Normal(kRows * n, 5);
    const auto packed = PackMatrix(GetParam(), k, n, w.data());
    for (const Into into : {Into::kOverwrite, Into::kAdd}) {
      std::vector<float> all = before;
      packed->Multiply(kRows, a.data(), k, into, all.data(), n);
      for (int64_t first = 0; first < kRows; first += 13) {
        for (const int64_t count : {1, 2, 3, 5, 6, 7, 9, 97}) {
          if (first + count > kRows) continue;
          std::vector<float> some(before.begin() + first * n, before.begin() + (first + count) * n);
          packed->Multiply(count, a.data() + first * k, k, into, some.data(), n);
          EXPECT_TRUE(std::equal(some.begin(), some.end(), all.begin() + first * n))
              << k << " x " << n << ", " << count << " rows from " << first << ", " << (into == Into::kAdd);
        }
      }
    }
  }
}

TEST_P(PackedMatrixTest, AddsWhenAskedToAndWritesNothingBesideItsColumns) {
  constexpr int64_t kRows = 5, kK = 24, kN = 19, kLd = 23;
  const std::vector<float> a = Normal(kRows * kK, 5), w = Normal(kK * kN, 6);
  const auto packed = PackMatrix(GetParam(), kK, kN, w.data());
  std::vector<float> plain(kRows * kN), wide(kRows * kLd, 100.0F);
  packed->Multiply(kRows, a.data(), kK, Into::kOverwrite, plain.data(), kN);
  packed->Multiply(kRows, a.data(), kK, Into::kAdd, wide.data(), kLd);
  for (int64_t i = 0; i < kRows; ++i) {
    for (int64_t j = 0; j < kLd; ++j) {
      const float expected = j < kN ? 100.0F + plain[i * kN + j] : 100.0F;
      EXPECT_NEAR(wide[i * kLd + j], expected, 1e-4) << i << " " << j;
    }
  }
}

TEST_P(PackedMatrixTest, EmptyMatricesAreFine) {
  const std::vector<float> some(6, 2.0F);
  std::vector<float> out(6, 5.0F);
  const auto no_depth = PackMatrix(GetParam(), 0, 3, nullptr);
  no_depth->Multiply(2, some.data(), 0, Into::kAdd, out.data(), 3);
  EXPECT_EQ(out, std::vector<float>(6, 5.0F));
  no_depth->Multiply(2, some.data(), 0, Into::kOverwrite, out.data(), 3);
  EXPECT_EQ(out, std::vector<float>(6, 0.0F));
  PackMatrix(GetParam(), 3, 0, nullptr)->Multiply(2, some.data(), 3, Into::kOverwrite, out.data(), 0);
  PackMatrix(GetParam(), 3, 2, some.data())->Multiply(0, some.data(), 3, Into::kOverwrite, out.data(), 2);
  EXPECT_EQ(out, std::vector<float>(6, 0.0F));
}

TEST_P(PackedMatrixTest, AMatrixOfTheThreadIsPackedAnew) {
  constexpr int64_t kRows = 9, kK = 20, kN = 70;
  const std::vector<float> a = Normal(kRows * kK, 12);
  for (const uint64_t seed : {13, 14}) {
    const std::vector<float> w = Normal(kK * kN, seed), other = Normal(kK * 3, seed);
    std::vector<float> expected(kRows * kN), c(kRows * kN);
    PackMatrix(GetParam(), kK, kN, w.data())->Multiply(kRows, a.data(), kK, Into::kOverwrite, expected.data(), kN);
    const PackedMatrix& packed = PackForThread(GetParam(), kK, kN, w.data());
    PackForThread(GetParam(), kK, 3, other.data());  // another shape leaves it alone
    packed.Multiply(kRows, a.data(), kK, Into::kOverwrite, c.data(), kN);
    EXPECT_EQ(c, expected);
  }
}

INSTANTIATE_TEST_SUITE_P(Precisions, PackedMatrixTest,
                         testing::Values(Precision::kFloat32, Precision::kBfloat16, Precision::kInt8));

QuantRange Range() { return MultipliesWholeBytes() ? kWideRange : kNarrowRange; }

// Activations and weights on the grid of its steps come back as they are.
TEST(PackInt8Test, WholeNumbersUpToItsStepsAreExact) {
  constexpr int64_t kRows = 14, kK = 20, kN = 90;
  const int32_t steps = Range().steps;
  const auto most = static_cast<float>(steps);
  Random random(7);
  std::vector<float> a(kRows * kK), w(kK * kN);
  for (float& value : a) value = static_cast<float>(random.Below(2 * steps + 1)) - most;
  for (float& value : w) value = static_cast<float>(random.Below(2 * steps + 1)) - most;
  for (int64_t i = 0; i < kRows; ++i) a[i * kK] = most;
  for (int64_t j = 0; j < kN; ++j) w[j] = -most;
  std::vector<float> c(kRows * kN);
  PackInt8(kK, kN, w.data())->Multiply(kRows, a.data(), kK, Into::kOverwrite, c.data(), kN);
  EXPECT_EQ(c, PlainProduct(kRows, kK, kN, a, w));
}

// The largest sums that 16 bits have to hold on the way, and 32 bits at the end.
TEST(PackInt8Test, TheExtremesDoNotOverflow) {
  constexpr int64_t kN = 16;
  const auto most = static_cast<float>(Range().steps);
  for (const auto& [weight, k] : {std::pair{-most, 64}, {most, 64}, {most, 1 << 16}}) {
    const std::vector<float> a(k, most), w(k * kN, weight);
    std::vector<float> c(kN);
    PackMatrix(Precision::kInt8, k, kN, w.data())->Multiply(1, a.data(), k, Into::kOverwrite, c.data(), kN);
    EXPECT_EQ(c, std::vector<float>(kN, most * weight * static_cast<float>(k)));
  }
}

TEST(PackInt8Test, TilesGiveTheBitsOfPlainLoops) {
  for (const auto& [m, k, n] : std::vector<std::tuple<int64_t, int64_t, int64_t>>{
           {1, 1, 1}, {2, 7, 3}, {3, 8, 16}, {5, 9, 17}, {8, 384, 40}, {100, 50, 150}}) {
    const QuantRange range = Range();
    const std::vector<float> a = Normal(m * k, 8), w = Normal(k * n, 9);
    std::vector<uint8_t> rows(m * k);
    std::vector<float> row_scales(m), column_scales(n), expected(m * n);
    QuantizeRows(range, m, k, a.data(), k, k, rows.data(), row_scales.data());
    std::vector<int32_t> sums(m * n);
    for (int64_t j = 0; j < n; ++j) {
      float largest = 0;
      for (int64_t p = 0; p < k; ++p) largest = std::max(largest, std::fabs(w[p * n + j]));
      column_scales[j] = largest / static_cast<float>(range.steps);
      for (int64_t p = 0; p < k; ++p) {
        const auto weight = static_cast<int32_t>(std::nearbyint(w[p * n + j] / column_scales[j]));
        for (int64_t i = 0; i < m; ++i) sums[i * n + j] += (rows[i * k + p] - range.zero) * weight;
      }
    }
    DequantizeRows(m, n, sums.data(), n, row_scales.data(), column_scales.data(), false, expected.data(), n);
    std::vector<float> c(m * n);
    PackInt8(k, n, w.data())->Multiply(m, a.data(), k, Into::kOverwrite, c.data(), n);
    EXPECT_EQ(c, expected) << m << " " << k << " " << n;
  }
}

TEST(PackInt8Test, WhatIsNotFiniteStaysInItsRowOrColumn) {
  constexpr int64_t kRows = 3, kK = 16, kN = 17;
  std::vector<float> a = Normal(kRows * kK, 10), w = Normal(kK * kN, 11);
  std::vector<float> clean(kRows * kN), c(kRows * kN);
  PackInt8(kK, kN, w.data())->Multiply(kRows, a.data(), kK, Into::kOverwrite, clean.data(), kN);
  a[kK + 3] = std::numeric_limits<float>::infinity();
  w[5 * kN + 2] = NAN;
  PackInt8(kK, kN, w.data())->Multiply(kRows, a.data(), kK, Into::kOverwrite, c.data(), kN);
  for (int64_t i = 0; i < kRows; ++i) {
    for (int64_t j = 0; j < kN; ++j) {
      if (i == 1 || j == 2) {
        EXPECT_TRUE(std::isnan(c[i * kN + j])) << i << " " << j;
      } else {
        EXPECT_EQ(c[i * kN + j], clean[i * kN + j]) << i << " " << j;
      }
    }
  }
}

TEST(QuantizeRowsTest, SpreadsEachRowOverItsSteps) {
  const std::vector<float> in = {0.5F, -1.0F, 0.25F, 0.0F, 0.0F, 0.0F, 126.0F, 2.0F, -3.0F};
  std::vector<uint8_t> out(3 * 5);
  std::vector<float> scales(3);
  QuantizeRows(kNarrowRange, 3, 3, in.data(), 3, 5, out.data(), scales.data());
  EXPECT_EQ(out, (std::vector<uint8_t>{96, 1, 80, 64, 64, 64, 64, 64, 64, 64, 127, 65, 62, 64, 64}));
  EXPECT_EQ(scales, (std::vector<float>{1.0F / 63, 0, 2}));
  QuantizeRows(kWideRange, 3, 3, in.data(), 3, 5, out.data(), scales.data());
  EXPECT_EQ(out, (std::vector<uint8_t>{192, 1, 160, 128, 128, 128, 128, 128, 128, 128, 255, 130, 125, 128, 128}));
  EXPECT_EQ(scales, (std::vector<float>{1.0F / 127, 0, 126.0F / 127}));
}

TEST(QuantizeRowsTest, WhatIsNotFiniteMakesTheScaleNotANumber) {
  for (const float bad : {INFINITY, -INFINITY, NAN, -NAN}) {
    for (const int64_t at : {0, 9, 16, 18}) {  // in whole vectors, and after them
      std::vector<float> in(19, 1.0F);
      in[at] = bad;
      std::vector<uint8_t> out(19);
      float scale = 0;
      QuantizeRows(kWideRange, 1, 19, in.data(), 19, 19, out.data(), &scale);
      EXPECT_TRUE(std::isnan(scale)) << bad << " at " << at;
      EXPECT_EQ(out, std::vector<uint8_t>(19, 128));
    }
  }
}

TEST(QuantizeRowsTest, LongRowsKeepTheirOrder) {
  constexpr int64_t kK = 75;  // two whole groups of 32, one of 8, three left over
  std::vector<float> in(kK);
  std::vector<uint8_t> out(kK), expected(kK);
  for (int64_t i = 0; i < kK; ++i) {
    in[i] = static_cast<float>(i % 64) * (i % 2 == 0 ? 1.0F : -1.0F);
    expected[i] = static_cast<uint8_t>(64 + in[i]);
  }
  float scale = 0;
  QuantizeRows(kNarrowRange, 1, kK, in.data(), kK, kK, out.data(), &scale);
  EXPECT_EQ(scale, 1);
  EXPECT_EQ(out, expected);
}

}  // namespace
}  // namespace tiqu::kernels
