// Which annotated scopes become one operation, and that the others run node by node with the same result.
#include "engine/fuser.h"

#include "engine/fusion_test_util.h"
#include "gtest/gtest.h"

namespace tiqu::engine {
namespace {

constexpr char kAnswer[] = "reading/answer/output";

TEST(FuserTest, WhatFollowsTheRulesIsOneOperation) {
  const ReaderRun outcome = RunReader(nullptr);
  EXPECT_TRUE(outcome.ops.contains("_TiquAnswer"));
  EXPECT_FALSE(outcome.ops.contains("MatMul"));
  EXPECT_FALSE(outcome.ops.contains("Softmax"));
}

TEST(FuserTest, WhatBreaksARuleRunsNodeByNode) {
  const std::vector<std::pair<const char*, GraphChange>> cases = {
      {"another format", [](auto* meta) { (*FindNode(meta, kAnswer)->mutable_attr())["_tiqu_format"].set_i(2); }},
      {"a layer nobody knows",
       [](auto* meta) { (*FindNode(meta, kAnswer)->mutable_attr())["_tiqu_layer"].set_s("Oracle"); }},
      {"a role nobody knows",
       [](auto* meta) {
         tensorflow::NodeDef extra = *FindNode(meta, "reading/answer/in_mask");
         extra.set_name("reading/answer/in_temperature");
         (*extra.mutable_attr())["_tiqu_role"].set_s("temperature");
         *meta->mutable_graph_def()->add_node() = extra;
       }},
      {"a role without its annotation",
       [](auto* meta) { FindNode(meta, "reading/answer/in_mask")->mutable_attr()->erase("_tiqu_role"); }},
      {"an inner node that is an output, too",
       [](auto* meta) {
         auto& signature = (*meta->mutable_signature_def())["qa"];
         (*signature.mutable_outputs())["mask"] = signature.outputs().at("pa");
         (*signature.mutable_outputs())["mask"].set_name("reading/answer/in_mask:0");
       }},
      {"an inner node that another node reads",
       [](auto* meta) {
         tensorflow::NodeDef reader = *FindNode(meta, "pa");
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
    const ReaderRun outcome = RunReader(change);
    EXPECT_FALSE(outcome.ops.contains("_TiquAnswer"));
    EXPECT_TRUE(outcome.ops.contains("MatMul"));
    EXPECT_TRUE(outcome.ops.contains("_TiquDilatedGatedConv1D"));  // the other scopes stay fused
    if (std::string(name) != "a weight that is fed") ExpectNear(outcome.pa, expected);
  }
}

}  // namespace
}  // namespace tiqu::engine
