#include "decode/chain_rows.h"

#include <cmath>
#include <vector>

#include "base/random.h"
#include "gtest/gtest.h"

namespace tiqu::decode {
namespace {

constexpr size_t kMostTags = 70;

template <typename T>
std::vector<T> RandomRow(size_t count, uint64_t seed) {
  Random random(seed);
  std::vector<T> row(count);
  for (T& value : row) value = static_cast<T>(random.Uniform() - 0.5);
  return row;
}

TEST(ChainRowsTest, ARowTimesAMatrixForEveryNumberOfTags) {
  for (size_t tags = 1; tags <= kMostTags; ++tags) {
    const size_t columns = PaddedTags(tags);
    ASSERT_GE(columns, tags);
    ASSERT_EQ(columns % 8, 0U);
    const auto x = RandomRow<double>(tags, 1), matrix = RandomRow<double>(tags * columns, 2);
    std::vector<double> out(columns, 9);
    MultiplyRow(tags, columns, x.data(), matrix.data(), out.data());
    for (size_t j = 0; j < columns; ++j) {
      double sum = 0;
      for (size_t i = 0; i < tags; ++i) sum += x[i] * matrix[i * columns + j];
      ASSERT_NEAR(out[j], sum, 1e-14) << tags << " " << j;
    }
  }
}

TEST(ChainRowsTest, TheBestMoveComesFromTheLowestOfEquals) {
  for (size_t tags = 1; tags <= kMostTags; ++tags) {
    const size_t columns = PaddedTags(tags);
    auto x = RandomRow<float>(tags, 3), matrix = RandomRow<float>(tags * columns, 4);
    for (float& value : matrix) value = std::round(value * 4);  // many equals
    for (float& value : x) value = std::round(value * 4);
    std::vector<float> best(columns);
    std::vector<int32_t> from(columns);
    BestMoves(tags, columns, x.data(), matrix.data(), best.data(), from.data());
    for (size_t j = 0; j < columns; ++j) {
      size_t which = 0;
      for (size_t i = 1; i < tags; ++i) {
        if (x[i] + matrix[i * columns + j] > x[which] + matrix[which * columns + j]) which = i;
      }
      ASSERT_EQ(from[j], static_cast<int32_t>(which)) << tags << " " << j;
      ASSERT_EQ(best[j], x[which] + matrix[which * columns + j]);
    }
  }
}

TEST(ChainRowsTest, ExpIsThatOfTheStandardLibrary) {
  std::vector<double> x;
  for (double value = 0; value >= -700; value -= 0.0371) x.push_back(value);
  std::vector<double> y = x;
  ExpRow(y.size(), y.data());
  for (size_t i = 0; i < x.size(); ++i) ASSERT_NEAR(y[i] / std::exp(x[i]), 1, 4e-16) << x[i];
  EXPECT_EQ(y[0], 1);
}

}  // namespace
}  // namespace tiqu::decode
