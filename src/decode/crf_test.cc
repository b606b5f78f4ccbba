#include "decode/crf.h"

#include <chrono>
#include <cmath>
#include <limits>
#include <map>

#include "base/random.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tiqu::decode {
namespace {

// Everything about a short chain by adding up all 3^n tag sequences.
struct BruteForce {
  double partition = 0;
  double all_o = 0;
  std::vector<double> marginals;
  std::map<std::pair<int, int>, double> spans;
  std::vector<uint8_t> best_path;
};

bool Allowed(const std::vector<uint8_t>& tags) {
  for (size_t t = 0; t < tags.size(); ++t) {
    if (tags[t] == 2 && (t == 0 || tags[t - 1] == 0)) return false;
  }
  return true;
}

double PathScore(const std::vector<uint8_t>& tags, const ChainScores& scores, const std::vector<float>& emissions) {
  double score = double{scores.begin[tags.front()]} + scores.end[tags.back()];
  for (size_t t = 0; t < tags.size(); ++t) {
    score += emissions[t * 3 + tags[t]];
    if (t > 0) score += scores.transitions[tags[t - 1]][tags[t]];
  }
  return score;
}

BruteForce Enumerate(const ChainScores& scores, const std::vector<float>& emissions, double temperature) {
  const size_t chars = emissions.size() / 3;
  BruteForce result;
  result.marginals.resize(chars * 3);
  double best = -1e300;
  const auto sequences = static_cast<size_t>(std::lround(std::pow(3, chars)));
  for (size_t code = 0; code < sequences; ++code) {
    std::vector<uint8_t> tags(chars);
    for (size_t t = 0, rest = code; t < chars; ++t, rest /= 3) tags[t] = static_cast<uint8_t>(rest % 3);
    if (!Allowed(tags)) continue;
    const double score = PathScore(tags, scores, emissions) / temperature;
    const double weight = std::exp(score);
    if (score > best) {
      best = score;
      result.best_path = tags;
    }
    result.partition += weight;
    bool any = false;
    for (size_t t = 0; t < chars; ++t) {
      result.marginals[t * 3 + tags[t]] += weight;
      if (tags[t] != 1) continue;
      any = true;
      size_t end = t + 1;
      while (end < chars && tags[end] == 2) ++end;
      result.spans[{static_cast<int>(t), static_cast<int>(end)}] += weight;
    }
    if (!any) result.all_o += weight;
  }
  for (double& value : result.marginals) value /= result.partition;
  for (auto& [span, value] : result.spans) value /= result.partition;
  result.all_o /= result.partition;
  return result;
}

ChainScores RandomScores(Random* random) {
  ChainScores scores;
  for (auto& row : scores.transitions) {
    for (float& value : row) value = static_cast<float>(4 * random->Uniform() - 2);
  }
  for (float& value : scores.begin) value = static_cast<float>(4 * random->Uniform() - 2);
  for (float& value : scores.end) value = static_cast<float>(4 * random->Uniform() - 2);
  return scores;
}

std::vector<float> RandomEmissions(Random* random, size_t chars) {
  std::vector<float> emissions(chars * 3);
  for (float& value : emissions) value = static_cast<float>(6 * random->Uniform() - 5);
  return emissions;
}

// A passage in which nothing looks like an answer.
std::vector<float> AllO(size_t chars) {
  std::vector<float> emissions;
  for (size_t t = 0; t < chars; ++t) {
    emissions.insert(emissions.end(), {std::log(0.998F), std::log(0.0012F), std::log(0.0008F)});
  }
  return emissions;
}

TEST(ChainTest, AgreesWithAddingUpAllSequences) {
  Random random(17);
  for (int round = 0; round < 200; ++round) {
    const size_t chars = 1 + random.Below(8);
    const float temperature = round % 2 == 0 ? 1.0F : 1.7F;
    const ChainScores scores = RandomScores(&random);
    const std::vector<float> emissions = RandomEmissions(&random, chars);
    const BruteForce expected = Enumerate(scores, emissions, temperature);
    const Chain chain(scores, temperature);

    EXPECT_NEAR(chain.LogPartition(emissions), std::log(expected.partition), 1e-6);
    EXPECT_NEAR(chain.NoAnswerProbability(emissions), expected.all_o, 1e-9);
    EXPECT_EQ(chain.BestPath(emissions), expected.best_path);
    const std::vector<float> marginals = chain.Marginals(emissions);
    for (size_t i = 0; i < marginals.size(); ++i) EXPECT_NEAR(marginals[i], expected.marginals[i], 1e-6);

    std::map<std::pair<int, int>, double> found;
    for (const ScoredSpan& span : chain.LikelySpans(emissions, 0.0F, 100)) found[{span.begin, span.end}] = span.score;
    ASSERT_EQ(found.size(), expected.spans.size());
    for (const auto& [span, probability] : expected.spans) EXPECT_NEAR(found[span], probability, 1e-6);
  }
}

TEST(ChainTest, ThresholdAndLengthOnlyLeaveOut) {
  Random random(23);
  for (int round = 0; round < 100; ++round) {
    const Chain chain(RandomScores(&random));
    const std::vector<float> emissions = RandomEmissions(&random, 12);
    const float threshold = 0.02F;
    const int max_chars = 4;
    std::vector<std::pair<int, int>> expected;
    for (const ScoredSpan& span : chain.LikelySpans(emissions, 0.0F, 100)) {
      if (span.score >= threshold && span.end - span.begin <= max_chars) expected.push_back({span.begin, span.end});
    }
    std::vector<std::pair<int, int>> found;
    for (const ScoredSpan& span : chain.LikelySpans(emissions, threshold, max_chars)) {
      found.push_back({span.begin, span.end});
    }
    EXPECT_EQ(found, expected);
  }
}

TEST(ChainTest, GoldenNumbersOfTwoCharacters) {
  // pa = (0.7 0.2 0.1), (0.5 0.1 0.4); no transitions. Allowed: OO OB BO BB BI
  // weights .35 .07 .10 .02 .08, sum .62
  const std::vector<float> emissions = {std::log(0.7F), std::log(0.2F), std::log(0.1F),
                                        std::log(0.5F), std::log(0.1F), std::log(0.4F)};
  const Chain chain{ChainScores{}};
  EXPECT_NEAR(chain.LogPartition(emissions), std::log(0.62), 1e-6);
  EXPECT_NEAR(chain.NoAnswerProbability(emissions), 0.35 / 0.62, 1e-6);
  const auto spans = chain.LikelySpans(emissions, 0.0F, 8);
  ASSERT_EQ(spans.size(), 3U);
  EXPECT_NEAR(spans[0].score, 0.12 / 0.62, 1e-6);  // [0, 1): BO and BB
  EXPECT_NEAR(spans[1].score, 0.08 / 0.62, 1e-6);  // [0, 2): BI
  EXPECT_NEAR(spans[2].score, 0.09 / 0.62, 1e-6);  // [1, 2): OB and BB
}

TEST(ChainTest, AConstantACharacterChangesNothing) {
  Random random(5);
  const Chain chain(RandomScores(&random));
  const std::vector<float> emissions = RandomEmissions(&random, 40);
  std::vector<float> shifted = emissions;
  for (size_t t = 0; t < 40; ++t) {
    const float shift = static_cast<float>(random.Between(-8, 8));
    for (size_t y = 0; y < 3; ++y) shifted[t * 3 + y] += shift;
  }
  EXPECT_EQ(chain.BestPath(emissions), chain.BestPath(shifted));
  EXPECT_NEAR(chain.NoAnswerProbability(emissions), chain.NoAnswerProbability(shifted), 1e-6);
  const auto spans = chain.LikelySpans(emissions, 0.01F, 64);
  const auto shifted_spans = chain.LikelySpans(shifted, 0.01F, 64);
  ASSERT_EQ(spans.size(), shifted_spans.size());
  for (size_t i = 0; i < spans.size(); ++i) EXPECT_NEAR(spans[i].score, shifted_spans[i].score, 1e-5);
}

TEST(ChainTest, HighTemperatureFlattens) {
  Random random(6);
  const ChainScores scores = RandomScores(&random);
  const std::vector<float> emissions = AllO(3);
  EXPECT_LT(Chain(scores, 10.0F).NoAnswerProbability(emissions), Chain(scores, 0.5F).NoAnswerProbability(emissions));
}

TEST(ChainTest, EmptyInputIsFine) {
  const Chain chain{ChainScores{}};
  EXPECT_TRUE(chain.BestPath({}).empty());
  EXPECT_TRUE(chain.Marginals({}).empty());
  EXPECT_TRUE(chain.LikelySpans({}, 0.1F, 10).empty());
  EXPECT_EQ(chain.LogPartition({}), 0);
  EXPECT_EQ(chain.NoAnswerProbability({}), 1);
}

TEST(ChainTest, ExtremeNumbersStayNumbers) {
  const float infinity = std::numeric_limits<float>::infinity();
  const float nan = std::numeric_limits<float>::quiet_NaN();
  ChainScores wild;
  wild.transitions = {{{1e4F, -1e4F, -1e4F}, {-1e4F, 1e4F, 0}, {3e38F, -3e38F, 0}}};
  wild.begin = {-1e4F, 1e4F, 0};
  ChainScores never;
  never.transitions[0] = {-3e38F, nan, -3e38F};
  never.end = {-3e38F, nan, infinity};
  const std::vector<std::vector<float>> rows = {
      {-infinity, -infinity, 0},
      {-infinity, -infinity, -infinity},
      {nan, 0, 0},
      {0, nan, -infinity},
      {infinity, 0, 0},
      {-1e30F, 0, -1e30F},
      {1e30F, 0, -1e30F},
  };
  for (const ChainScores& scores : {ChainScores{}, wild, never}) {
    const Chain chain(scores);
    for (const auto& first : rows) {
      for (const auto& second : rows) {
        std::vector<float> emissions = first;
        emissions.insert(emissions.end(), second.begin(), second.end());
        emissions.insert(emissions.end(), first.begin(), first.end());
        EXPECT_EQ(chain.BestPath(emissions).size(), 3U);
        const double no_answer = chain.NoAnswerProbability(emissions);
        EXPECT_TRUE(no_answer >= 0 && no_answer <= 1 + 1e-9) << no_answer;
        for (const float marginal : chain.Marginals(emissions)) EXPECT_TRUE(marginal >= 0 && marginal <= 1.0001F);
        for (const ScoredSpan& span : chain.LikelySpans(emissions, 0.001F, 8)) EXPECT_TRUE(std::isfinite(span.score));
      }
    }
  }
}

TEST(ChainTest, LongPassagesNeitherUnderflowNorSlowDown) {
  const std::vector<float> emissions = AllO(500'000);
  const Chain chain{ChainScores{}};
  const auto start = std::chrono::steady_clock::now();
  const Chain::Summary summary = chain.Summarize(emissions, 0.05F, 256);
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  EXPECT_TRUE(summary.spans.empty());
  EXPECT_GE(summary.no_answer, 0);
  RecordProperty("chars_per_second", std::to_string(500'000 / seconds.count()));
  std::printf("decoding: %.1f million characters a second\n", 0.5 / seconds.count());
  EXPECT_LT(seconds.count(), 30);  // far above what any build takes
  EXPECT_TRUE(std::isfinite(chain.LogPartition(emissions)));
}

}  // namespace
}  // namespace tiqu::decode
