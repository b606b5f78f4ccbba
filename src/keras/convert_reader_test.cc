#include "keras/convert_reader.h"

#include <map>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tiqu::keras {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

// d = 2; 4 characters, 3 words of width 5, 6 positions. Weights point into memory that lives as long as the object.
class KerasModelBuilder {
 public:
  // A reader as Keras makes it, with one layer before MergedContext and two after.
  static KerasModelBuilder Reader() {
    KerasModelBuilder model;
    model.file.has_config = model.file.in_graph_order = true;
    model.Add("p1_in", "InputLayer", {});
    model.Add("mix_embedding", "MixEmbedding",
              {{"char_embeddings/embeddings", {4, 2}},
               {"position_embeddings/embeddings", {6, 2}},
               {"word_projection/kernel", {5, 2}},
               {"word_vectors/embeddings", {3, 5}}});
    model.AddConvolution("dilated_gated_conv1d_4", 2, 2);
    model.Add("similarity", "Similarity", {{"kernel", {6, 1}}});
    model.Add("c2q_attention", "C2QAttention", {});
    model.Add("match_features", "MatchFeatures", {{"char_idf", {4}}, {"word_idf", {3}}});
    model.Add("merged_context", "MergedContext", {{"dense/kernel", {20, 2}}, {"dense/bias", {2}}});
    model.AddConvolution("dilated_gated_conv1d_9", 3, 1);
    model.AddConvolution("dilated_gated_conv1d_5", 1, 1);
    model.Add("pa", "Answer",
              {{"hidden/kernel", {2, 2}}, {"hidden/bias", {2}}, {"tags/kernel", {2, 3}}, {"tags/bias", {3}}});
    return model;
  }

  void Add(const std::string& name, const std::string& class_name,
           const std::vector<std::pair<std::string, std::vector<int64_t>>>& weights) {
    KerasLayer layer;
    layer.name = name;
    layer.class_name = class_name;
    for (const auto& [weight, shape] : weights) layer.weights.push_back({weight, Array(shape)});
    file.layers.push_back(std::move(layer));
  }

  void AddConvolution(const std::string& name, int rate, int calls) {
    Add(name, "DilatedGatedConv1D", {{"conv/kernel", {3, 2, 4}}, {"conv/bias", {4}}});
    file.layers.back().config = {{"dilation_rate", {rate}}};
    file.layers.back().calls = calls;
  }

  KerasLayer& Layer(const std::string& name) {
    for (KerasLayer& layer : file.layers) {
      if (layer.name == name) return layer;
    }
    ADD_FAILURE() << name;
    return file.layers[0];
  }

  void Remove(const std::string& name) {
    std::erase_if(file.layers, [&name](const KerasLayer& layer) { return layer.name == name; });
  }

  // Values 1, 2, 3, ... so that a weight in a wrong place shows.
  static Hdf5Array Array(const std::vector<int64_t>& shape) {
    static std::vector<float>* const kValues = [] {
      auto* values = new std::vector<float>(256);
      for (size_t i = 0; i < values->size(); ++i) (*values)[i] = static_cast<float>(i + 1);
      return values;
    }();
    size_t count = 1;
    for (const int64_t size : shape) count *= static_cast<size_t>(size);
    Hdf5Array array;
    array.shape = shape;
    array.kind = NumberKind::kFloat32;
    array.data = {reinterpret_cast<const char*>(kValues->data()), count * sizeof(float)};
    return array;
  }

  std::string Error(const ConvertOptions& options = {}) const {
    return std::string(ConvertReader(file, options).status().message());
  }

  KerasFile file;
};

