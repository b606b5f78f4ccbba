#include "train/training_state.h"

#include "base/file.h"
#include "gtest/gtest.h"
#include "train/metrics_log.h"
#include "train/report.h"

namespace tiqu::train {
namespace {

TrainingState MakeState() {
  TrainingState state;
  state.config = {{"run", {{"seed", 3}}}};
  state.data_fingerprint = 0xfedcba9876543210ULL;
  state.epoch = 2;
  state.batch = 7;
  state.seconds = 12.5;
  state.best_score = 0.75;
  state.best_loss = 3.25;
  state.best_step = 40;
  state.validated_step = 41;
  state.bad_validations = 1;
  state.metrics_bytes = 1234;
  state.weights = {1.5F, -2.0F, 0.0F};
  state.adam = AdamState(3, true);
  state.adam.step = 47;
  state.adam.first_moment = {0.1F, 0.2F, 0.3F};
  state.adam.average = {9.0F, 8.0F, 7.0F};
  return state;
}

TEST(TrainingStateTest, ReadsBackWhatItWrote) {
  const std::string path = testing::TempDir() + "/state.bin";
  const TrainingState state = MakeState();
  ASSERT_TRUE(SaveTrainingState(state, path).ok());
  const auto loaded = LoadTrainingState(path);
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  EXPECT_EQ(loaded->config, state.config);
  EXPECT_EQ(loaded->data_fingerprint, state.data_fingerprint);
  EXPECT_EQ(loaded->epoch, 2);
  EXPECT_EQ(loaded->batch, 7);
  EXPECT_EQ(loaded->seconds, 12.5);
  EXPECT_EQ(loaded->best_score, 0.75);
  EXPECT_EQ(loaded->best_loss, 3.25);
  EXPECT_EQ(loaded->best_step, 40);
  EXPECT_EQ(loaded->validated_step, 41);
  EXPECT_EQ(loaded->bad_validations, 1);
  EXPECT_EQ(loaded->metrics_bytes, 1234);
  EXPECT_EQ(loaded->weights, state.weights);
  EXPECT_EQ(loaded->adam.step, 47);
  EXPECT_EQ(loaded->adam.first_moment, state.adam.first_moment);
  EXPECT_EQ(loaded->adam.second_moment, state.adam.second_moment);
  EXPECT_EQ(loaded->adam.average, state.adam.average);
}

TEST(TrainingStateTest, EveryDamageIsAnError) {
  const std::string path = testing::TempDir() + "/damaged.bin";
  ASSERT_TRUE(SaveTrainingState(MakeState(), path).ok());
  const std::string good = *ReadFile(path);
  for (size_t i = 0; i < good.size(); i += i < 64 ? 3 : 11) {
    std::string flipped = good;
    flipped[i] = static_cast<char>(flipped[i] ^ 0x10);
    ASSERT_TRUE(WriteFileAtomically(path, flipped).ok());
    EXPECT_FALSE(LoadTrainingState(path).ok()) << "byte " << i;
  }
  for (size_t size = 0; size < good.size(); size += 29) {
    ASSERT_TRUE(WriteFileAtomically(path, good.substr(0, size)).ok());
    EXPECT_FALSE(LoadTrainingState(path).ok()) << size << " bytes";
  }
  EXPECT_EQ(LoadTrainingState(testing::TempDir() + "/no.bin").status().code(), absl::StatusCode::kNotFound);
}

TEST(MetricsLogTest, CutsWhatAResumedTrainingWritesAgain) {
  const std::string path = testing::TempDir() + "/metrics.jsonl";
  int64_t bytes = 0;
  {
    MetricsLog log;
    ASSERT_TRUE(log.Open(path, 0).ok());
    ASSERT_TRUE(log.Write({{"step", 1}}).ok());
    bytes = log.bytes();
    ASSERT_TRUE(log.Write({{"step", 2}}).ok());
  }
  MetricsLog log;
  ASSERT_TRUE(log.Open(path, bytes).ok());
  ASSERT_TRUE(log.Write({{"step", 3}}).ok());
  EXPECT_EQ(*ReadFile(path), "{\"step\":1}\n{\"step\":3}\n");
  EXPECT_FALSE(MetricsLog().Open(testing::TempDir() + "/no/such/folder/m.jsonl", 0).ok());
}

TEST(MetricsLogTest, ReadingSkipsBrokenLines) {
  const std::string path = testing::TempDir() + "/broken.jsonl";
  ASSERT_TRUE(WriteFileAtomically(path, "{\"step\":1}\n[1]\n\n{\"step\":\n{\"step\":2}").ok());
  const auto lines = ReadMetrics(path);
  ASSERT_TRUE(lines.ok()) << lines.status();
  ASSERT_EQ(lines->size(), 2U);
  EXPECT_EQ((*lines)[1]["step"], 2);
}

}  // namespace
}  // namespace tiqu::train
