#include "decode/linear_chain.h"

#include <cmath>

#include "base/random.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tiqu::decode {
namespace {

using testing::ElementsAre;

// Everything about a short chain by adding up all paths.
struct AllPaths {
  double partition = 0;
  double best_score = -1e300;
  std::vector<uint16_t> best;
  std::vector<std::pair<std::vector<uint16_t>, double>> paths;
};

double ScoreOf(const std::vector<uint16_t>& path, const std::vector<float>& logits,
               const std::vector<float>& transitions, size_t tags) {
  double score = 0;
  for (size_t t = 0; t < path.size(); ++t) {
    score += logits[t * tags + path[t]];
    if (t > 0) score += transitions[path[t - 1] * tags + path[t]];
  }
  return score;
}

AllPaths EnumeratePaths(const std::vector<float>& logits, const std::vector<float>& transitions, size_t tags) {
  const size_t chars = logits.size() / tags;
  AllPaths all;
  for (size_t code = 0; code < static_cast<size_t>(std::lround(std::pow(tags, chars))); ++code) {
    std::vector<uint16_t> path(chars);
    for (size_t t = 0, rest = code; t < chars; ++t, rest /= tags) path[t] = static_cast<uint16_t>(rest % tags);
    const double score = ScoreOf(path, logits, transitions, tags);
    all.partition += std::exp(score);
    all.paths.emplace_back(path, std::exp(score));
    if (score > all.best_score) {
      all.best_score = score;
      all.best = path;
    }
  }
  return all;
}

std::vector<float> Draw(size_t count, double scale, Random* random) {
  std::vector<float> values(count);
  for (float& value : values) value = static_cast<float>((2 * random->Uniform() - 1) * scale);
  return values;
}

// Two tags, two characters: log Z = log(e^(1+2+.5) + e^(1+0-1) + e^(0+2+0) + e^(0+0+1)).
TEST(LinearChainTest, GoldenNumbers) {
  const std::vector<float> logits = {1, 0, 2, 0};
  const std::vector<float> transitions = {0.5F, -1, 0, 1};
  const LinearChain chain(transitions, 2);
  EXPECT_THAT(chain.BestPath(logits), ElementsAre(0, 0));
  const ChainSums sums = chain.Sum(logits);
  EXPECT_NEAR(sums.log_partition, 3.789240, 1e-6);
  EXPECT_NEAR(chain.Marginal(sums, 0, 0), 0.771445, 1e-6);
  EXPECT_NEAR(chain.Marginal(sums, 1, 0), 0.915919, 1e-6);
  std::vector<float> d_logits(4, 0);
  std::vector<double> d_transitions(4, 0);
  const std::vector<uint16_t> path = {1, 0};
  EXPECT_NEAR(chain.Loss(logits, path, d_logits.data(), d_transitions.data()), 1.789240, 1e-6);
  const float expected_logits[] = {0.771445F, -0.771445F, -0.084081F, 0.084081F};
  const double expected_transitions[] = {0.748832, 0.022613, -0.832913, 0.061468};
  for (size_t i = 0; i < 4; ++i) {
    EXPECT_NEAR(d_logits[i], expected_logits[i], 1e-5) << i;
    EXPECT_NEAR(d_transitions[i], expected_transitions[i], 1e-5) << i;
  }
}

TEST(LinearChainTest, SumsAndBestPathsAreThoseOfAllPaths) {
  Random random(3);
  for (int round = 0; round < 20; ++round) {
    const auto tags = static_cast<size_t>(random.Between(1, 4));
    const auto chars = static_cast<size_t>(random.Between(1, 5));
    const std::vector<float> transitions = Draw(tags * tags, 2, &random);
    const std::vector<float> logits = Draw(chars * tags, 3, &random);
    const LinearChain chain(transitions, static_cast<int>(tags));
    const AllPaths all = EnumeratePaths(logits, transitions, tags);
    EXPECT_EQ(chain.BestPath(logits), all.best);
    const ChainSums sums = chain.Sum(logits);
    EXPECT_NEAR(sums.log_partition, std::log(all.partition), 1e-6);
    const auto begin = static_cast<size_t>(random.Below(static_cast<uint32_t>(chars)));
    const size_t length = 1 + random.Below(static_cast<uint32_t>(chars - begin));
    std::vector<uint16_t> part(length);
    for (uint16_t& tag : part) tag = static_cast<uint16_t>(random.Below(static_cast<uint32_t>(tags)));
    std::vector<uint8_t> excluded(tags, 0);
    excluded[0] = 1;
    double expected = 0;
    for (const auto& [path, weight] : all.paths) {
      const bool matches = std::equal(part.begin(), part.end(), path.begin() + static_cast<std::ptrdiff_t>(begin));
      const bool stopped = begin + length == chars || excluded[path[begin + length]] == 0;
      if (matches && stopped) expected += weight / all.partition;
    }
    EXPECT_NEAR(chain.PathProbability(sums, begin, part, excluded), expected, 1e-6);
  }
}

TEST(LinearChainTest, GradientsAreThoseOfTheLoss) {
  Random random(5);
  const size_t tags = 3;
  const size_t chars = 4;
  std::vector<float> transitions = Draw(tags * tags, 1, &random);
  std::vector<float> logits = Draw(chars * tags, 1, &random);
  const std::vector<uint16_t> path = {2, 0, 1, 1};
  std::vector<float> d_logits(chars * tags, 0);
  std::vector<double> d_transitions(tags * tags, 0);
  LinearChain(transitions, tags).Loss(logits, path, d_logits.data(), d_transitions.data());
  const auto slope = [&](std::vector<float>* values, size_t i) {
    const float kept = (*values)[i];
    (*values)[i] = kept + 0.01F;
    const double above = LinearChain(transitions, tags).Loss(logits, path, nullptr, nullptr);
    (*values)[i] = kept - 0.01F;
    const double below = LinearChain(transitions, tags).Loss(logits, path, nullptr, nullptr);
    (*values)[i] = kept;
    return (above - below) / 0.02;
  };
  for (size_t i = 0; i < logits.size(); ++i) EXPECT_NEAR(d_logits[i], slope(&logits, i), 1e-3);
  for (size_t i = 0; i < transitions.size(); ++i) EXPECT_NEAR(d_transitions[i], slope(&transitions, i), 1e-3);
}

TEST(LinearChainTest, TheCountsOfAPathHaveItsLossAndGradients) {
  Random random(6);
  const size_t tags = 3, chars = 4;
  const std::vector<float> logits = Draw(chars * tags, 1, &random);
  const LinearChain chain(Draw(tags * tags, 1, &random), tags);
  const std::vector<uint16_t> path = {2, 0, 1, 1};
  ChainCounts counts{std::vector<float>(chars * tags, 0.0F), std::vector<double>(tags * tags, 0.0)};
  for (size_t t = 0; t < chars; ++t) {
    counts.tags[t * tags + path[t]] = 1;
    if (t > 0) ++counts.moves[path[t - 1] * tags + path[t]];
  }
  std::vector<float> d_logits(chars * tags, 0), wanted_d_logits(chars * tags, 0);
  std::vector<double> d_moves(tags * tags, 0), wanted_d_moves(tags * tags, 0);
  const double wanted = chain.Loss(logits, path, wanted_d_logits.data(), wanted_d_moves.data());
  EXPECT_NEAR(chain.LossOfCounts(logits, counts, d_logits.data(), d_moves.data()), wanted, 1e-6);
  for (size_t i = 0; i < d_logits.size(); ++i) EXPECT_NEAR(d_logits[i], wanted_d_logits[i], 1e-6);
  for (size_t i = 0; i < d_moves.size(); ++i) EXPECT_NEAR(d_moves[i], wanted_d_moves[i], 1e-9);
}

// The cross-entropy with itself is the entropy: the mean of -log p over all paths, and least of all chains.
TEST(LinearChainTest, WhatAChainExpectsIsLearntBestByItself) {
  Random random(7);
  const size_t tags = 2, chars = 3;
  const std::vector<float> transitions = Draw(tags * tags, 1, &random);
  const std::vector<float> logits = Draw(chars * tags, 1, &random);
  const LinearChain chain(transitions, tags);
  const ChainCounts expected = chain.Expect(logits);
  double entropy = 0;
  for (int code = 0; code < 8; ++code) {
    const std::vector<uint16_t> path = {static_cast<uint16_t>(code & 1), static_cast<uint16_t>(code >> 1 & 1),
                                        static_cast<uint16_t>(code >> 2)};
    const double loss = chain.Loss(logits, path, nullptr, nullptr);
    entropy += std::exp(-loss) * loss;
  }
  std::vector<float> d_logits(chars * tags, 0);
  std::vector<double> d_moves(tags * tags, 0);
  EXPECT_NEAR(chain.LossOfCounts(logits, expected, d_logits.data(), d_moves.data()), entropy, 1e-6);
  for (const float d : d_logits) EXPECT_NEAR(d, 0, 1e-6);
  for (const double d : d_moves) EXPECT_NEAR(d, 0, 1e-9);
}

TEST(LinearChainTest, ForbiddenMovesHaveNoProbabilityAndNoGradient) {
  const std::vector<float> transitions = {0, -10000, 0, 0};  // 1 never follows 0
  const std::vector<float> logits = {5, 0, 0, 9, 0, 9};
  const LinearChain chain(transitions, 2);
  EXPECT_THAT(chain.BestPath(logits), ElementsAre(1, 1, 1));
  const ChainSums sums = chain.Sum(logits);
  EXPECT_EQ(chain.PathProbability(sums, 0, std::vector<uint16_t>{0, 1}, {}), 0.0);
  std::vector<float> d_logits(6, 0);
  std::vector<double> d_transitions(4, 0);
  chain.Loss(logits, std::vector<uint16_t>{1, 1, 0}, d_logits.data(), d_transitions.data());
  EXPECT_EQ(d_transitions[1], 0.0);
}

TEST(LinearChainTest, EmptyAndBrokenInput) {
  const LinearChain chain(std::vector<float>{0, 0, 0, 0}, 2);
  EXPECT_TRUE(chain.BestPath({}).empty());
  EXPECT_EQ(chain.Sum({}).log_partition, 0.0);
  const float nan = std::nanf("");
  const ChainSums sums = chain.Sum(std::vector<float>{nan, 1, 1e30F, -1e30F});
  EXPECT_NEAR(chain.Marginal(sums, 0, 0), 0.5, 1e-9);
  EXPECT_NEAR(chain.Marginal(sums, 1, 0), 1.0, 1e-9);
  EXPECT_EQ(chain.BestPath(std::vector<float>{nan, nan, nan, nan}).size(), 2U);
}

}  // namespace
}  // namespace tiqu::decode
