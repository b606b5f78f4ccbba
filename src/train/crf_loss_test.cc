#include "train/crf_loss.h"

#include <cmath>

#include "base/random.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tiqu::train {
namespace {

bool Legal(const std::vector<uint8_t>& tags) {
  if (tags[0] == 2) return false;
  for (size_t t = 1; t < tags.size(); ++t) {
    if (tags[t - 1] == 0 && tags[t] == 2) return false;
  }
  return true;
}

std::vector<std::vector<uint8_t>> LegalSequences(size_t chars) {
  std::vector<std::vector<uint8_t>> all;
  auto count = static_cast<size_t>(std::pow(3, chars));
  for (size_t code = 0; code < count; ++code) {
    std::vector<uint8_t> tags;
    for (size_t t = 0, rest = code; t < chars; ++t, rest /= 3) tags.push_back(static_cast<uint8_t>(rest % 3));
    if (Legal(tags)) all.push_back(tags);
  }
  return all;
}

double Score(const std::vector<float>& logits, const std::vector<uint8_t>& tags, const ChainParameters& chain) {
  double score = chain.begin[tags[0]] + chain.end[tags.back()];
  for (size_t t = 0; t < tags.size(); ++t) {
    score += logits[3 * t + tags[t]];
    if (t > 0) score += chain.transitions[tags[t - 1]][tags[t]];
  }
  return score;
}

// By adding up every legal sequence.
double EnumeratedLoss(const std::vector<float>& logits, const std::vector<uint8_t>& tags,
                      const ChainParameters& chain) {
  double sum = 0;
  for (const auto& each : LegalSequences(tags.size())) sum += std::exp(Score(logits, each, chain));
  return std::log(sum) - Score(logits, tags, chain);
}

ChainParameters RandomChain(Random* random) {
  ChainParameters chain;
  for (int i = 0; i < 3; ++i) {
    for (int j = 0; j < 3; ++j) chain.transitions[i][j] = 2 * random->Uniform() - 1;
    chain.begin[i] = 2 * random->Uniform() - 1;
    chain.end[i] = 2 * random->Uniform() - 1;
  }
  return chain;
}

std::vector<float> RandomLogits(size_t chars, Random* random) {
  std::vector<float> logits(3 * chars);
  for (float& value : logits) value = static_cast<float>(6 * random->Uniform() - 3);
  return logits;
}

// With all scores zero the loss is the logarithm of the number of legal sequences: 2, 5, 13, 34 (every other Fibonacci
// number).
TEST(CrfLossTest, ZeroScoresCountTheLegalSequences) {
  const double counts[] = {2, 5, 13, 34, 89, 233};
  for (size_t chars = 1; chars <= std::size(counts); ++chars) {
    const std::vector<float> logits(3 * chars, 0.0F);
    const std::vector<uint8_t> tags(chars, 0);
    EXPECT_NEAR(ChainLoss(logits, tags, {}, nullptr, nullptr), std::log(counts[chars - 1]), 1e-12) << chars;
  }
}

TEST(CrfLossTest, OneCharacterByHand) {
  // log(e^1 + e^2) - 2, the third tag is impossible at the start
  const std::vector<float> logits = {1.0F, 2.0F, 50.0F};
  EXPECT_NEAR(ChainLoss(logits, std::vector<uint8_t>{1}, {}, nullptr, nullptr), 0.31326168751822286, 1e-12);
}

TEST(CrfLossTest, EqualsTheSumOverAllSequences) {
  Random random(5);
  for (size_t chars = 1; chars <= 7; ++chars) {
    const ChainParameters chain = RandomChain(&random);
    const std::vector<float> logits = RandomLogits(chars, &random);
    double total = 0;
    for (const auto& tags : LegalSequences(chars)) {
      const double loss = ChainLoss(logits, tags, chain, nullptr, nullptr);
      EXPECT_NEAR(loss, EnumeratedLoss(logits, tags, chain), 1e-9);
      total += std::exp(-loss);
    }
    EXPECT_NEAR(total, 1.0, 1e-9) << "probabilities of all sequences, " << chars << " characters";
  }
}

TEST(CrfLossTest, GradientsAreNumericalGradients) {
  Random random(6);
  ChainParameters chain = RandomChain(&random);
  std::vector<float> logits = RandomLogits(9, &random);
  const std::vector<uint8_t> tags = {0, 1, 2, 2, 0, 1, 1, 2, 0};
  std::vector<float> d_logits(logits.size());
  ChainParameters gradients;
  ChainLoss(logits, tags, chain, d_logits.data(), &gradients);
  const auto loss = [&] { return ChainLoss(logits, tags, chain, nullptr, nullptr); };
  const auto numerical = [&](double* value) {
    constexpr double kStep = 1e-5;
    const double before = *value;
    *value = before + kStep;
    const double up = loss();
    *value = before - kStep;
    const double down = loss();
    *value = before;
    return (up - down) / (2 * kStep);
  };
  for (int i = 0; i < 3; ++i) {
    for (int j = 0; j < 3; ++j) {
      EXPECT_NEAR(gradients.transitions[i][j], numerical(&chain.transitions[i][j]), 1e-8) << i << j;
    }
    EXPECT_NEAR(gradients.begin[i], numerical(&chain.begin[i]), 1e-8) << i;
    EXPECT_NEAR(gradients.end[i], numerical(&chain.end[i]), 1e-8) << i;
  }
  for (size_t i = 0; i < logits.size(); ++i) {
    const float before = logits[i];
    logits[i] = before + 1e-3F;
    const double up = loss();
    logits[i] = before - 1e-3F;
    const double down = loss();
    logits[i] = before;
    EXPECT_NEAR(d_logits[i], (up - down) / 2e-3, 1e-3) << "logit " << i;
  }
}

TEST(CrfLossTest, GradientsAddUpOverSequences) {
  Random random(7);
  const ChainParameters chain = RandomChain(&random);
  const std::vector<float> logits = RandomLogits(3, &random);
  const std::vector<uint8_t> tags = {1, 2, 0};
  ChainParameters once;
  ChainParameters twice;
  ChainLoss(logits, tags, chain, nullptr, &once);
  ChainLoss(logits, tags, chain, nullptr, &twice);
  ChainLoss(logits, tags, chain, nullptr, &twice);
  EXPECT_DOUBLE_EQ(twice.transitions[1][2], 2 * once.transitions[1][2]);
  EXPECT_DOUBLE_EQ(twice.begin[1], 2 * once.begin[1]);
}

TEST(CrfLossTest, LongAndExtremeSequencesStayFinite) {
  std::vector<float> logits(3 * 5000, 0.0F);
  for (size_t t = 0; t < 5000; ++t) logits[3 * t + t % 3] = t % 2 == 0 ? 80.0F : -80.0F;
  std::vector<float> d_logits(logits.size());
  ChainParameters gradients;
  const double loss = ChainLoss(logits, std::vector<uint8_t>(5000, 0), {}, d_logits.data(), &gradients);
  EXPECT_TRUE(std::isfinite(loss));
  EXPECT_GT(loss, 0);
  for (const float value : d_logits) ASSERT_TRUE(std::isfinite(value));
}

TEST(CrfLossTest, SoftmaxLossByHand) {
  // log(e^1 + e^2 + e^3) - 2
  const std::vector<float> logits = {1.0F, 2.0F, 3.0F};
  std::vector<float> d_logits(3);
  EXPECT_NEAR(SoftmaxLoss(logits, std::vector<uint8_t>{1}, d_logits.data()), 1.4076059644443804, 1e-6);
  EXPECT_NEAR(d_logits[0], 0.09003057, 1e-6);
  EXPECT_NEAR(d_logits[1], 0.24472847 - 1.0, 1e-6);
  EXPECT_NEAR(d_logits[2], 0.66524096, 1e-6);
}

}  // namespace
}  // namespace tiqu::train
