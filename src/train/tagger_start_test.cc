// Taggers that go on from a trained one.
#include "train/tagger_start.h"

#include <filesystem>

#include "base/file.h"
#include "checkpoint/checkpoint.h"
#include "data/sample_writer.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "train/small_tagger_test_util.h"
#include "train/trainer.h"

namespace tiqu::train {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr char kEmbedding[] = "ngram_embedding/char_embeddings";

std::string StartFolder(const std::string& name) {
  const std::string path = testing::TempDir() + "/tagger_start_test_" + name;
  std::filesystem::remove_all(path);
  EXPECT_TRUE(MakeDirectories(path).ok());
  return path;
}

// Eight texts with a name of `type` each, which `after` follows.
TrainerOptions NamesTraining(const std::string& folder, const std::string& after, const std::string& type) {
  std::string lines;
  for (const char* name : {"王明", "李强", "张英", "刘洋", "陈静", "杨帆", "赵磊", "黄丽"}) {
    data::Sample text;
    text.passage = std::string(name) + after;
    text.answers = {{name, 0, 2, type}};
    lines += data::WriteEntities(text);
  }
  const std::string texts = folder + "/texts.jsonl";
  EXPECT_TRUE(WriteFileAtomically(texts, lines).ok());
  return SmallTaggerOptions(folder, texts);
}

const std::string& TrainedTagger() {
  static const std::string path = [] {
    const auto result = Train(NamesTraining(StartFolder("trained"), "住在城里。", "PER"));
    EXPECT_TRUE(result.ok()) << result.status();
    EXPECT_EQ(result->f1, 1.0);
    return result->model_path;
  }();
  return path;
}

// One step with a rate too small to change anything; the model's own shape is taken.
TrainerOptions Continued(const std::string& folder, const std::string& after, const std::string& type) {
  TrainerOptions options = NamesTraining(folder, after, type);
  options.init_from = TrainedTagger();
  options.spec = TrainerOptions::DefaultsFor(model::kTaggerKind).spec;
  options.optimizer.learning_rate = 1e-9;
  options.optimizer.epochs = 1;
  options.valid_every_epochs = 1;
  return options;
}

TEST(TaggerStartTest, TheFirstStepIsAsGoodAsTheModel) {
  const auto result = Train(Continued(StartFolder("again"), "住在城里。", "PER"));
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(result->f1, 1.0);
}

TEST(TaggerStartTest, WhatIsNewComesBehindWhatIsKnown) {
  const auto result = Train(Continued(StartFolder("new"), "住在乡下。", "PER"));
  ASSERT_TRUE(result.ok()) << result.status();
  const auto before = LoadStartingModel(TrainedTagger());
  const auto after = LoadStartingModel(result->model_path);
  ASSERT_TRUE(before.ok() && after.ok()) << after.status();
  EXPECT_EQ(after->chars.Find("王"), before->chars.Find("王"));
  const int32_t added = after->chars.Find("乡");
  EXPECT_GE(added, before->chars.size());
  const auto& rows = after->checkpoint.weights.at(kEmbedding).values;
  const auto& old_rows = before->checkpoint.weights.at(kEmbedding).values;
  for (size_t i = 0; i < old_rows.size(); ++i) EXPECT_NEAR(rows[i], old_rows[i], 1e-6) << i;
  for (size_t k = 0; k < 16; ++k) {
    EXPECT_NEAR(rows[static_cast<size_t>(added) * 16 + k], old_rows[text::kUnknownId * 16 + k], 1e-6) << k;
  }

  const model::NgramTable old_table = PairTableOf(*before), table = PairTableOf(*after);
  for (const auto& [pair, id] : RecoverPairs(old_table, before->chars.size())) EXPECT_EQ(table.Find(pair), id);
  const int32_t old_pairs = before->checkpoint.config.spec.bigram_vocab_size;
  EXPECT_EQ(old_pairs, 5);  // 住在 在城 城里 里。 and none
  EXPECT_EQ(after->checkpoint.config.spec.bigram_vocab_size, old_pairs + 3);
  for (const char* pair : {"在乡", "乡下", "下。"}) {
    const int32_t ids[] = {after->chars.Find(std::string(pair, 3)), after->chars.Find(std::string(pair + 3, 3))};
    EXPECT_GE(table.Find(ids), old_pairs) << pair;
  }
}

TEST(TaggerStartTest, RareCharactersGoOnSharingAVector) {
  TrainerOptions first = NamesTraining(StartFolder("rare_before"), "住在城里。", "PER");
  first.data.min_char_count = 2;  // the names' characters share that of "unknown"
  const auto trained = Train(first);
  ASSERT_TRUE(trained.ok()) << trained.status();
  TrainerOptions next = Continued(StartFolder("rare_after"), "住在王城里。", "PER");  // a name's that is frequent now
  next.init_from = trained->model_path;
  next.data.min_char_count = 2;
  const auto result = Train(next);
  ASSERT_TRUE(result.ok()) << result.status();
  const auto before = LoadStartingModel(trained->model_path), after = LoadStartingModel(result->model_path);
  ASSERT_TRUE(before.ok() && after.ok()) << after.status();
  const int32_t known = before->checkpoint.config.spec.known_chars;
  EXPECT_EQ(known, 7);  // 住 在 城 里 。
  EXPECT_EQ(after->checkpoint.config.spec.known_chars, known + 1);
  EXPECT_EQ(after->chars.Find("王"), known);
  EXPECT_GT(after->chars.Find("明"), known);
  EXPECT_EQ(after->chars.Find("住"), before->chars.Find("住"));
  const int32_t old_pair[] = {before->chars.Find("城"), before->chars.Find("里")};
  EXPECT_GT(PairTableOf(*before).Find(old_pair), 0);
  EXPECT_EQ(PairTableOf(*after).Find(old_pair), PairTableOf(*before).Find(old_pair));
}

TEST(TaggerStartTest, OtherTypesGetTagsOfTheirOwn) {
  const auto result = Train(Continued(StartFolder("types"), "住在城里。", "ORG"));
  ASSERT_TRUE(result.ok()) << result.status();
  const auto model = checkpoint::Load(result->model_path);
  ASSERT_TRUE(model.ok()) << model.status();
  EXPECT_THAT(model->config.spec.tags, ElementsAre("O", "B-ORG", "I-ORG", "E-ORG", "S-ORG"));
  const auto before = checkpoint::Load(TrainedTagger());
  ASSERT_TRUE(before.ok()) << before.status();
  EXPECT_NE(model->weights.at("tags/kernel").values, before->weights.at("tags/kernel").values);
  const auto& kernel = model->weights.at("encode_0/kernel").values;
  const auto& old_kernel = before->weights.at("encode_0/kernel").values;
  ASSERT_EQ(kernel.size(), old_kernel.size());
  for (size_t i = 0; i < kernel.size(); ++i) EXPECT_NEAR(kernel[i], old_kernel[i], 1e-6) << i;
}

TEST(TaggerStartTest, AModelOfAnotherKindIsRefused) {
  TrainerOptions options = Continued(StartFolder("kind"), "住在城里。", "PER");
  options.spec.kind = model::kReaderKind;
  options.data.window_overlap_chars = 0;
  EXPECT_THAT(std::string(Train(options).status().message()),
              HasSubstr("which is a tagger, but run.model is \"reader\""));
}

}  // namespace
}  // namespace tiqu::train
