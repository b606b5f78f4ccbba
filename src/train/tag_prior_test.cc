#include "train/tag_prior.h"

#include <cmath>

#include "gtest/gtest.h"
#include "train/validation.h"

namespace tiqu::train {
namespace {

// Passages of so many characters, one sample each.
Corpus MakeCorpus(const std::vector<std::pair<int, std::vector<GoldSpan>>>& samples) {
  Corpus corpus;
  for (const auto& [chars, gold] : samples) {
    text::EncodedText passage;
    passage.char_ids.resize(static_cast<size_t>(chars));
    EncodedSample sample;
    sample.passage = static_cast<int32_t>(corpus.passages.size());
    sample.gold = gold;
    corpus.passages.push_back(std::move(passage));
    corpus.samples.push_back(std::move(sample));
  }
  return corpus;
}

model::ModelSpec SmallSpec(bool crf) {
  model::ModelSpec spec;
  spec.char_vocab_size = 4;
  spec.word_vocab_size = 2;
  spec.word_dim = 1;
  spec.hidden = 8;
  spec.crf = crf;
  return spec;
}

TEST(TagPriorTest, GoldenCounts) {
  // O O B I I O, B B O and O O: with one added to each move.
  const TagPrior prior = CountTags(MakeCorpus({{6, {{2, 5}}}, {3, {{0, 1}, {1, 2}}}, {2, {}}}));
  const auto& moves = prior.chain.transitions;
  EXPECT_NEAR(moves[0][0], std::log(3.0 / 5), 1e-6);
  EXPECT_NEAR(moves[0][1], std::log(2.0 / 5), 1e-6);
  EXPECT_EQ(moves[0][2], 0);  // impossible
  EXPECT_NEAR(moves[1][0], std::log(2.0 / 6), 1e-6);
  EXPECT_NEAR(moves[1][1], std::log(2.0 / 6), 1e-6);
  EXPECT_NEAR(moves[1][2], std::log(2.0 / 6), 1e-6);
  EXPECT_NEAR(moves[2][0], std::log(2.0 / 5), 1e-6);
  EXPECT_NEAR(moves[2][1], std::log(1.0 / 5), 1e-6);
  EXPECT_NEAR(moves[2][2], std::log(2.0 / 5), 1e-6);
  EXPECT_NEAR(prior.chain.begin[0], std::log(3.0 / 5), 1e-6);
  EXPECT_NEAR(prior.chain.begin[1], std::log(2.0 / 5), 1e-6);
}

// With emissions that say nothing, a fresh chain gives an answer what it has in the data, whatever its length.
TEST(TagPriorTest, LongAnswersAreAsLikelyAsInTheData) {
  std::vector<std::pair<int, std::vector<GoldSpan>>> samples;
  for (int i = 0; i < 500; ++i) samples.push_back({100, {{30 + i % 20, 60 + i % 20}}});
  const model::ModelSpec spec = SmallSpec(/*crf=*/true);
  Parameters parameters = Parameters::Initialize(spec, 1);
  StartFromPrior(CountTags(MakeCorpus(samples)), spec, &parameters);
  const decode::Chain chain(ChainScoresOf(spec, parameters));
  const std::vector<float> marginals = chain.Marginals(std::vector<float>(300, 0.0F));
  double inside = 0;
  for (size_t t = 0; t < 100; ++t) inside += marginals[t * 3 + 1] + marginals[t * 3 + 2];
  EXPECT_NEAR(inside, 30, 6);  // characters in answers; a chain without memory of the place is a little off at the ends
  EXPECT_EQ(parameters.Get("answer/bias").abs().sum().item<float>(), 0);
}

TEST(TagPriorTest, WithoutAChainTheBiasHoldsThePrior) {
  const model::ModelSpec spec = SmallSpec(/*crf=*/false);
  Parameters parameters = Parameters::Initialize(spec, 1);
  const TagPrior prior = CountTags(MakeCorpus({{1000, {{10, 30}}}}));
  StartFromPrior(prior, spec, &parameters);
  const float* bias = parameters.Get("answer/bias").data_ptr<float>();
  EXPECT_NEAR(std::exp(bias[0]) + std::exp(bias[1]) + std::exp(bias[2]), 1, 1e-5);
  EXPECT_NEAR(std::exp(bias[2]), 0.02, 0.003);
  EXPECT_EQ(parameters.Get("crf/transitions").abs().sum().item<float>(), 0);
}

TEST(TagPriorTest, AnEmptyCorpusGivesFiniteScores) {
  const TagPrior prior = CountTags(Corpus());
  for (const auto& row : prior.chain.transitions) {
    for (const float score : row) EXPECT_TRUE(std::isfinite(score));
  }
}

}  // namespace
}  // namespace tiqu::train
