#include "keras/keras_file.h"

#include "checkpoint/hdf5_file.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tiqu::keras {
namespace {

using checkpoint::Hdf5File;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

void Write(Hdf5File* file, const std::string& path) {
  ASSERT_TRUE(file->WriteFloats(path, std::vector<int64_t>{1}, std::vector<float>{1}).ok());
}

// "layer:class:weight,weight;..."
std::string Summary(const KerasFile& file) {
  std::string text;
  for (const KerasLayer& layer : file.layers) {
    text += layer.name + ":" + layer.class_name + ":";
    for (const KerasWeight& weight : layer.weights) text += weight.name + ",";
    text += ";";
  }
  return text;
}

std::string Summary(Hdf5File file) {
  const std::string bytes = std::move(file).TakeImage().value();
  const auto keras = ReadKerasFile(bytes);
  return keras.ok() ? Summary(*keras) : std::string(keras.status().message());
}

TEST(KerasFileTest, ReadsListsOfNames) {
  Hdf5File file = Hdf5File::Create(0).value();
  Write(&file, "/pa/pa/tags/kernel:0");
  ASSERT_TRUE(file.MakeGroup("/p1_in").ok());
  ASSERT_TRUE(file.WriteStrings("/", "layer_names", {"p1_in", "pa"}).ok());
  ASSERT_TRUE(file.WriteStrings("/pa", "weight_names", {"pa/tags/kernel:0"}).ok());
  EXPECT_EQ(Summary(std::move(file)), "p1_in::;pa::tags/kernel,;");
}

TEST(KerasFileTest, JoinsListsThatWereSplit) {
  Hdf5File file = Hdf5File::Create(0).value();
  for (const char* name : {"a", "b", "c"}) Write(&file, "/" + std::string(name) + "/kernel:0");
  ASSERT_TRUE(file.WriteStrings("/", "layer_names0", {"a", "b"}).ok());
  ASSERT_TRUE(file.WriteStrings("/", "layer_names1", {"c"}).ok());
  ASSERT_TRUE(file.WriteStrings("/b", "weight_names0", {"kernel:0"}).ok());
  EXPECT_EQ(Summary(std::move(file)), "a::;b::kernel,;c::;");
}

TEST(KerasFileTest, TheConfigurationGivesClassesAndOrder) {
  Hdf5File file = Hdf5File::Create(0).value();
  for (const char* name : {"x", "inner"}) ASSERT_TRUE(file.MakeGroup("/model_weights/" + std::string(name)).ok());
  Write(&file, "/model_weights/inner/y/kernel:0");
  Write(&file, "/model_weights/inner/inner/z/kernel");
  ASSERT_TRUE(file.WriteStrings("/model_weights", "layer_names", {"inner", "x"}).ok());
  ASSERT_TRUE(file.WriteStrings("/model_weights/inner", "weight_names", {"y/kernel:0", "inner/z/kernel"}).ok());
  const std::string config = R"({"class_name": "Functional", "config": {"layers": [
      {"class_name": "Custom>Similarity", "name": "x", "config": {"name": "x"}, "inbound_nodes": [[], []]},
      {"class_name": "Functional", "name": "inner", "config": {"layers": [
          {"class_name": "Dense", "name": "y", "config": {"units": 3}},
          {"class_name": "Dense", "config": {"name": "z"}}]}}]}})";
  ASSERT_TRUE(file.WriteStrings("/", "model_config", {config}).ok());
  const std::string bytes = std::move(file).TakeImage().value();
  const auto keras = ReadKerasFile(bytes);
  ASSERT_TRUE(keras.ok()) << keras.status();
  EXPECT_EQ(Summary(*keras), "x:Similarity:;y:Dense:kernel,;z:Dense:kernel,;");
  EXPECT_EQ(keras->layers[0].calls, 2);
  EXPECT_EQ(keras->layers[1].config.at("units"), 3);
  EXPECT_TRUE(keras->in_graph_order);
}

TEST(KerasFileTest, ReadsKeras3ByClassAndNumber) {
  Hdf5File file = Hdf5File::Create(0).value();
  for (const char* name : {"dilated_gated_conv1d", "dilated_gated_conv1d_2", "dilated_gated_conv1d_10"}) {
    Write(&file, "/layers/" + std::string(name) + "/conv/vars/0");
    Write(&file, "/layers/" + std::string(name) + "/conv/vars/1");
    Write(&file, "/layers/" + std::string(name) + "/gate_dropout/seed_generator/vars/0");
  }
  ASSERT_TRUE(file.WriteStrings("/layers/dilated_gated_conv1d_2/conv", "other", {"x"}).ok());
  ASSERT_TRUE(file.MakeGroup("/layers/dilated_gated_conv1d_2/vars").ok());
  ASSERT_TRUE(file.WriteStrings("/layers/dilated_gated_conv1d_2/vars", "name", {"encode_1"}).ok());
  Write(&file, "/layers/functional/layers/dense/vars/0");
  EXPECT_EQ(Summary(std::move(file)),
            "dilated_gated_conv1d::conv/0,conv/1,;dense::0,;encode_1::conv/0,conv/1,;"
            "dilated_gated_conv1d_10::conv/0,conv/1,;");
}

TEST(KerasFileTest, WhatIsNotOfKerasIsSaid) {
  Hdf5File other = Hdf5File::Create(0).value();
  Write(&other, "/x");
  EXPECT_THAT(Summary(std::move(other)), HasSubstr("not of a Keras model"));

  Hdf5File no_group = Hdf5File::Create(0).value();
  ASSERT_TRUE(no_group.WriteStrings("/", "layer_names", {"pa"}).ok());
  EXPECT_THAT(Summary(std::move(no_group)), HasSubstr("layer pa is listed in layer_names, but has no group"));

  Hdf5File no_weight = Hdf5File::Create(0).value();
  ASSERT_TRUE(no_weight.MakeGroup("/pa").ok());
  ASSERT_TRUE(no_weight.WriteStrings("/", "layer_names", {"pa"}).ok());
  ASSERT_TRUE(no_weight.WriteStrings("/pa", "weight_names", {"pa/kernel:0"}).ok());
  EXPECT_THAT(Summary(std::move(no_weight)), HasSubstr("weight pa/kernel:0 of layer pa is listed in weight_names"));
}

TEST(KerasFileTest, BadConfigurationsAreErrors) {
  for (const auto& [config, message] : {std::pair<std::string, const char*>{"{", "not JSON"},
                                        {std::string(300, '[') + std::string(300, ']'), "nested deeper"}}) {
    Hdf5File file = Hdf5File::Create(0).value();
    ASSERT_TRUE(file.WriteStrings("/", "model_config", {config}).ok());
    ASSERT_TRUE(file.WriteStrings("/", "layer_names", {""}).ok());
    EXPECT_THAT(Summary(std::move(file)), HasSubstr(message));
  }
  // JSON of another form says nothing, and breaks nothing.
  for (const char* config : {"3", "{\"config\": 3}", "{\"config\": {\"layers\": [1, {\"config\": []}]}}"}) {
    Hdf5File file = Hdf5File::Create(0).value();
    ASSERT_TRUE(file.MakeGroup("/a").ok());
    ASSERT_TRUE(file.WriteStrings("/", "model_config", {config}).ok());
    ASSERT_TRUE(file.WriteStrings("/", "layer_names", {"a"}).ok());
    EXPECT_THAT(Summary(std::move(file)), HasSubstr("a::;")) << config;
  }
}

}  // namespace
}  // namespace tiqu::keras
