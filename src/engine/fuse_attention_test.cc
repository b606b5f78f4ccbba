#include "engine/fuse_attention.h"

#include "engine/fusion_test_util.h"
#include "gtest/gtest.h"

namespace tiqu::engine {
namespace {

TEST(FuseAttentionTest, TheAttendedQuestionIsMadeWhereItIsMerged) {
  const ReaderRun outcome = RunReader(nullptr);
  EXPECT_TRUE(outcome.ops.contains("_TiquMergedContext"));
  EXPECT_FALSE(outcome.ops.contains("_TiquC2QAttention"));
}

TEST(FuseAttentionTest, WhatAlsoTakesTheAttendedQuestionStillGetsIt) {
  const ReaderRun outcome = RunReader([](auto* meta) {
    auto& signature = (*meta->mutable_signature_def())["qa"];
    (*signature.mutable_outputs())["c2q"] = signature.outputs().at("pa");
    (*signature.mutable_outputs())["c2q"].set_name("interaction/c2q_attention/output:0");
  });
  EXPECT_TRUE(outcome.ops.contains("_TiquMergedContext"));
  EXPECT_TRUE(outcome.ops.contains("_TiquC2QAttention"));
  ExpectNear(outcome.pa, RunReader(nullptr).pa);
}

TEST(FuseAttentionTest, AnAttentionThatIsNotOneOperationStaysApart) {
  const ReaderRun outcome = RunReader([](auto* meta) {
    (*FindNode(meta, "interaction/c2q_attention/output")->mutable_attr())["_tiqu_format"].set_i(2);
  });
  EXPECT_TRUE(outcome.ops.contains("_TiquMergedContext"));
  EXPECT_TRUE(outcome.ops.contains("Softmax"));
  ExpectNear(outcome.pa, RunReader(nullptr).pa);
}

}  // namespace
}  // namespace tiqu::engine
