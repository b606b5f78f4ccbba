#include "savedmodel/import.h"

#include <filesystem>

#include "base/file.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "savedmodel/export.h"

namespace tiqu::savedmodel {
namespace {

using testing::HasSubstr;

checkpoint::Checkpoint ACheckpoint() {
  checkpoint::Checkpoint checkpoint;
  model::ModelSpec& spec = checkpoint.config.spec;
  spec.char_vocab_size = 8;
  spec.word_vocab_size = 5;
  spec.word_dim = 3;
  spec.hidden = 4;
  spec.encoder_rates = {1};
  spec.model_rates = {1, 2};
  float value = 0;
  for (const model::WeightShape& weight : model::WeightShapes(spec)) {
    int64_t count = 1;
    for (const int64_t size : weight.shape) count *= size;
    checkpoint.weights[weight.name] = {weight.shape, std::vector<float>(static_cast<size_t>(count), value += 0.125F)};
  }
  checkpoint.config.crf.transitions = {{{-1, -2, 0}, {-3, -4, -5}, {-6, -7, -8}}};
  checkpoint.config.crf.begin = {-0.5, -1.5, 0};
  checkpoint.files["chars.txt"] = "chars";
  checkpoint.files["words.txt"] = "words";
  return checkpoint;
}

class ImportTest : public testing::Test {
 protected:
  ImportTest() : base_(testing::TempDir() + "/tiqu_import_test") {
    std::filesystem::remove_all(base_);
    EXPECT_TRUE(ExportCheckpoint(checkpoint_, base_, 1).ok());
  }
  ~ImportTest() override { std::filesystem::remove_all(base_); }

  std::string Message() const { return std::string(ImportCheckpoint(base_ + "/1").status().message()); }

  const checkpoint::Checkpoint checkpoint_ = ACheckpoint();
  const std::string base_;
};

TEST_F(ImportTest, GivesBackWhatWasExported) {
  const auto back = ImportCheckpoint(base_ + "/1");
  ASSERT_TRUE(back.ok()) << back.status();
  for (const model::WeightShape& weight : model::WeightShapes(checkpoint_.config.spec)) {
    if (!weight.in_graph) continue;
    EXPECT_EQ(back->weights.at(weight.name).shape, weight.shape) << weight.name;
    EXPECT_EQ(back->weights.at(weight.name).values, checkpoint_.weights.at(weight.name).values) << weight.name;
  }
  EXPECT_EQ(back->weights.at("crf/transitions").values, (std::vector<float>{-1, -2, 0, -3, -4, -5, -6, -7, -8}));
  EXPECT_EQ(back->weights.at("crf/begin").values, (std::vector<float>{-0.5, -1.5, 0}));
  EXPECT_EQ(back->weights.at("span/kernel").values, std::vector<float>(8, 0.0F));
  EXPECT_TRUE(model::CheckWeights(back->config.spec, back->weights).ok());
  EXPECT_EQ(back->files, checkpoint_.files);
}

TEST_F(ImportTest, SaysWhatIsMissing) {
  std::filesystem::remove(base_ + "/1/assets/words.txt");
  EXPECT_THAT(Message(), HasSubstr("words.txt"));
  std::filesystem::remove(base_ + "/1/assets.extra/tiqu.json");
  EXPECT_THAT(Message(), HasSubstr("not a Tiqu model"));
}

TEST_F(ImportTest, SaysWhichWeightDoesNotFit) {
  const std::string path = base_ + "/1/assets.extra/tiqu.json";
  std::string json = ReadFile(path).value();
  const size_t at = json.find("\"char_vocab_size\": 8");
  ASSERT_NE(at, std::string::npos);
  json.replace(at, 20, "\"char_vocab_size\": 9");
  ASSERT_TRUE(WriteFileAtomically(path, json).ok());
  EXPECT_THAT(Message(), HasSubstr("mix_embedding/char_embeddings"));
}

}  // namespace
}  // namespace tiqu::savedmodel