TEST(ConvertReaderTest, TakesEveryWeightToItsPlace) {
  const auto reader = ConvertReader(KerasModelBuilder::Reader().file, {});
  ASSERT_TRUE(reader.ok()) << reader.status();
  const model::ModelSpec& spec = reader->spec;
  EXPECT_EQ(spec.hidden, 2);
  EXPECT_EQ(spec.char_vocab_size, 4);
  EXPECT_EQ(spec.word_vocab_size, 3);
  EXPECT_EQ(spec.word_dim, 5);
  EXPECT_EQ(spec.max_position, 6);
  EXPECT_THAT(spec.encoder_rates, ElementsAre(2));
  EXPECT_THAT(spec.model_rates, ElementsAre(3, 1));
  EXPECT_TRUE(spec.word_vectors);
  EXPECT_TRUE(spec.match_features);
  EXPECT_FALSE(spec.crf);
  EXPECT_THAT(reader->weights.at("answer/bias").values, ElementsAre(1, 2, 3));
  EXPECT_THAT(reader->weights.at("crf/begin").values, ElementsAre(0, 0, 0));
  std::map<std::string, std::string> from;
  for (const ConvertedLayer& layer : reader->layers) from[layer.tiqu] = layer.keras;
  EXPECT_EQ(from["encode_0"], "dilated_gated_conv1d_4");
  EXPECT_EQ(from["model_0"], "dilated_gated_conv1d_9");
  EXPECT_EQ(from["answer"], "pa");
  EXPECT_TRUE(model::CheckWeights(spec, reader->weights).ok());
}

TEST(ConvertReaderTest, AllUnknownLayersAreNamedAtOnce) {
  auto model = KerasModelBuilder::Reader();
  model.Add("norm", "LayerNormalization", {{"gamma", {2}}});
  model.Add("lstm_1", "LSTM", {{"kernel", {2, 8}}, {"bias", {8}}});
  EXPECT_EQ(
      model.Error(),
      "2 layers that Tiqu does not know: norm of class LayerNormalization with gamma [2]; lstm_1 of class LSTM with "
      "kernel [2, 8], bias [8]");
}

TEST(ConvertReaderTest, LayersWithoutWeightsAreNoErrorButSaid) {
  auto model = KerasModelBuilder::Reader();
  model.Add("dropout", "Dropout", {});
  model.Add("times_two", "TimesTwo", {});
  const auto reader = ConvertReader(model.file, {});
  ASSERT_TRUE(reader.ok()) << reader.status();
  ASSERT_THAT(reader->notes, SizeIs(2));
  EXPECT_THAT(reader->notes[0], HasSubstr("no weights: times_two (TimesTwo)"));
}

TEST(ConvertReaderTest, AllWrongWeightsAreNamedAtOnce) {
  auto model = KerasModelBuilder::Reader();
  model.Layer("similarity").weights.clear();
  model.Layer("pa").weights[2].array = KerasModelBuilder::Array({2, 4});
  model.Layer("merged_context").weights.push_back({"gate", KerasModelBuilder::Array({2, 2})});
  model.Remove("mix_embedding");
  const std::string error = model.Error();
  EXPECT_THAT(error, HasSubstr("similarity/kernel [6, 1] is missing in layer similarity"));
  EXPECT_THAT(error, HasSubstr("pa/tags/kernel has shape [2, 4], answer/kernel needs [2, 3]"));
  EXPECT_THAT(error, HasSubstr("merged_context/gate [2, 2] has no place in the reader"));
  EXPECT_THAT(error, HasSubstr("no layer of class MixEmbedding"));
}

TEST(ConvertReaderTest, RatesComeFromTheFileOrTheOptions) {
  auto model = KerasModelBuilder::Reader();
  ConvertOptions options;
  options.encoder_rates = {2};
  options.model_rates = {3, 4};
  EXPECT_THAT(model.Error(options), HasSubstr("rate of dilated_gated_conv1d_5 is 1 in the file, but 4 is given"));
  options.rates_are_defaults = true;
  EXPECT_THAT(ConvertReader(model.file, options)->spec.model_rates, ElementsAre(3, 1));
  for (KerasLayer& layer : model.file.layers) layer.config = nullptr;
  EXPECT_THAT(ConvertReader(model.file, options)->spec.model_rates, ElementsAre(3, 4));
  options.model_rates = {3};
  EXPECT_THAT(model.Error(options), HasSubstr("1 rates are given for 2 layers model_0"));
  EXPECT_THAT(model.Error(), HasSubstr("rate of dilated_gated_conv1d_4 is not in the file and must be given"));
}

