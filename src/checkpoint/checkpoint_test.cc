#include "checkpoint/checkpoint.h"

#include <cstdlib>
#include <filesystem>
#include <thread>

#include "base/file.h"
#include "base/random.h"
#include "checkpoint/hdf5_file.h"
#include "checkpoint/seal.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tiqu::checkpoint {
namespace {

using ::testing::HasSubstr;

Checkpoint SmallCheckpoint() {
  Checkpoint checkpoint;
  model::ModelSpec& spec = checkpoint.config.spec;
  spec.char_vocab_size = 5;
  spec.word_vocab_size = 4;
  spec.word_dim = 3;
  spec.hidden = 4;
  spec.max_position = 6;
  spec.encoder_rates = {1, 2};
  spec.model_rates = {1};
  checkpoint.config.text.user_words = {"户籍地"};
  Random random(1);
  for (const model::WeightShape& weight : model::WeightShapes(spec)) {
    model::WeightTensor& tensor = checkpoint.weights[weight.name];
    tensor.shape = weight.shape;
    int64_t count = 1;
    for (const int64_t size : weight.shape) count *= size;
    for (int64_t i = 0; i < count; ++i) tensor.values.push_back(static_cast<float>(random.Uniform() - 0.5));
  }
  checkpoint.files["chars.txt"] = "<pad>\t0\n<unk>\t0\n罗\t3\n";
  checkpoint.files["state"] = std::string("\0\1\2", 3);
  checkpoint.files["empty"] = "";
  return checkpoint;
}

std::string TempPath(const std::string& name) { return testing::TempDir() + "/" + name; }

// Seals a foreign HDF5 image, so that what lies behind the seal is tested.
std::string Sealed(Hdf5File file) {
  const std::string image = std::move(file).TakeImage().value();
  return MakeSeal(image) + image;
}

TEST(CheckpointTest, ComesBackAsItWasSaved) {
  const Checkpoint saved = SmallCheckpoint();
  const std::string path = TempPath("round_trip.h5");
  ASSERT_TRUE(Save(saved, path).ok());
  const auto loaded = Load(path);
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  EXPECT_EQ(loaded->config.ToJson(), saved.config.ToJson());
  EXPECT_EQ(loaded->files, saved.files);
  ASSERT_EQ(loaded->weights.size(), saved.weights.size());
  for (const auto& [name, weight] : saved.weights) {
    EXPECT_EQ(loaded->weights.at(name).shape, weight.shape) << name;
    EXPECT_EQ(loaded->weights.at(name).values, weight.values) << name;
  }
}

TEST(CheckpointTest, SameContentGivesSameBytes) {
  EXPECT_EQ(Encode(SmallCheckpoint()).value(), Encode(SmallCheckpoint()).value());
}

TEST(CheckpointTest, LargeConfigurationsFit) {
  Checkpoint checkpoint = SmallCheckpoint();
  checkpoint.config.text.user_words.assign(20000, "一个词");  // more than an HDF5 attribute holds
  const auto decoded = Decode(Encode(checkpoint).value());
  ASSERT_TRUE(decoded.ok()) << decoded.status();
  EXPECT_EQ(decoded->config.text.user_words.size(), 20000U);
}

TEST(CheckpointTest, EveryTruncationIsDataLoss) {
  const std::string whole = Encode(SmallCheckpoint()).value();
  for (size_t size = 0; size < whole.size(); size += size < 600 ? 1 : 331) {
    const auto status = Decode(std::string_view(whole).substr(0, size)).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << size << " " << status;
  }
  EXPECT_EQ(Decode(whole + "x").status().code(), absl::StatusCode::kDataLoss);
}

TEST(CheckpointTest, EveryFlippedBitOfTheBodyIsDataLoss) {
  const std::string whole = Encode(SmallCheckpoint()).value();
  for (size_t at = kSealBytes; at < whole.size(); at += 97) {
    std::string damaged = whole;
    damaged[at] = static_cast<char>(damaged[at] ^ (1 << (at % 8)));
    EXPECT_EQ(Decode(damaged).status().code(), absl::StatusCode::kDataLoss) << at;
  }
}

TEST(CheckpointTest, ForeignFilesAreNamed) {
  const std::string path = TempPath("foreign.h5");
  ASSERT_TRUE(WriteFileAtomically(path, "PK\x03\x04 this is no HDF5").ok());
  const auto status = Load(path).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(std::string(status.message()), HasSubstr("foreign.h5: not an HDF5 file"));
  EXPECT_EQ(Load(TempPath("no_such_file.h5")).status().code(), absl::StatusCode::kNotFound);

  // HDF5 without our user block, as Keras itself writes it.
  Hdf5File keras = Hdf5File::Create(0).value();
  ASSERT_TRUE(keras.WriteFloats("/dense/dense/kernel:0", std::vector<int64_t>{2}, std::vector<float>{1, 2}).ok());
  const auto keras_status = Decode(std::move(keras).TakeImage().value()).status();
  EXPECT_EQ(keras_status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(keras_status.message()), HasSubstr("not a Tiqu checkpoint"));
}

TEST(CheckpointTest, MissingPartsAreNamed) {
  Hdf5File empty = Hdf5File::Create(kSealBytes).value();
  EXPECT_THAT(std::string(Decode(Sealed(std::move(empty))).status().message()), HasSubstr("/tiqu/config is missing"));

  Hdf5File no_layers = Hdf5File::Create(kSealBytes).value();
  ASSERT_TRUE(no_layers.WriteBytes("/tiqu/config", SmallCheckpoint().config.ToJson().dump()).ok());
  EXPECT_THAT(std::string(Decode(Sealed(std::move(no_layers))).status().message()),
              HasSubstr("attribute layer_names of / is missing"));

  Hdf5File no_weight = Hdf5File::Create(kSealBytes).value();
  ASSERT_TRUE(no_weight.WriteBytes("/tiqu/config", SmallCheckpoint().config.ToJson().dump()).ok());
  ASSERT_TRUE(no_weight.MakeGroup("/answer").ok());
  ASSERT_TRUE(no_weight.WriteStrings("/answer", "weight_names", {"answer/bias:0"}).ok());
  ASSERT_TRUE(no_weight.WriteStrings("/", "layer_names", {"answer"}).ok());
  EXPECT_THAT(std::string(Decode(Sealed(std::move(no_weight))).status().message()),
              HasSubstr("/answer/answer/bias:0 is missing"));
}

TEST(CheckpointTest, WeightsThatDoNotFitAreRefusedBothWays) {
  Checkpoint wrong = SmallCheckpoint();
  wrong.weights["answer/bias"] = {{4}, std::vector<float>(4)};
  const auto status = Save(wrong, TempPath("wrong.h5"));
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), HasSubstr("answer/bias has shape [4]"));
  EXPECT_FALSE(FileExists(TempPath("wrong.h5")));

  Hdf5File file = Hdf5File::Create(kSealBytes).value();
  ASSERT_TRUE(file.WriteBytes("/tiqu/config", SmallCheckpoint().config.ToJson().dump()).ok());
  ASSERT_TRUE(file.MakeGroup("/tiqu/files").ok());
  ASSERT_TRUE(file.WriteFloats("/answer/answer/bias:0", std::vector<int64_t>{3}, std::vector<float>(3)).ok());
  ASSERT_TRUE(file.WriteStrings("/answer", "weight_names", {"answer/bias:0"}).ok());
  ASSERT_TRUE(file.WriteStrings("/", "layer_names", {"answer"}).ok());
  EXPECT_THAT(std::string(Decode(Sealed(std::move(file))).status().message()),
              HasSubstr("weight mix_embedding/char_embeddings [5, 4] is missing"));
}

