#include "train/epoch_plan.h"

#include <algorithm>
#include <map>
#include <set>

#include "base/random.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tiqu::train {
namespace {

text::EncodedText Passage(const std::u32string& chars) {
  text::EncodedText passage;
  passage.text.chars = chars;
  passage.char_ids.assign(chars.size(), 2);
  passage.word_ids.assign(chars.size(), 1);
  return passage;
}

// Passages of 10 to 200 characters, each character of a passage unlike any other's, one to nine questions each.
Corpus RandomCorpus(uint64_t seed) {
  Random random(seed);
  Corpus corpus;
  for (int p = 0; p < 60; ++p) {
    const int chars = random.Between(10, 200);
    corpus.passages.push_back(Passage(std::u32string(static_cast<size_t>(chars), static_cast<char32_t>(0x4e00 + p))));
    const int questions = random.Between(1, 9);
    for (int q = 0; q < questions; ++q) {
      EncodedSample sample;
      sample.passage = p;
      sample.question.assign(1, static_cast<char32_t>(0x5000 + corpus.samples.size()));
      sample.question_chars = {2, 3};
      sample.question_words = {1, 1};
      if (random.Chance(0.8)) {
        const int begin = random.Between(0, chars - 5);
        sample.gold = {{begin, begin + 4}};
      }
      corpus.samples.push_back(sample);
    }
  }
  return corpus;
}

TrainerOptions SmallBatches() {
  TrainerOptions options;
  options.data.max_passage_chars = 64;
  options.optimizer.batch_chars = 512;
  options.optimizer.group_questions = 4;
  return options;
}

std::vector<PassageUnit> Flatten(const std::vector<BatchPlan>& batches) {
  std::vector<PassageUnit> units;
  for (const BatchPlan& batch : batches) units.insert(units.end(), batch.begin(), batch.end());
  return units;
}

std::multiset<int32_t> SamplesOf(const std::vector<PassageUnit>& units) {
  std::multiset<int32_t> samples;
  for (const PassageUnit& unit : units) samples.insert(unit.samples.begin(), unit.samples.end());
  return samples;
}

bool Same(const std::vector<BatchPlan>& a, const std::vector<BatchPlan>& b) {
  const auto key = [](const std::vector<BatchPlan>& plan) {
    std::vector<std::vector<int32_t>> out;
    for (const BatchPlan& batch : plan) {
      for (const PassageUnit& unit : batch) {
        out.push_back({unit.passage, unit.begin, unit.end});
        out.push_back(unit.samples);
      }
      out.emplace_back();
    }
    return out;
  };
  return key(a) == key(b);
}

TEST(EpochPlanTest, EverySampleOnceInUnitsThatKeepTheLimits) {
  const Corpus corpus = RandomCorpus(1);
  const TrainerOptions options = SmallBatches();
  for (int64_t epoch = 0; epoch < 5; ++epoch) {
    const std::vector<BatchPlan> batches = PlanEpoch(corpus, options, epoch);
    const std::vector<PassageUnit> units = Flatten(batches);
    const std::multiset<int32_t> samples = SamplesOf(units);
    EXPECT_EQ(samples.size(), corpus.samples.size());
    EXPECT_EQ(std::set<int32_t>(samples.begin(), samples.end()).size(), corpus.samples.size());
    for (const PassageUnit& unit : units) {
      const int64_t whole = corpus.passage_chars(unit.passage);
      EXPECT_EQ(unit.chars(), std::min<int64_t>(whole, 64));
      EXPECT_GE(unit.begin, 0);
      EXPECT_LE(unit.end, whole);
      EXPECT_LE(unit.samples.size(), whole > 64 ? 1U : 4U);
      for (const int32_t s : unit.samples) EXPECT_EQ(corpus.samples[static_cast<size_t>(s)].passage, unit.passage);
    }
    for (const BatchPlan& batch : batches) {
      ASSERT_FALSE(batch.empty());
      EXPECT_TRUE(batch.size() == 1 || CountChars(batch) <= 512) << CountChars(batch);
    }
  }
}

TEST(EpochPlanTest, IsAFunctionOfSeedAndEpoch) {
  const Corpus corpus = RandomCorpus(2);
  TrainerOptions options = SmallBatches();
  options.regularization.negative_fraction = 0.2;
  EXPECT_TRUE(Same(PlanEpoch(corpus, options, 3), PlanEpoch(corpus, options, 3)));
  EXPECT_FALSE(Same(PlanEpoch(corpus, options, 3), PlanEpoch(corpus, options, 4)));
  TrainerOptions other = options;
  other.seed = 2;
  EXPECT_FALSE(Same(PlanEpoch(corpus, options, 3), PlanEpoch(corpus, other, 3)));
}

TEST(EpochPlanTest, CropsHoldAnAnswerUnlessRandom) {
  const Corpus corpus = RandomCorpus(3);
  TrainerOptions options = SmallBatches();
  options.regularization.random_crop_rate = 0;
  std::set<int32_t> begins;
  for (int64_t epoch = 0; epoch < 20; ++epoch) {
    for (const PassageUnit& unit : Flatten(PlanEpoch(corpus, options, epoch))) {
      const EncodedSample& sample = corpus.samples[static_cast<size_t>(unit.samples[0])];
      if (unit.samples.size() > 1 || sample.gold.empty()) continue;
      EXPECT_LE(unit.begin, sample.gold[0].begin);
      EXPECT_GE(unit.end, sample.gold[0].end);
      begins.insert(unit.begin);
    }
  }
  EXPECT_GT(begins.size(), 30U) << "crops should move about";
}

TEST(EpochPlanTest, NegativesAskForWhatThePassageDoesNotHold) {
  const Corpus corpus = RandomCorpus(4);
  TrainerOptions options = SmallBatches();
  options.regularization.negative_fraction = 0.25;
  const std::vector<PassageUnit> units = Flatten(PlanEpoch(corpus, options, 0));
  int64_t negatives = 0;
  for (const PassageUnit& unit : units) {
    if (!unit.negative) continue;
    ++negatives;
    EXPECT_NE(corpus.samples[static_cast<size_t>(unit.samples[0])].passage, unit.passage);
  }
  const auto samples = static_cast<double>(corpus.samples.size());
  EXPECT_NEAR(static_cast<double>(negatives), samples / 3, samples * 0.03);  // a quarter of all
}

TEST(ShareBatchTest, EverySampleOnceAndEvenly) {
  const Corpus corpus = RandomCorpus(5);
  const std::vector<BatchPlan> batches = PlanEpoch(corpus, SmallBatches(), 0);
  for (const int workers : {1, 2, 3, 4}) {
    for (const BatchPlan& batch : batches) {
      const std::vector<BatchPlan> shares = ShareBatch(batch, workers);
      ASSERT_EQ(shares.size(), static_cast<size_t>(workers));
      EXPECT_EQ(SamplesOf(Flatten(shares)), SamplesOf(batch));
    }
  }
}

TEST(ShareBatchTest, PartsTheQuestionsOfOnePassage) {
  PassageUnit unit;
  unit.end = 500;
  for (int32_t s = 0; s < 16; ++s) unit.samples.push_back(s);
  for (const int workers : {2, 3, 4}) {
    const std::vector<BatchPlan> shares = ShareBatch({unit}, workers);
    EXPECT_EQ(SamplesOf(Flatten(shares)), SamplesOf({unit}));
    for (const BatchPlan& share : shares) EXPECT_LE(CountSamples(share), 16 / workers + 2) << workers << " workers";
  }
  EXPECT_EQ(ShareBatch({unit}, 1)[0].size(), 1U) << "one worker keeps the passage whole";
}

}  // namespace
}  // namespace tiqu::train
