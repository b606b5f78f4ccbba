#include "onnx/export.h"

#include <unistd.h>

#include "base/file.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "model/model_spec.h"
#include "onnx.pb.h"
#include "savedmodel/export.h"

namespace tiqu::onnx {
namespace {

using testing::HasSubstr;

checkpoint::Checkpoint SmallReader() {
  checkpoint::Checkpoint checkpoint;
  model::ModelSpec& spec = checkpoint.config.spec;
  spec.char_vocab_size = 5;
  spec.word_vocab_size = 4;
  spec.word_dim = 2;
  spec.hidden = 16;
  for (const model::WeightShape& weight : model::WeightShapes(spec)) {
    int64_t count = 1;
    for (const int64_t size : weight.shape) count *= size;
    checkpoint.weights[weight.name] = {weight.shape, std::vector<float>(count, 0.25F)};
  }
  checkpoint.files["chars.txt"] = "的\n";
  checkpoint.files["words.txt"] = "北京\n";
  return checkpoint;
}

onnxpb::ModelProto Parse(const std::string& path) {
  const auto bytes = ReadFile(path);
  EXPECT_TRUE(bytes.ok()) << bytes.status();
  onnxpb::ModelProto model;
  EXPECT_TRUE(model.ParseFromString(bytes.value_or("")));
  return model;
}

std::map<std::string, std::string> Metadata(const onnxpb::ModelProto& model) {
  std::map<std::string, std::string> metadata;
  for (const auto& entry : model.metadata_props()) metadata[entry.key()] = entry.value();
  return metadata;
}

TEST(ExportOnnxTest, AReadersFileHoldsAllThatItsFolderDoes) {
  const auto source = SourceFromCheckpoint(SmallReader());
  ASSERT_TRUE(source.ok()) << source.status();
  const std::string path = testing::TempDir() + "/whole.onnx";
  const absl::Status status = ExportOnnx(*source, "qa", path);
  ASSERT_TRUE(status.ok()) << status;
  const onnxpb::ModelProto model = Parse(path);
  const auto metadata = Metadata(model);
  EXPECT_EQ(metadata.at("chars.txt"), "的\n");
  EXPECT_EQ(metadata.at("words.txt"), "北京\n");
  EXPECT_THAT(metadata.at("tiqu.json"), HasSubstr("\"transitions\""));
  EXPECT_EQ(model.graph().input_size(), 7);
  ASSERT_EQ(model.graph().output_size(), 1);
  const auto& shape = model.graph().output(0).type().tensor_type().shape();
  EXPECT_EQ(shape.dim(0).dim_param(), "batch");
  EXPECT_EQ(shape.dim(1).dim_param(), "passage_length");
  EXPECT_EQ(shape.dim(2).dim_value(), 3);
}

TEST(ExportOnnxTest, AFolderAndItsCheckpointGiveTheSameFile) {
  const std::string base = testing::TempDir() + "/onnx_same";
  ASSERT_TRUE(savedmodel::ExportCheckpoint(SmallReader(), base, getpid()).ok());
  const auto folder = SourceFromFolder(base + "/" + std::to_string(getpid()));
  ASSERT_TRUE(folder.ok()) << folder.status();
  ASSERT_TRUE(ExportOnnx(*folder, "serving_default", base + "/a.onnx").ok());
  ASSERT_TRUE(ExportOnnx(*SourceFromCheckpoint(SmallReader()), "serving_default", base + "/b.onnx").ok());
  EXPECT_EQ(*ReadFile(base + "/a.onnx"), *ReadFile(base + "/b.onnx"));
}

TEST(ExportOnnxTest, AVocabularyThatIsNotUtf8IsNamed) {
  auto source = SourceFromCheckpoint(SmallReader());
  ASSERT_TRUE(source.ok());
  source->files["words.txt"] = "\xff\n";
  const absl::Status status = ExportOnnx(*source, "qa", testing::TempDir() + "/bad.onnx");
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), HasSubstr("words.txt: byte 0"));
  EXPECT_FALSE(FileExists(testing::TempDir() + "/bad.onnx"));
}

}  // namespace
}  // namespace tiqu::onnx
