#include "engine/fused/minimal_conv1d.h"

#include <algorithm>
#include <cmath>
#include <random>
#include <span>
#include <vector>

#include "engine/kernels/packed_matrix.h"
#include "gtest/gtest.h"

namespace tiqu::engine {
namespace {

constexpr int64_t kWidth = 6;

std::vector<float> RandomFloats(int64_t count, uint32_t seed) {
  std::mt19937 generator(seed);
  std::normal_distribution<float> normal;
  std::vector<float> values(static_cast<size_t>(count));
  for (float& value : values) value = normal(generator);
  return values;
}

// The definition, in double precision: [used, 2 kWidth].
std::vector<double> Convolve(const ConvSequence& sequence, const Tensor& kernel, int64_t rate) {
  std::vector<double> h(static_cast<size_t>(sequence.used * 2 * kWidth), 0.0);
  for (int64_t t = 0; t < sequence.used; ++t) {
    for (int64_t tap = 0; tap < 3; ++tap) {
      const int64_t from = t + (tap - 1) * rate;
      if (from < 0 || from >= sequence.used) continue;
      for (int64_t i = 0; i < kWidth; ++i) {
        const double x = static_cast<double>(sequence.x[from * kWidth + i]) * sequence.mask[from];
        const float* row = kernel.data<float>() + (tap * kWidth + i) * 2 * kWidth;
        for (int64_t o = 0; o < 2 * kWidth; ++o) h[static_cast<size_t>(t * 2 * kWidth + o)] += x * row[o];
      }
    }
  }
  return h;
}

// What is given for each sequence, by row; every row must come once.
std::vector<std::vector<float>> Collect(const MinimalConv1D& conv, std::span<const ConvSequence> sequences) {
  std::vector<float> scratch(static_cast<size_t>(conv.scratch_floats()), 1e30F);
  std::vector<std::vector<float>> h;
  std::vector<std::vector<int>> given;
  for (const ConvSequence& sequence : sequences) {
    h.emplace_back(static_cast<size_t>(sequence.used * 2 * kWidth), 0.0F);
    given.emplace_back(static_cast<size_t>(sequence.used), 0);
  }
  const auto sink = [&](const ConvSequence& sequence, int64_t t, int64_t rows, const float* part) {
    const auto same = [&](const ConvSequence& other) { return other.x == sequence.x && other.used == sequence.used; };
    const size_t which = static_cast<size_t>(std::ranges::find_if(sequences, same) - sequences.begin());
    ASSERT_LT(which, h.size());
    ASSERT_LE(t + rows, sequence.used);
    std::copy_n(part, rows * 2 * kWidth, h[which].data() + t * 2 * kWidth);
    for (int64_t row = 0; row < rows; ++row) ++given[which][static_cast<size_t>(t + row)];
  };
  MinimalConv1D::Run run(conv, scratch.data(), sink);
  for (const ConvSequence& sequence : sequences) run.Add(sequence);
  run.Finish();
  for (const std::vector<int>& times : given) EXPECT_EQ(times, std::vector<int>(times.size(), 1));
  return h;
}

TEST(MinimalConv1DTest, GivesTheConvolutionForEveryLengthAndRate) {
  const std::vector<float> weights = RandomFloats(3 * kWidth * 2 * kWidth, 1);
  const Tensor kernel = Tensor::Of<float>({3, kWidth, 2 * kWidth}, weights);
  const std::vector<float> x = RandomFloats(200 * kWidth, 2);
  std::vector<float> mask(200, 1.0F);
  for (size_t t : {3, 4, 17, 60, 61}) mask[t] = 0.0F;
  LoadContext load;
  int paid = 0;
  for (const int64_t rate : {1, 2, 3, 4, 8, 16, 50, 1000}) {
    const MinimalConv1D conv(&load, kernel, rate);
    for (int64_t used : {1, 2, 3, 5, 16, 31, 33, 64, 95, 96, 97, 130, 200}) {
      const ConvSequence sequence{x.data(), mask.data(), used, nullptr};
      if (!conv.Pays(sequence)) continue;
      ++paid;
      const std::vector<double> expected = Convolve(sequence, kernel, rate);
      const std::vector<float> h = Collect(conv, {&sequence, 1}).front();
      for (size_t i = 0; i < h.size(); ++i) {
        ASSERT_NEAR(h[i], expected[i], 5e-5) << "rate " << rate << ", length " << used << ", element " << i;
      }
    }
  }
  EXPECT_GT(paid, 50);
}

TEST(MinimalConv1DTest, SequencesThatGoTogetherGiveTheBitsOfEachAlone) {
  const Tensor kernel = Tensor::Of<float>({3, kWidth, 2 * kWidth}, RandomFloats(3 * kWidth * 2 * kWidth, 1));
  const std::vector<float> x = RandomFloats(500 * kWidth, 2);
  std::vector<float> mask(500, 1.0F);
  for (size_t t : {3, 17, 260, 261}) mask[t] = 0.0F;
  const auto check = [&](Precision precision, int64_t rate) {
    LoadContext load;
    load.precision = precision;
    const MinimalConv1D conv(&load, kernel, rate);
    std::vector<ConvSequence> sequences;
    int64_t begin = 0;
    for (const int64_t used : {9, 11, 200, 10, 13, 96, 101}) {
      sequences.push_back({x.data() + begin * kWidth, mask.data() + begin, used, nullptr});
      ASSERT_TRUE(conv.Pays(sequences.back()));
      begin += used;
    }
    const std::vector<std::vector<float>> together = Collect(conv, sequences);
    for (size_t i = 0; i < sequences.size(); ++i) {
      EXPECT_EQ(together[i], Collect(conv, {&sequences[i], 1}).front()) << "rate " << rate << ", sequence " << i;
    }
  };
  for (const Precision precision : {Precision::kFloat32, Precision::kBfloat16, Precision::kInt8}) {
    for (const int64_t rate : {1, 2, 4}) check(precision, rate);
  }
}

// Whether it rounds, and by no more than twice what the plain convolution does.
TEST(MinimalConv1DTest, RoundsAtEachPrecision) {
  const std::vector<float> weights = RandomFloats(3 * kWidth * 2 * kWidth, 1);
  const Tensor kernel = Tensor::Of<float>({3, kWidth, 2 * kWidth}, weights);
  const std::vector<float> x = RandomFloats(600 * kWidth, 2), mask(600, 1.0F);
  const ConvSequence sequence{x.data(), mask.data(), 600, nullptr};
  const std::vector<double> expected = Convolve(sequence, kernel, 2);
  const auto error = [&](std::span<const float> h) {
    double squares = 0;
    for (size_t i = 0; i < h.size(); ++i) squares += (h[i] - expected[i]) * (h[i] - expected[i]);
    return std::sqrt(squares / static_cast<double>(h.size()));
  };
  for (const Precision precision : {Precision::kBfloat16, Precision::kInt8}) {
    std::vector<float> taps(600 * 3 * kWidth), plain(600 * 2 * kWidth);
    for (int64_t t = 0; t < 600; ++t) {
      for (int64_t tap = 0; tap < 3; ++tap) {
        const int64_t from = t + (tap - 1) * 2;
        if (from >= 0 && from < 600) std::copy_n(&x[from * kWidth], kWidth, &taps[(t * 3 + tap) * kWidth]);
      }
    }
    kernels::PackMatrix(precision, 3 * kWidth, 2 * kWidth, weights.data())
        ->Multiply(600, taps.data(), 3 * kWidth, kernels::Into::kOverwrite, plain.data(), 2 * kWidth);
    LoadContext load;
    load.precision = precision;
    const double made = error(Collect(MinimalConv1D(&load, kernel, 2), {&sequence, 1}).front());
    EXPECT_GT(made, 1e-4);
    EXPECT_LT(made, 2.5 * error(plain));
  }
}

TEST(MinimalConv1DTest, PaysOnlyWhereThereIsLessToMultiply) {
  LoadContext load;
  const Tensor kernel(DataType::kFloat, {3, kWidth, 2 * kWidth});
  const std::vector<float> x(100 * kWidth, 0.0F);
  std::vector<float> mask(100, 1.0F);
  const auto pays = [&](int64_t rate, int64_t used) {
    return MinimalConv1D(&load, kernel, rate).Pays({x.data(), mask.data(), used, nullptr});
  };
  EXPECT_TRUE(pays(1, 100));
  EXPECT_FALSE(pays(1, 1));
  EXPECT_TRUE(pays(16, 100));
  EXPECT_FALSE(pays(16, 32));  // 16 quads of 6 products against 32 rows of 3
  EXPECT_TRUE(pays(16, 33));
  EXPECT_FALSE(pays(int64_t{1} << 40, 100));
  EXPECT_FALSE(pays(1, 0));
  mask[50] = 0.5F;  // a mask that scales
  EXPECT_FALSE(pays(1, 100));
  EXPECT_TRUE(pays(1, 50));
}

TEST(MinimalConv1DTest, WeightsAreTransformedOnce) {
  LoadContext load;
  const Tensor kernel(DataType::kFloat, {3, kWidth, 2 * kWidth});
  const MinimalConv1D one(&load, kernel, 1), two(&load, kernel, 2);
  EXPECT_EQ(load.prepared.size(), 1U);
}

}  // namespace
}  // namespace tiqu::engine