TEST(ConvertReaderTest, TiqusOwnNamesSayWhichStackALayerIsOf) {
  auto model = KerasModelBuilder::Reader();
  model.file.in_graph_order = false;
  model.Layer("dilated_gated_conv1d_4").name = "model_1";
  model.Layer("dilated_gated_conv1d_9").calls = 2;
  model.Layer("dilated_gated_conv1d_9").name = "encode_0";
  model.Layer("dilated_gated_conv1d_5").name = "model_0";
  const auto reader = ConvertReader(model.file, {});
  ASSERT_TRUE(reader.ok()) << reader.status();
  EXPECT_THAT(reader->spec.encoder_rates, ElementsAre(3));
  EXPECT_THAT(reader->spec.model_rates, ElementsAre(1, 2));
}

TEST(ConvertReaderTest, QuestionAndPassageMustShareTheirEncoder) {
  auto model = KerasModelBuilder::Reader();
  model.Layer("dilated_gated_conv1d_4").calls = 1;
  EXPECT_THAT(model.Error(), HasSubstr("dilated_gated_conv1d_4 is called once"));
}

TEST(ConvertReaderTest, WeightsThatAreNotThereAreNeutral) {
  auto model = KerasModelBuilder::Reader();
  model.Layer("dilated_gated_conv1d_4").weights.pop_back();  // the bias
  auto& embedding = model.Layer("mix_embedding").weights;
  embedding.erase(embedding.begin() + 1);  // positions
  const auto reader = ConvertReader(model.file, {});
  ASSERT_TRUE(reader.ok()) << reader.status();
  EXPECT_THAT(reader->weights.at("encode_0/bias").values, ElementsAre(0, 0, 0, 0));
  EXPECT_EQ(reader->spec.max_position, 1);
  EXPECT_THAT(reader->weights.at("mix_embedding/position_embeddings").values, ElementsAre(0, 0));
}

TEST(ConvertReaderTest, VectorsOfTheRightWidthNeedNoProjection) {
  auto model = KerasModelBuilder::Reader();
  auto& embedding = model.Layer("mix_embedding").weights;
  embedding.erase(embedding.begin() + 2);
  embedding[2].array = KerasModelBuilder::Array({3, 2});
  const auto reader = ConvertReader(model.file, {});
  ASSERT_TRUE(reader.ok()) << reader.status();
  EXPECT_THAT(reader->weights.at("mix_embedding/word_projection").values, ElementsAre(1, 0, 0, 1));
}

TEST(ConvertReaderTest, AProjectionsBiasGoesIntoTheCharacters) {
  auto model = KerasModelBuilder::Reader();
  model.Layer("mix_embedding").weights.push_back({"word_projection/bias", KerasModelBuilder::Array({2})});
  const auto reader = ConvertReader(model.file, {});
  ASSERT_TRUE(reader.ok()) << reader.status();
  // 1..8 in rows of two, plus [1, 2].
  EXPECT_THAT(reader->weights.at("mix_embedding/char_embeddings").values, ElementsAre(2, 4, 4, 6, 6, 8, 8, 10));
}

TEST(ConvertReaderTest, KernelsOfValueAndGateAreJoined) {
  auto model = KerasModelBuilder::Reader();
  model.Layer("dilated_gated_conv1d_4").weights = {{"conv/kernel", KerasModelBuilder::Array({3, 2, 2})},
                                                   {"conv/bias", KerasModelBuilder::Array({2})},
                                                   {"gate/kernel", KerasModelBuilder::Array({3, 2, 2})},
                                                   {"gate/bias", KerasModelBuilder::Array({2})}};
  const auto reader = ConvertReader(model.file, {});
  ASSERT_TRUE(reader.ok()) << reader.status();
  EXPECT_THAT(reader->weights.at("encode_0/bias").values, ElementsAre(1, 2, 1, 2));
  const auto& kernel = reader->weights.at("encode_0/kernel");
  EXPECT_THAT(kernel.shape, ElementsAre(3, 2, 4));
  EXPECT_THAT(std::vector<float>(kernel.values.begin(), kernel.values.begin() + 8),
              ElementsAre(1, 2, 1, 2, 3, 4, 3, 4));
}

