#include "savedmodel/export.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <limits>

#include "base/file.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "savedmodel/fresh_dir_test_util.h"
#include "savedmodel/reader_files.h"
#include "savedmodel/saved_model.h"

namespace tiqu::savedmodel {
namespace {

using testing::HasSubstr;

checkpoint::Checkpoint SmallCheckpoint(int vocabulary = 8) {
  checkpoint::Checkpoint checkpoint;
  model::ModelSpec& spec = checkpoint.config.spec;
  spec.char_vocab_size = vocabulary;
  spec.word_vocab_size = 5;
  spec.word_dim = 3;
  spec.hidden = 4;
  spec.encoder_rates = {1};
  spec.model_rates = {1, 2};
  for (const model::WeightShape& weight : model::WeightShapes(spec)) {
    int64_t count = 1;
    for (const int64_t size : weight.shape) count *= size;
    checkpoint.weights[weight.name] = {weight.shape, std::vector<float>(count, 0.25F)};
  }
  checkpoint.files["chars.txt"] = "chars";
  checkpoint.files["words.txt"] = "words";
  checkpoint.files["state"] = "only for training";
  return checkpoint;
}

TEST(ExportTest, AVersionFolderHoldsAllThatServingNeeds) {
  const std::string base = FreshDir("exported");
  const checkpoint::Checkpoint checkpoint = SmallCheckpoint();
  ASSERT_TRUE(ExportCheckpoint(checkpoint, base, 3).ok());
  const auto loaded = ReadSavedModel(base + "/3");
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  for (const model::WeightShape& weight : model::WeightShapes(checkpoint.config.spec)) {
    EXPECT_EQ(loaded->variables.count(weight.name), weight.in_graph ? 1U : 0U) << weight.name;
  }
  EXPECT_EQ(loaded->variables.at("encode_0/kernel").shape(), Shape({3, 4, 8}));
  EXPECT_EQ(ReadAsset(base + "/3", kCharsAsset).value(), "chars");
  EXPECT_EQ(ReadAsset(base + "/3", kWordsAsset).value(), "words");
  EXPECT_FALSE(ReadAsset(base + "/3", "state").ok());
  const auto config = model::ModelConfig::Parse(ReadExtra(base + "/3", kConfigExtra).value());
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->ToJson(), checkpoint.config.ToJson());
}

TEST(ExportTest, CheckpointsThatAreNotWholeAreRefusedByName) {
  const struct {
    const char* message;
    void (*change)(checkpoint::Checkpoint&);
  } kCases[] = {
      {"answer/bias", [](checkpoint::Checkpoint& c) { c.weights.erase("answer/bias"); }},
      {"encode_0/kernel", [](checkpoint::Checkpoint& c) { c.weights["encode_0/kernel"].shape = {1}; }},
      {"not finite", [](checkpoint::Checkpoint& c) { c.weights["answer/bias"].values[1] = std::nanf(""); }},
      {"words.txt", [](checkpoint::Checkpoint& c) { c.files.erase("words.txt"); }},
  };
  for (const auto& test : kCases) {
    const std::string base = FreshDir("refused");
    checkpoint::Checkpoint checkpoint = SmallCheckpoint();
    test.change(checkpoint);
    const absl::Status status = ExportCheckpoint(checkpoint, base, 1);
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(std::string(status.message()), HasSubstr(test.message));
    EXPECT_FALSE(FileExists(base + "/1"));
  }
}

// Kills exports at many moments: the version's folder is whole or not there.
TEST(ExportTest, AKilledExportLeavesNoVersion) {
  const std::string base = FreshDir("killed");
  const checkpoint::Checkpoint checkpoint = SmallCheckpoint(/*vocabulary=*/400000);  // 6 MB: long enough to be hit
  int killed = 0;
  for (int version = 1; version <= 12; ++version) {
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) _exit(ExportCheckpoint(checkpoint, base, version).ok() ? 0 : 1);
    usleep(1500 * version);
    kill(child, SIGKILL);
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    killed += WIFSIGNALED(status) ? 1 : 0;
    const std::string folder = base + "/" + std::to_string(version);
    if (FileExists(folder)) {
      EXPECT_TRUE(ReadSavedModel(folder).ok()) << folder;
      EXPECT_TRUE(ReadExtra(folder, kConfigExtra).ok()) << folder;
    } else {
      EXPECT_FALSE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    }
  }
  EXPECT_GT(killed, 0);
}

}  // namespace
}  // namespace tiqu::savedmodel
