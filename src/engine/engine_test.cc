// Loading and running small graphs, and all that can be wrong with them.
#include "engine/engine.h"

#include <unistd.h>

#include <filesystem>
#include <thread>

#include "base/status.h"
#include "graph/graph_builder.h"
#include "graph/saver.h"
#include "graph/signature.h"
#include "gtest/gtest.h"
#include "savedmodel/saved_model.h"

namespace tiqu::engine {
namespace {

using graph::GraphBuilder;
using graph::Output;

struct Model {
  GraphBuilder g;
  std::vector<graph::SignatureTensor> inputs, outputs;
  model::WeightMap variables;

  Output Input(const std::string& name, const Shape& shape, DataType type = DataType::kFloat) {
    const Output x = g.Placeholder(name, type, shape);
    inputs.push_back({name, x, shape});
    return x;
  }
  void Result(const std::string& name, const Output& tensor, const Shape& shape) {
    outputs.push_back({name, tensor, shape});
  }
};

// Builds, lets `change` spoil the meta graph, writes, loads.
absl::StatusOr<std::shared_ptr<const Engine>> Load(Model& model,
                                                   const std::function<void(tensorflow::MetaGraphDef*)>& change = {}) {
  static int count = 0;
  savedmodel::SavedModelContents contents;
  contents.variables = model.variables;
  auto& meta = contents.meta_graph;
  graph::AddSaver(model.g, &meta);
  (*meta.mutable_signature_def())["f"] = graph::MakePredictSignature(model.inputs, model.outputs);
  graph::DescribeMetaGraph(&meta);
  TIQU_ASSIGN_OR_RETURN(*meta.mutable_graph_def(), model.g.Finish());
  if (change) change(&meta);
  const std::string base = testing::TempDir() + "/engine_" + std::to_string(getpid()) + "_" + std::to_string(++count);
  TIQU_RETURN_IF_ERROR(savedmodel::WriteSavedModel(contents, base, 1));
  return Engine::Load(base + "/1", {});
}

// y = x * w + 1
Model Affine() {
  Model model;
  const Output x = model.Input("x", {-1, 2});
  const Output w = model.g.Variable("w", {2}, true);
  model.variables["w"] = {{2}, {10, 100}};
  model.Result("y", model.g.Add(model.g.Mul(x, w), model.g.Float(1)), {-1, 2});
  return model;
}

Tensor Pair(float a, float b) { return Tensor::Of<float>({1, 2}, {a, b}); }

std::string ErrorOf(const absl::StatusOr<std::shared_ptr<const Engine>>& engine, absl::StatusCode code) {
  EXPECT_FALSE(engine.ok());
  EXPECT_EQ(engine.status().code(), code) << engine.status();
  return std::string(engine.status().message());
}

void ExpectPart(const std::string& text, const std::string& part) {
  EXPECT_NE(text.find(part), std::string::npos) << text;
}

TEST(EngineTest, RunsASmallGraph) {
  Model model = Affine();
  const auto engine = Load(model);
  ASSERT_TRUE(engine.ok()) << engine.status();
  const auto out = (*engine)->Run("f", {{"x", Pair(2, 3)}});
  ASSERT_TRUE(out.ok()) << out.status();
  EXPECT_EQ(out->at("y").data<float>()[0], 21);
  EXPECT_EQ(out->at("y").data<float>()[1], 301);
}

TEST(EngineTest, ResultsOutliveEngineAndThread) {
  TensorMap kept;
  {
    Model model = Affine();
    const auto engine = Load(model);
    ASSERT_TRUE(engine.ok()) << engine.status();
    std::thread([&] { kept = (*engine)->Run("f", {{"x", Pair(2, 3)}}).value(); }).join();
    for (int i = 0; i < 3; ++i) EXPECT_TRUE((*engine)->Run("f", {{"x", Pair(0, 0)}}).ok());
  }
  EXPECT_EQ(kept.at("y").data<float>()[1], 301);
}

TEST(EngineTest, WhatIsSentIsChecked) {
  Model model = Affine();
  const auto engine = Load(model);
  ASSERT_TRUE(engine.ok()) << engine.status();
  const struct {
    const char* signature;
    TensorMap inputs;
    absl::StatusCode code;
    const char* message;
  } cases[] = {
      {"g", {{"x", Pair(0, 0)}}, absl::StatusCode::kNotFound, "there is no signature 'g'; the signatures are f"},
      {"f", {}, absl::StatusCode::kInvalidArgument, "input 'x' is missing"},
      {"f",
       {{"x", Pair(0, 0)}, {"z", Pair(0, 0)}},
       absl::StatusCode::kInvalidArgument,
       "there is no input 'z'; the inputs are x"},
      {"f",
       {{"x", Tensor(DataType::kInt32, {1, 2})}},
       absl::StatusCode::kInvalidArgument,
       "input 'x' is DT_INT32, expected DT_FLOAT"},
      {"f",
       {{"x", Tensor(DataType::kFloat, {2})}},
       absl::StatusCode::kInvalidArgument,
       "input 'x' has shape (2), expected (-1, 2)"},
      {"f",
       {{"x", Tensor(DataType::kFloat, {1, 3})}},
       absl::StatusCode::kInvalidArgument,
       "input 'x' has shape (1, 3), expected (-1, 2)"},
  };
  for (const auto& c : cases) {
    const auto out = (*engine)->Run(c.signature, c.inputs);
    ASSERT_FALSE(out.ok()) << c.message;
    EXPECT_EQ(out.status().code(), c.code);
    EXPECT_EQ(out.status().message(), c.message);
  }
}

TEST(EngineTest, EveryUnknownOperationIsNamedInOneMessage) {
  Model model;
  const Output x = model.Input("x", {-1});
  const Output a = model.g.Begin("Frobnicate", "a", false).Input(x).Result(DataType::kFloat);
  const Output b = model.g.Begin("Frobnicate", "b", false).Input(a).Result(DataType::kFloat);
  const Output c = model.g.Begin("Twiddle", "c", false).Input(b).Result(DataType::kFloat);
  model.Result("y", c, {-1});
  const std::string message = ErrorOf(Load(model), absl::StatusCode::kUnimplemented);
  ExpectPart(message, "operations that are not supported, with their nodes: Frobnicate (a, b); Twiddle (c)");
}

TEST(EngineTest, WhatNoSignatureNeedsMayBeUnknown) {
  Model model = Affine();
  model.g.Begin("Frobnicate", "unused", false).Result(DataType::kFloat);
  EXPECT_TRUE(Load(model).ok());
}

TEST(EngineTest, VariablesMustBeThereAndFit) {
  const auto spoil = [](auto change) {
    return [change](tensorflow::MetaGraphDef* meta) {
      for (auto& node : *meta->mutable_graph_def()->mutable_node()) {
        if (node.name() == "w") change(&node);
      }
    };
  };
  Model wrong_shape = Affine(), wrong_type = Affine();
  ExpectPart(ErrorOf(Load(wrong_shape, spoil([](tensorflow::NodeDef* node) {
                            (*node->mutable_attr())["shape"].mutable_shape()->mutable_dim(0)->set_size(3);
                          })),
                     absl::StatusCode::kInvalidArgument),
             "variable 'w' is declared with shape (3) and saved with (2)");
  ExpectPart(ErrorOf(Load(wrong_type, spoil([](tensorflow::NodeDef* node) {
                            (*node->mutable_attr())["dtype"].set_type(tensorflow::DT_INT32);
                          })),
                     absl::StatusCode::kInvalidArgument),
             "variable 'w' is declared as DT_INT32 and saved as DT_FLOAT");
  Model missing = Affine();
  ExpectPart(ErrorOf(Load(missing,
                          [](tensorflow::MetaGraphDef* meta) {
                            for (auto& node : *meta->mutable_graph_def()->mutable_node()) {
                              if (node.name() == "w") node.set_name("v");
                              for (auto& input : *node.mutable_input()) {
                                if (input == "w") input = "v";
                              }
                            }
                            auto* nodes = meta->mutable_graph_def()->mutable_node();
                            for (int i = nodes->size() - 1; i >= 0; --i) {
                              if (nodes->Get(i).op() == "Assign") nodes->DeleteSubrange(i, 1);
                            }
                            for (auto& node : *nodes) {
                              if (node.name().starts_with("save/")) node.clear_input();
                            }
                          }),
                     absl::StatusCode::kInvalidArgument),
             "variable 'v' is not among the saved variables");
}

TEST(EngineTest, DamagedGraphsAreRefused) {
  using Change = std::function<void(tensorflow::MetaGraphDef*)>;
  const auto node = [](tensorflow::MetaGraphDef* meta, const std::string& op) {
    for (auto& candidate : *meta->mutable_graph_def()->mutable_node()) {
      if (candidate.op() == op) return &candidate;
    }
    return static_cast<tensorflow::NodeDef*>(nullptr);
  };
  const std::vector<std::pair<Change, std::string>> cases = {
      {[&](auto* meta) { node(meta, "Mul")->set_input(0, "nowhere"); }, "the graph has no node 'nowhere'"},
      {[&](auto* meta) { node(meta, "Mul")->set_input(0, "x:7"); }, "its input 'x' has no output 7"},
      {[&](auto* meta) { node(meta, "Mul")->set_input(0, "x:y"); }, "'x:y' is not a tensor name"},
      {[&](auto* meta) { node(meta, "Mul")->set_input(0, node(meta, "Add")->name()); }, "the graph has a cycle"},
      {[&](auto* meta) { node(meta, "Mul")->set_name("x"); }, "the graph has two nodes named 'x'"},
      {[&](auto* meta) { node(meta, "Mul")->clear_input(); }, "has 0 inputs, expected 2"},
      {[&](auto* meta) { (*meta->mutable_signature_def())["f"].clear_inputs(); }, "needs placeholder 'x'"},
      {[&](auto* meta) { (*(*meta->mutable_signature_def())["f"].mutable_outputs())["y"].set_name("z:0"); },
       "signature 'f': 'y': the graph has no node 'z'"},
      {[&](auto* meta) {
         (*(*meta->mutable_signature_def())["f"].mutable_outputs())["y"].set_dtype(tensorflow::DT_INT64);
       },
       "output 'y': is declared as DT_INT64 and computed as DT_FLOAT"},
      {[&](auto* meta) {
         auto& signature = (*meta->mutable_signature_def())["f"];
         (*signature.mutable_inputs())["again"] = signature.inputs().at("x");
       },
       "and another input are the same tensor"},
  };
  for (const auto& [change, part] : cases) {
    Model model = Affine();
    ExpectPart(ErrorOf(Load(model, change), absl::StatusCode::kInvalidArgument), part);
  }
}

TEST(EngineTest, AFolderThatIsNotThereIsNotFound) {
  EXPECT_EQ(Engine::Load(testing::TempDir() + "/no such model", {}).status().code(), absl::StatusCode::kNotFound);
}

TEST(EngineTest, AnErrorOfARunNamesTheNode) {
  Model model;
  const Output ids = model.Input("ids", {-1, -1}, DataType::kInt32);
  const Output table = model.g.Floats({3, 1}, {5, 6, 7});
  model.Result("rows", model.g.Gather(table, ids), {-1, -1, 1});
  const auto engine = Load(model);
  ASSERT_TRUE(engine.ok()) << engine.status();
  const auto out = (*engine)->Run("f", {{"ids", Tensor::Of<int32_t>({1, 2}, {2, 3})}});
  EXPECT_EQ(out.status().code(), absl::StatusCode::kInvalidArgument);
  ExpectPart(std::string(out.status().message()), "(Gather): indices[0,1] = 3 is not in [0, 3)");
}

TEST(EngineTest, InputsMayBeFedAnywhereAndOutputsBeInputs) {
  Model model = Affine();
  const auto engine = Load(model, [](tensorflow::MetaGraphDef* meta) {
    auto& signature = (*meta->mutable_signature_def())["from_the_middle"];
    signature = meta->signature_def().at("f");
    for (const auto& node : meta->graph_def().node()) {
      if (node.op() == "Mul") (*signature.mutable_inputs())["x"].set_name(node.name() + ":0");
    }
    (*signature.mutable_outputs())["same"] = signature.inputs().at("x");
  });
  ASSERT_TRUE(engine.ok()) << engine.status();
  const auto out = (*engine)->Run("from_the_middle", {{"x", Pair(2, 3)}});
  ASSERT_TRUE(out.ok()) << out.status();
  EXPECT_EQ(out->at("y").data<float>()[1], 4);
  EXPECT_EQ(out->at("same").data<float>()[1], 3);
  EXPECT_EQ((*engine)->Run("f", {{"x", Pair(2, 3)}})->at("y").data<float>()[1], 301);
}

TEST(EngineTest, WhatDependsOnNoInputIsComputedAtLoad) {
  Model model;
  const Output x = model.Input("x", {-1});
  Output chain = model.g.Float(1);
  for (int i = 0; i < 5000; ++i) chain = model.g.Add(chain, model.g.Float(1));
  model.Result("y", model.g.Mul(x, chain), {-1});
  const auto engine = Load(model);
  ASSERT_TRUE(engine.ok()) << engine.status();
  EXPECT_EQ((*engine)->Run("f", {{"x", Tensor::Of<float>({1}, {2})}})->at("y").data<float>()[0], 10002);
}

class FixtureTest : public testing::TestWithParam<std::tuple<const char*, Shape, float>> {};

TEST_P(FixtureTest, OthersSmallModelsRun) {
  const char* shared = std::getenv("TIQU_SHARED");
  const auto& [name, shape, expected] = GetParam();
  const std::string dir =
      (shared != nullptr ? shared : std::string(TIQU_SOURCE_DIR "/../shared")) + "/fixtures/" + name;
  if (!std::filesystem::exists(dir)) GTEST_SKIP() << "the shared fixtures are not here";
  const auto engine = Engine::Load(dir, {});
  ASSERT_TRUE(engine.ok()) << engine.status();
  const auto out = (*engine)->Run("serving_default", {{"x", Tensor::Of<float>(shape, {3})}});
  ASSERT_TRUE(out.ok()) << out.status();
  EXPECT_EQ(out->at("y").data<float>()[0], expected);
}

INSTANTIATE_TEST_SUITE_P(Fixtures, FixtureTest,
                         testing::Values(std::tuple{"saved_model_half_plus_two_2_versions/00000123", Shape{1, 1}, 3.5F},
                                         std::tuple{"saved_model_half_plus_two_2_versions/00000124", Shape{1, 1}, 3.5F},
                                         std::tuple{"saved_model_half_plus_three/00000123", Shape{1, 1}, 4.5F}));

}  // namespace
}  // namespace tiqu::engine
