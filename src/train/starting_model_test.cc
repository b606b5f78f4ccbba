#include "train/starting_model.h"

#include <filesystem>

#include "base/file.h"
#include "data/sample_writer.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "train/trainer.h"

namespace tiqu::train {
namespace {

using testing::HasSubstr;

std::string Folder(const std::string& name) {
  const std::string path = testing::TempDir() + "/starting_model_test_" + name;
  std::filesystem::remove_all(path);
  EXPECT_TRUE(MakeDirectories(path).ok());
  return path;
}

// Eight samples; `place` is what each name is followed by.
std::string WriteSamples(const std::string& path, const std::string& place) {
  std::string lines;
  for (const char* name : {"王明", "李强", "张英", "刘洋", "陈静", "杨帆", "赵磊", "黄丽"}) {
    data::Sample sample;
    sample.question = std::string(name) + "住在哪里";
    sample.passage = std::string(name) + ",家住" + place + name + "市。";
    sample.answers = {{place + name}};
    lines += data::WriteSample(sample);
  }
  EXPECT_TRUE(WriteFileAtomically(path, lines).ok());
  return path;
}

TrainerOptions SmallTraining(const std::string& folder, const std::string& place) {
  TrainerOptions options;
  options.data.train_files = {WriteSamples(folder + "/samples.jsonl", place)};
  options.data.valid_files = options.data.train_files;
  options.data.min_char_count = 1;
  options.spec.hidden = 16;
  options.spec.max_position = 64;
  options.spec.encoder_rates = {1};
  options.spec.model_rates = {1, 2};
  options.optimizer.learning_rate = 1e-2;
  options.optimizer.batch_chars = 128;
  options.optimizer.epochs = 60;
  options.optimizer.ema_decay = 0.9;
  options.regularization = {0, 0, 0, 0, 0, 0.5, 0, 0};
  options.valid_every_epochs = 60;
  options.output_dir = folder + "/out";
  options.threads = 1;
  return options;
}

// A model trained once for all tests here.
const std::string& TrainedModel() {
  static const std::string path = [] {
    const auto result = Train(SmallTraining(Folder("trained"), "新"));
    EXPECT_TRUE(result.ok()) << result.status();
    EXPECT_GT(result->f1, 0.9);
    return result->model_path;
  }();
  return path;
}

// One step with a rate too small to change anything.
TrainerOptions Untouched(const std::string& folder, const std::string& place, const std::string& from) {
  TrainerOptions options = SmallTraining(folder, place);
  options.init_from = from;
  options.spec = model::ModelSpec();  // the model's own is taken
  options.optimizer.learning_rate = 1e-9;
  options.optimizer.epochs = 1;
  options.valid_every_epochs = 1;
  return options;
}

TEST(StartingModelTest, TheFirstStepIsAsGoodAsTheModel) {
  const auto result = Train(Untouched(Folder("again"), "新", TrainedModel()));
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_GT(result->f1, 0.9);
  const auto model = checkpoint::Load(result->model_path);
  ASSERT_TRUE(model.ok()) << model.status();
  EXPECT_EQ(model->config.spec.hidden, 16);
  EXPECT_EQ(model->config.provenance["training"]["run"]["init_from"], TrainedModel());
}

TEST(StartingModelTest, NewCharactersAreAddedBehindTheKnownOnes) {
  const auto result = Train(Untouched(Folder("new_characters"), "旧", TrainedModel()));
  ASSERT_TRUE(result.ok()) << result.status();
  const auto before = LoadStartingModel(TrainedModel());
  const auto after = LoadStartingModel(result->model_path);
  ASSERT_TRUE(before.ok() && after.ok()) << after.status();
  EXPECT_EQ(after->chars.Find("旧"), before->chars.size());
  EXPECT_EQ(after->chars.Find("王"), before->chars.Find("王"));
  const auto& old_rows = before->checkpoint.weights.at("mix_embedding/char_embeddings").values;
  const auto& rows = after->checkpoint.weights.at("mix_embedding/char_embeddings").values;
  ASSERT_EQ(rows.size(), old_rows.size() + 16);
  for (size_t i = 0; i < old_rows.size(); ++i) EXPECT_NEAR(rows[i], old_rows[i], 1e-6) << i;
  EXPECT_EQ(after->checkpoint.weights.at("match_features/char_idf").values.back(), 1.0F);
}

TEST(StartingModelTest, WhatIsNoModelIsRefused) {
  const std::string folder = Folder("refused");
  EXPECT_FALSE(LoadStartingModel(folder).ok());
  EXPECT_THAT(std::string(LoadStartingModel(folder + "/none.h5").status().message()), HasSubstr("none.h5"));
  TrainerOptions options = Untouched(folder, "新", TrainedModel());
  options.data.word_vectors = "vectors.bin";
  EXPECT_THAT(std::string(Train(options).status().message()), HasSubstr("brings its own"));
}

TEST(StartingModelTest, VocabulariesKeepTheirIds) {
  const text::Vocabulary known = text::Vocabulary::FromEntries({{"甲", 5}, {"乙", 2}});
  const text::Vocabulary more = text::Vocabulary::FromEntries({{"乙", 9}, {"丙", 7}});
  const text::Vocabulary all = ExtendVocabulary(known, more);
  EXPECT_EQ(all.size(), 5);
  EXPECT_EQ(all.Find("甲"), 2);
  EXPECT_EQ(all.Find("乙"), 3);
  EXPECT_EQ(all.Find("丙"), 4);
}

}  // namespace
}  // namespace tiqu::train
