#include "model/model_spec.h"

#include <algorithm>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

namespace tiqu::model {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

ModelSpec SmallSpec() {
  ModelSpec spec;
  spec.char_vocab_size = 10;
  spec.word_vocab_size = 6;
  spec.word_dim = 5;
  spec.hidden = 4;
  spec.max_position = 7;
  spec.encoder_rates = {1, 2};
  spec.model_rates = {1};
  return spec;
}

WeightMap ZeroWeights(const ModelSpec& spec) {
  WeightMap weights;
  for (const WeightShape& weight : WeightShapes(spec)) {
    size_t count = 1;
    for (const int64_t size : weight.shape) count *= static_cast<size_t>(size);
    weights[weight.name] = {weight.shape, std::vector<float>(count)};
  }
  return weights;
}

TEST(ModelSpecTest, DefaultsNeedOnlyTheVocabularies) {
  ModelSpec spec;
  EXPECT_FALSE(spec.Validate().ok());
  spec.char_vocab_size = 6000;
  spec.word_vocab_size = 60000;
  spec.word_dim = 100;
  EXPECT_TRUE(spec.Validate().ok()) << spec.Validate();
}

TEST(ModelSpecTest, WeightsStandInTheOrderOfTheDocument) {
  std::vector<std::string> names;
  for (const WeightShape& weight : WeightShapes(SmallSpec())) names.push_back(weight.name);
  EXPECT_THAT(
      names, ElementsAre("mix_embedding/char_embeddings", "mix_embedding/word_vectors", "mix_embedding/word_projection",
                         "mix_embedding/position_embeddings", "encode_0/kernel", "encode_0/bias", "encode_1/kernel",
                         "encode_1/bias", "similarity/kernel", "match_features/char_idf", "match_features/word_idf",
                         "merged_context/kernel", "merged_context/bias", "model_0/kernel", "model_0/bias",
                         "answer/hidden_kernel", "answer/hidden_bias", "answer/kernel", "answer/bias",
                         "crf/transitions", "crf/begin", "crf/end", "span/kernel"));
}

TEST(ModelSpecTest, ShapesAndFlagsAreThoseOfTheDocument) {
  const auto shapes = WeightShapes(SmallSpec());
  const auto find = [&](const std::string& name) {
    return *std::find_if(shapes.begin(), shapes.end(), [&](const WeightShape& weight) { return weight.name == name; });
  };
  EXPECT_THAT(find("encode_1/kernel").shape, ElementsAre(3, 4, 8));
  EXPECT_THAT(find("merged_context/kernel").shape, ElementsAre(28, 4));
  EXPECT_THAT(find("mix_embedding/word_vectors").shape, ElementsAre(6, 5));
  EXPECT_TRUE(find("mix_embedding/word_vectors").frozen);
  EXPECT_TRUE(find("match_features/word_idf").frozen);
  EXPECT_FALSE(find("mix_embedding/word_projection").frozen);
  EXPECT_FALSE(find("crf/begin").in_graph);
  EXPECT_FALSE(find("span/kernel").in_graph);
  EXPECT_TRUE(find("answer/bias").in_graph);
}

TEST(ModelSpecTest, CheckWeightsNamesWhatIsWrong) {
  const ModelSpec spec = SmallSpec();
  const WeightMap whole = ZeroWeights(spec);
  EXPECT_TRUE(CheckWeights(spec, whole).ok());

  WeightMap missing = whole;
  missing.erase("encode_1/bias");
  EXPECT_THAT(std::string(CheckWeights(spec, missing).message()), HasSubstr("weight encode_1/bias [8] is missing"));

  WeightMap reshaped = whole;
  reshaped["answer/kernel"].shape = {3, 4};
  EXPECT_THAT(std::string(CheckWeights(spec, reshaped).message()),
              HasSubstr("weight answer/kernel has shape [3, 4], the model needs [4, 3]"));

  WeightMap short_one = whole;
  short_one["answer/bias"].values.pop_back();
  EXPECT_THAT(std::string(CheckWeights(spec, short_one).message()), HasSubstr("answer/bias has 2 values"));

  WeightMap surplus = whole;
  surplus["encode_2/bias"] = {{8}, std::vector<float>(8)};
  EXPECT_THAT(std::string(CheckWeights(spec, surplus).message()),
              HasSubstr("weight encode_2/bias [8] is not part of the model"));
}

}  // namespace
}  // namespace tiqu::model
