// Which annotated scopes become one operation, and that the others run node by node with the same result.
#include "engine/fuser.h"

#include <unistd.h>

#include <set>

#include "engine/engine.h"
#include "engine/reader_model_test_util.h"
#include "gtest/gtest.h"

namespace tiqu::engine {
namespace {

using Change = std::function<void(tensorflow::MetaGraphDef*)>;

constexpr char kAnswer[] = "reading/answer/output";

model::ModelSpec TinySpec() {
  model::ModelSpec spec;
  spec.char_vocab_size = 20;
  spec.word_vocab_size = 20;
  spec.word_dim = 4;
  spec.hidden = 16;
  spec.max_position = 16;
  spec.encoder_rates = {1};
  spec.model_rates = {2};
  return spec;
}

tensorflow::NodeDef* Find(tensorflow::MetaGraphDef* meta, const std::string& name) {
  for (auto& node : *meta->mutable_graph_def()->mutable_node()) {
    if (node.name() == name) return &node;
  }
  ADD_FAILURE() << "no node " << name;
  return meta->mutable_graph_def()->mutable_node(0);
}

struct Outcome {
  std::set<std::string> ops;  // of the nodes that ran
  Tensor pa;
};

Outcome RunReader(const Change& change) {
  static int count = 0;
  const std::string base = testing::TempDir() + "/fuser_" + std::to_string(getpid()) + "_" + std::to_string(++count);
  const auto dir = WriteRandomReader(TinySpec(), base, change);
  EXPECT_TRUE(dir.ok()) << dir.status();
  Outcome outcome;
  const auto engine =
      Engine::Load(*dir, {.observer = [&](std::string_view, std::string_view op, double) { outcome.ops.emplace(op); }});
  EXPECT_TRUE(engine.ok()) << engine.status();
  Random random(3);
  TensorMap inputs = BatchInputs({RandomSample(TinySpec(), 5, 20, &random), RandomSample(TinySpec(), 3, 11, &random)});
  for (const auto& [name, spec] : (*engine)->signatures().at("qa").inputs) {
    if (!inputs.contains(name)) inputs[name] = Tensor::Of<float>({3}, {0, 0, 0});  // a weight that a test feeds
  }
  const auto out = (*engine)->Run("qa", inputs);
  EXPECT_TRUE(out.ok()) << out.status();
  if (out.ok()) outcome.pa = out->at("pa");
  return outcome;
}

void ExpectNear(const Tensor& a, const Tensor& b) {
  ASSERT_EQ(a.shape(), b.shape());
  for (int64_t i = 0; i < a.size(); ++i) ASSERT_NEAR(a.data<float>()[i], b.data<float>()[i], 1e-5F);
}

TEST(FuserTest, WhatFollowsTheRulesIsOneOperation) {
  const Outcome outcome = RunReader(nullptr);
  EXPECT_TRUE(outcome.ops.contains("_TiquAnswer"));
  EXPECT_FALSE(outcome.ops.contains("MatMul"));
  EXPECT_FALSE(outcome.ops.contains("Softmax"));
}

// C K2 = A (U K2): the attention is made where it is merged, in less time (fused/merged_context.cc).
TEST(FuserTest, TheAttendedQuestionIsMadeWhereItIsMerged) {
  const Outcome outcome = RunReader(nullptr);
  EXPECT_TRUE(outcome.ops.contains("_TiquMergedContext"));
  EXPECT_FALSE(outcome.ops.contains("_TiquC2QAttention"));
  const Outcome fetched = RunReader([](auto* meta) {
    auto& signature = (*meta->mutable_signature_def())["qa"];
    (*signature.mutable_outputs())["c2q"] = signature.outputs().at("pa");
    (*signature.mutable_outputs())["c2q"].set_name("interaction/c2q_attention/output:0");
  });
  EXPECT_TRUE(fetched.ops.contains("_TiquMergedContext"));
  EXPECT_TRUE(fetched.ops.contains("_TiquC2QAttention"));
  ExpectNear(fetched.pa, outcome.pa);
  const Outcome apart = RunReader(
      [](auto* meta) { (*Find(meta, "interaction/c2q_attention/output")->mutable_attr())["_tiqu_format"].set_i(2); });
  EXPECT_TRUE(apart.ops.contains("_TiquMergedContext"));
  EXPECT_TRUE(apart.ops.contains("Softmax"));
  ExpectNear(apart.pa, outcome.pa);
}

TEST(FuserTest, WhatBreaksARuleRunsNodeByNode) {
  const std::vector<std::pair<const char*, Change>> cases = {
      {"another format", [](auto* meta) { (*Find(meta, kAnswer)->mutable_attr())["_tiqu_format"].set_i(2); }},
      {"a layer nobody knows",
       [](auto* meta) { (*Find(meta, kAnswer)->mutable_attr())["_tiqu_layer"].set_s("Oracle"); }},
      {"a role nobody knows",
       [](auto* meta) {
         tensorflow::NodeDef extra = *Find(meta, "reading/answer/in_mask");
         extra.set_name("reading/answer/in_temperature");
         (*extra.mutable_attr())["_tiqu_role"].set_s("temperature");
         *meta->mutable_graph_def()->add_node() = extra;
       }},
      {"a role without its annotation",
       [](auto* meta) { Find(meta, "reading/answer/in_mask")->mutable_attr()->erase("_tiqu_role"); }},
      {"an inner node that is an output, too",
       [](auto* meta) {
         auto& signature = (*meta->mutable_signature_def())["qa"];
         (*signature.mutable_outputs())["mask"] = signature.outputs().at("pa");
         (*signature.mutable_outputs())["mask"].set_name("reading/answer/in_mask:0");
       }},
      {"an inner node that another node reads",
       [](auto* meta) {
         tensorflow::NodeDef reader = *Find(meta, "pa");
         reader.set_name("spy");
         reader.set_input(0, "reading/answer/in_input");
         *meta->mutable_graph_def()->add_node() = reader;
       }},
      {"a weight that is fed",
       [](auto* meta) {
         auto& signature = (*meta->mutable_signature_def())["qa"];
         auto& bias = (*signature.mutable_inputs())["bias"];
         bias.set_name("answer/bias:0");
         bias.set_dtype(tensorflow::DT_FLOAT);
         bias.mutable_tensor_shape()->add_dim()->set_size(3);
       }},
  };
  const Tensor expected = RunReader(nullptr).pa;
  for (const auto& [name, change] : cases) {
    SCOPED_TRACE(name);
    const Outcome outcome = RunReader(change);
    EXPECT_FALSE(outcome.ops.contains("_TiquAnswer"));
    EXPECT_TRUE(outcome.ops.contains("MatMul"));
    EXPECT_TRUE(outcome.ops.contains("_TiquDilatedGatedConv1D"));  // the other scopes stay fused
    if (std::string(name) != "a weight that is fed") ExpectNear(outcome.pa, expected);
  }
}

}  // namespace
}  // namespace tiqu::engine
