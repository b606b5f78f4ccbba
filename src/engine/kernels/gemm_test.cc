#include "engine/kernels/gemm.h"

#include <omp.h>

#include <algorithm>
#include <random>
#include <thread>
#include <utility>
#include <vector>

#include "gtest/gtest.h"

namespace tiqu::kernels {
namespace {

std::vector<float> RandomValues(size_t count, uint32_t seed) {
  std::mt19937 generator(seed);
  std::uniform_real_distribution<float> uniform(-1.0F, 1.0F);
  std::vector<float> values(count);
  for (float& value : values) value = uniform(generator);
  return values;
}

struct Case {
  GemmShape shape;
  float alpha, beta;
  int64_t extra;  // added to every leading dimension
};

void ExpectProduct(const Case& c) {
  const GemmShape& s = c.shape;
  const int64_t lda = (s.transpose_a ? s.m : s.k) + c.extra, ldb = (s.transpose_b ? s.k : s.n) + c.extra;
  const int64_t ldc = s.n + c.extra;
  const auto a = RandomValues((s.transpose_a ? s.k : s.m) * lda, 1);
  const auto b = RandomValues((s.transpose_b ? s.n : s.k) * ldb, 2);
  const auto before = RandomValues(s.m * ldc, 3);
  auto after = before;
  Gemm(s, c.alpha, a.data(), lda, b.data(), ldb, c.beta, after.data(), ldc);
  for (int64_t i = 0; i < s.m; ++i) {
    for (int64_t j = 0; j < ldc; ++j) {
      double expected = before[i * ldc + j];
      if (j < s.n) {
        double sum = 0;
        for (int64_t p = 0; p < s.k; ++p) {
          sum += double{s.transpose_a ? a[p * lda + i] : a[i * lda + p]} *
                 double{s.transpose_b ? b[j * ldb + p] : b[p * ldb + j]};
        }
        expected = c.alpha * sum + (c.beta == 0 ? 0 : c.beta * expected);
      }
      ASSERT_NEAR(after[i * ldc + j], expected, 1e-4) << "row " << i << " column " << j;
    }
  }
}

TEST(GemmTest, MatchesTheDefinition) {
  for (const bool ta : {false, true}) {
    for (const bool tb : {false, true}) {
      ExpectProduct({{17, 33, 65, ta, tb}, 1.0F, 0.0F, 0});
      ExpectProduct({{64, 256, 384, ta, tb}, 1.0F, 1.0F, 0});
      ExpectProduct({{3, 1, 7, ta, tb}, 0.5F, -2.0F, 3});
      ExpectProduct({{1, 128, 524, ta, tb}, 1.0F, 0.0F, 4});
    }
  }
}

// Rows alone, in fewer rows, and at another place have the bits that they have among all.
TEST(GemmTest, ARowDoesNotDependOnTheOthers) {
  constexpr int64_t kRows = 270;
  for (const auto& shape : {std::pair<int64_t, int64_t>{256, 384}, {128, 524}, {16, 128}, {128, 16}, {3, 65}}) {
    const int64_t n = shape.first;
    const int64_t k = shape.second;
    for (const bool tb : {false, true}) {
      const auto a = RandomValues(kRows * k, 1);
      const auto b = RandomValues(n * k, 2);
      const auto product = [&](int64_t first, int64_t rows) {
        std::vector<float> c(rows * n);
        Gemm({rows, n, k, false, tb}, 1.0F, a.data() + first * k, k, b.data(), tb ? k : n, 0.0F, c.data(), n);
        return c;
      };
      const std::vector<float> all = product(0, kRows);
      for (const int64_t rows : {1, 2, 3, 5, 6, 7, 47, 48, 49, 78, 90, 126, 200}) {
        for (const int64_t first : {0, 1, 4, 55}) {
          const std::vector<float> some = product(first, rows);
          EXPECT_TRUE(std::equal(some.begin(), some.end(), all.begin() + first * n))
              << rows << " rows from " << first << ", n " << n << ", k " << k << ", transposed " << tb;
        }
      }
    }
  }
}

TEST(GemmTest, EmptyShapesAreAllowed) {
  std::vector<float> c = {1, 2, 3, 4};
  Gemm({0, 2, 2}, 1.0F, nullptr, 2, nullptr, 2, 0.0F, nullptr, 2);
  Gemm({2, 0, 2}, 1.0F, nullptr, 2, nullptr, 1, 0.0F, nullptr, 1);
  Gemm({2, 2, 0}, 1.0F, nullptr, 1, nullptr, 2, 2.0F, c.data(), 2);
  EXPECT_EQ(c, (std::vector<float>{2, 4, 6, 8}));
  Gemm({2, 2, 0}, 1.0F, nullptr, 1, nullptr, 2, 0.0F, c.data(), 2);
  EXPECT_EQ(c, (std::vector<float>{0, 0, 0, 0}));
}

TEST(GemmTest, BetaZeroOverwritesNotANumber) {
  std::vector<float> a = {2}, b = {3}, c = {std::numeric_limits<float>::quiet_NaN()};
  Gemm({1, 1, 1}, 1.0F, a.data(), 1, b.data(), 1, 0.0F, c.data(), 1);
  EXPECT_EQ(c[0], 6.0F);
}

TEST(GemmTest, LeavesTheCallersThreadSettingAlone) {
  omp_set_num_threads(2);
  ExpectProduct({{64, 128, 128}, 1.0F, 0.0F, 0});
  EXPECT_EQ(omp_get_max_threads(), 2);
}

TEST(GemmTest, RunsOnSeveralThreadsAtOnce) {
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) threads.emplace_back([] { ExpectProduct({{64, 128, 384}, 1.0F, 0.0F, 0}); });
  for (auto& thread : threads) thread.join();
}

}  // namespace
}  // namespace tiqu::kernels