TEST(CheckpointTest, BadFileNamesAreRefused) {
  for (const std::string& name : {std::string("a/b"), std::string(""), std::string("..")}) {
    Checkpoint checkpoint = SmallCheckpoint();
    checkpoint.files.emplace(name, std::string());
    EXPECT_EQ(Encode(checkpoint).status().code(), absl::StatusCode::kInvalidArgument) << name;
  }
}

TEST(CheckpointTest, AFailedSaveLeavesTheOldFile) {
  const std::string path = TempPath("kept.h5");
  ASSERT_TRUE(Save(SmallCheckpoint(), path).ok());
  Checkpoint wrong = SmallCheckpoint();
  wrong.weights.erase("answer/bias");
  ASSERT_FALSE(Save(wrong, path).ok());
  EXPECT_TRUE(Load(path).ok());
}

TEST(CheckpointTest, ThreadsMayUseItAtOnce) {
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([] {
      for (int round = 0; round < 5; ++round) EXPECT_TRUE(Decode(Encode(SmallCheckpoint()).value()).ok());
    });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST(CheckpointTest, H5pyReadsKerasLayout) {
  const char* python = std::getenv("TIQU_PYTHON");
  if (python == nullptr) GTEST_SKIP() << "TIQU_PYTHON names no Python with h5py";
  const Checkpoint saved = SmallCheckpoint();
  const std::string path = TempPath("h5py.h5");
  ASSERT_TRUE(Save(saved, path).ok());
  const std::string command =
      std::string(python) + " " + TIQU_SOURCE_DIR + "/src/checkpoint/read_with_h5py.py " + path + " > " + path + ".txt";
  ASSERT_EQ(std::system(command.c_str()), 0) << command;
  std::string expected =
      "layers mix_embedding encode_0 encode_1 similarity match_features merged_context model_0 answer "
      "crf span\n";
  for (const model::WeightShape& weight : model::WeightShapes(saved.config.spec)) {
    expected += weight.name + ":0 float32";
    for (const int64_t size : weight.shape) expected.append(" ").append(std::to_string(size));
    double sum = 0;
    for (const float value : saved.weights.at(weight.name).values) sum += value;
    char text[32];
    std::snprintf(text, sizeof text, " %.4f\n", sum);
    expected += text;
  }
  expected += "config 4\nfiles chars.txt empty state\n";
  EXPECT_EQ(ReadFile(path + ".txt").value(), expected);
}

}  // namespace
}  // namespace tiqu::checkpoint
