// The public C++ interface to the engine, on a graph of our own and on the shared fixtures.
#include "tiqu/model.h"

#include <cstdlib>
#include <filesystem>
#include <thread>
#include <vector>

#include "api/graph_test_util.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tiqu::api {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::vector<float> Floats(const Tensor& tensor) { return {tensor.data<float>(), tensor.data<float>() + tensor.size()}; }

TEST(ModelTest, SignaturesAreListed) {
  const Result<Model> model = Model::Load(WriteTestGraph("model_signatures"));
  ASSERT_TRUE(model.ok()) << model.status().message();
  ASSERT_EQ(model->signatures().size(), 2U);
  const Signature& f = model->signatures().at("f");
  EXPECT_EQ(f.method_name, "tensorflow/serving/predict");
  EXPECT_EQ(f.inputs.at("x").type, DataType::kFloat);
  EXPECT_THAT(f.inputs.at("x").shape, ElementsAre(-1, 2));
  EXPECT_FALSE(f.inputs.at("x").unknown_rank);
  EXPECT_EQ(f.outputs.at("y").type, DataType::kFloat);
  EXPECT_EQ(model->signatures().at("same").inputs.at("names").type, DataType::kString);
}

TEST(ModelTest, ASignatureRuns) {
  const Result<Model> model = Model::Load(WriteTestGraph("model_runs") + "/1");  // a version folder
  ASSERT_TRUE(model.ok()) << model.status().message();
  const Result<TensorMap> out = model->Run("f", {{"x", Tensor::Of<float>({2, 2}, {1, 2, 3, 4})}});
  ASSERT_TRUE(out.ok()) << out.status().message();
  EXPECT_THAT(out->at("y").shape(), ElementsAre(2, 2));
  EXPECT_THAT(Floats(out->at("y")), ElementsAre(3, 5, 7, 9));

  Tensor names(DataType::kString, {2});
  names.strings() = {"罗显敏", std::string("a\0b", 3)};
  const Result<TensorMap> same = model->Run("same", {{"names", names}});
  ASSERT_TRUE(same.ok()) << same.status().message();
  EXPECT_THAT(same->at("out").strings(), ElementsAre("罗显敏", std::string("a\0b", 3)));
}

TEST(ModelTest, OutputsOutliveTheModelAndTheThread) {
  TensorMap outputs;
  std::thread([&] {
    const Model model = Model::Load(WriteTestGraph("model_outlived")).value();
    outputs = model.Run("f", {{"x", Tensor::Of<float>({1, 2}, {1, 2})}}).value();
  }).join();
  EXPECT_THAT(Floats(outputs.at("y")), ElementsAre(3, 5));
}

TEST(ModelTest, ThreadsShareOneModel) {
  const Model model = Model::Load(WriteTestGraph("model_threads")).value();
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&model, i] {
      const auto x = static_cast<float>(i);
      for (int round = 0; round < 100; ++round) {
        const TensorMap out = model.Run("f", {{"x", Tensor::Of<float>({1, 2}, {x, -x})}}).value();
        EXPECT_THAT(Floats(out.at("y")), ElementsAre(2 * x + 1, 1 - 2 * x));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST(ModelTest, WhatIsWrongIsNamed) {
  const Result<Model> none = Model::Load("/no/such/model");
  EXPECT_EQ(none.status().code(), StatusCode::kNotFound);
  EXPECT_THAT(none.status().message(), HasSubstr("/no/such/model"));

  const Model model = Model::Load(WriteTestGraph("model_wrong")).value();
  const Tensor x = Tensor::Of<float>({1, 2}, {1, 2});
  const struct {
    const char* signature;
    TensorMap inputs;
    StatusCode code;
    const char* message;
  } cases[] = {
      {"g", {{"x", x}}, StatusCode::kNotFound, "there is no signature 'g'; the signatures are f, same"},
      {"f", {}, StatusCode::kInvalidArgument, "input 'x' is missing"},
      {"f", {{"x", x}, {"z", x}}, StatusCode::kInvalidArgument, "there is no input 'z'; the inputs are x"},
      {"f", {{"x", Tensor()}}, StatusCode::kInvalidArgument, "input 'x' is DT_INVALID, expected DT_FLOAT"},
      {"f",
       {{"x", Tensor::Of<int32_t>({1, 2}, {1, 2})}},
       StatusCode::kInvalidArgument,
       "input 'x' is DT_INT32, expected DT_FLOAT"},
      {"f",
       {{"x", Tensor::Of<float>({2}, {1, 2})}},
       StatusCode::kInvalidArgument,
       "input 'x' has shape (2), expected (-1, 2)"},
  };
  for (const auto& test : cases) {
    const Result<TensorMap> out = model.Run(test.signature, test.inputs);
    EXPECT_EQ(out.status().code(), test.code) << test.message;
    EXPECT_EQ(out.status().message(), test.message);
  }
}

TEST(ModelTest, OthersModelsRun) {
  const char* shared = std::getenv("TIQU_SHARED");
  const std::string dir = (shared != nullptr ? shared : std::string(TIQU_SOURCE_DIR "/../shared")) +
                          "/fixtures/saved_model_half_plus_two_2_versions";
  if (!std::filesystem::exists(dir)) GTEST_SKIP() << "the shared fixtures are not here";
  const Result<Model> model = Model::Load(dir);
  ASSERT_TRUE(model.ok()) << model.status().message();
  const Result<TensorMap> out = model->Run("serving_default", {{"x", Tensor::Of<float>({3, 1}, {1, 2, 3})}});
  ASSERT_TRUE(out.ok()) << out.status().message();
  EXPECT_THAT(Floats(out->at("y")), ElementsAre(2.5F, 3.0F, 3.5F));
}

}  // namespace
}  // namespace tiqu::api