TEST(ConvertReaderTest, ASimilarityOfThreeVectorsAndABiasIsTheSame) {
  auto model = KerasModelBuilder::Reader();
  model.Layer("similarity").weights = {{"w2", KerasModelBuilder::Array({2, 1})},
                                       {"w1", KerasModelBuilder::Array({2, 1})},
                                       {"w3", KerasModelBuilder::Array({2, 1})},
                                       {"bias", KerasModelBuilder::Array({1})}};
  const auto reader = ConvertReader(model.file, {});
  ASSERT_TRUE(reader.ok()) << reader.status();
  EXPECT_THAT(reader->weights.at("similarity/kernel").values, ElementsAre(1, 2, 1, 2, 1, 2));
}

TEST(ConvertReaderTest, FeaturesMayBeLeftOut) {
  auto model = KerasModelBuilder::Reader();
  model.Remove("match_features");
  EXPECT_THAT(model.Error(), HasSubstr("no MatchFeatures"));
  ConvertOptions options;
  options.no_match_features = true;
  EXPECT_FALSE(ConvertReader(model.file, options)->spec.match_features);
  model.Layer("merged_context").weights[0].array = KerasModelBuilder::Array({8, 2});
  const auto reader = ConvertReader(model.file, {});
  ASSERT_TRUE(reader.ok()) << reader.status();
  EXPECT_FALSE(reader->spec.match_features);
  const auto& kernel = reader->weights.at("merged_context/kernel");
  EXPECT_THAT(kernel.shape, ElementsAre(20, 2));
  EXPECT_EQ(kernel.values[15], 16);
  EXPECT_EQ(kernel.values[16], 0);
}

TEST(ConvertReaderTest, ACrfComesAlong) {
  auto model = KerasModelBuilder::Reader();
  model.Add("crf", "CRF", {{"chain_kernel", {3, 3}}, {"left_boundary", {3}}, {"right_boundary", {3}}});
  const auto reader = ConvertReader(model.file, {});
  ASSERT_TRUE(reader.ok()) << reader.status();
  EXPECT_TRUE(reader->spec.crf);
  EXPECT_THAT(reader->weights.at("crf/transitions").values, ElementsAre(1, 2, 3, 4, 5, 6, 7, 8, 9));
  EXPECT_THAT(reader->weights.at("crf/end").values, ElementsAre(1, 2, 3));
}

TEST(ConvertReaderTest, ATaggerIsToldApart) {
  KerasModelBuilder model;
  model.Add("embedding", "", {{"embeddings", {9, 2}}});
  model.AddConvolution("dilated_gated_conv1d", 1, 1);
  model.Add("vars", "", {{"0", {5, 5}}});
  const auto status = ConvertReader(model.file, {}).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnimplemented);
  EXPECT_THAT(std::string(status.message()), HasSubstr("tagger"));
}

TEST(ConvertReaderTest, SizesBeyondTheLimitsAreErrors) {
  auto model = KerasModelBuilder::Reader();
  Hdf5Array huge = KerasModelBuilder::Array({2});
  huge.shape = {int64_t{1} << 40, 2};
  huge.kind = NumberKind::kOther;
  model.Layer("mix_embedding").weights[0].array = huge;
  EXPECT_THAT(model.Error(), HasSubstr("the number of characters is 1099511627776, limits 1 to 16777216"));
  EXPECT_THAT(ConvertReader({}, {}).status().message(), HasSubstr("not a reader"));
}

}  // namespace
}  // namespace tiqu::keras
