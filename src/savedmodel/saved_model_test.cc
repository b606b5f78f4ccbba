#include "savedmodel/saved_model.h"
#include "savedmodel/fresh_dir_test_util.h"

#include <cstdlib>
#include <filesystem>

#include "base/file.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "savedmodel/fresh_dir_test_util.h"

namespace tiqu::savedmodel {
namespace {

using testing::HasSubstr;

std::string Fixtures() {
  const char* shared = std::getenv("TIQU_SHARED");
  return (shared != nullptr ? std::string(shared) : std::string(TIQU_SOURCE_DIR "/../shared")) + "/fixtures";
}

SavedModelContents SmallContents() {
  SavedModelContents contents;
  contents.meta_graph.mutable_meta_info_def()->add_tags("serve");
  contents.meta_graph.mutable_graph_def()->add_node()->set_name("x");
  for (const char* key : {"qa", "serving_default", "third"}) {
    (*contents.meta_graph.mutable_signature_def())[key].set_method_name("m");
  }
  contents.variables["encode_0/kernel"] = {{2}, {1.5F, -2.0F}};
  contents.assets["chars.txt"] = "罗\n";
  contents.extra["tiqu.json"] = "{}";
  return contents;
}

TEST(SavedModelTest, WhatIsWrittenIsReadBack) {
  const std::string base = FreshDir("round_trip");
  ASSERT_TRUE(WriteSavedModel(SmallContents(), base, 7).ok());
  const auto loaded = ReadSavedModel(base + "/7");
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  EXPECT_EQ(loaded->meta_graph.graph_def().node(0).name(), "x");
  EXPECT_EQ(loaded->variables.at("encode_0/kernel").data<float>()[1], -2.0F);
  EXPECT_EQ(ReadAsset(base + "/7", "chars.txt").value(), "罗\n");
  EXPECT_EQ(ReadExtra(base + "/7", "tiqu.json").value(), "{}");
  EXPECT_EQ(ReadAsset(base + "/7", "nothing").status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(ReadAsset(base + "/7", "../saved_model.pb").status().code(), absl::StatusCode::kInvalidArgument);
}

TEST(SavedModelTest, TheSameContentsGiveTheSameBytes) {
  const std::string base = FreshDir("deterministic");
  ASSERT_TRUE(WriteSavedModel(SmallContents(), base, 1).ok());
  ASSERT_TRUE(WriteSavedModel(SmallContents(), base, 2).ok());
  EXPECT_EQ(ReadFile(base + "/1/saved_model.pb").value(), ReadFile(base + "/2/saved_model.pb").value());
}

TEST(SavedModelTest, AVersionIsNeverOverwrittenOrLeftHalfWritten) {
  const std::string base = FreshDir("taken");
  ASSERT_TRUE(WriteSavedModel(SmallContents(), base, 1).ok());
  EXPECT_EQ(WriteSavedModel(SmallContents(), base, 1).code(), absl::StatusCode::kAlreadyExists);
  SavedModelContents bad = SmallContents();
  bad.variables["encode_0/kernel"].shape = {3};
  EXPECT_EQ(WriteSavedModel(bad, base, 2).code(), absl::StatusCode::kInvalidArgument);
  bad = SmallContents();
  bad.extra["../escape"] = "";
  EXPECT_EQ(WriteSavedModel(bad, base, 2).code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(WriteSavedModel(SmallContents(), base, -1).code(), absl::StatusCode::kInvalidArgument);
  for (const auto& entry : std::filesystem::directory_iterator(base)) EXPECT_EQ(entry.path().filename(), "1");
}

TEST(SavedModelTest, FoldersThatAreNoModelAreErrors) {
  const std::string base = FreshDir("broken");
  EXPECT_EQ(ReadSavedModel(base).status().code(), absl::StatusCode::kNotFound);
  ASSERT_TRUE(MakeDirectories(base).ok());
  EXPECT_EQ(ReadSavedModel(base).status().code(), absl::StatusCode::kNotFound);
  ASSERT_TRUE(WriteFileAtomically(base + "/saved_model.pb", "\x0a\xff").ok());
  EXPECT_EQ(ReadSavedModel(base).status().code(), absl::StatusCode::kDataLoss);
  tensorflow::SavedModel other_tags;
  other_tags.add_meta_graphs()->mutable_meta_info_def()->add_tags("serve");
  other_tags.mutable_meta_graphs(0)->mutable_meta_info_def()->add_tags("gpu");
  ASSERT_TRUE(WriteFileAtomically(base + "/saved_model.pb", other_tags.SerializeAsString()).ok());
  EXPECT_EQ(ReadSavedModel(base).status().code(), absl::StatusCode::kNotFound);
}

TEST(SavedModelTest, AnEmptyFileIsADamagedOne) {
  const std::string dir = FreshDir("empty");
  ASSERT_TRUE(MakeDirectories(dir).ok());
  ASSERT_TRUE(WriteFileAtomically(dir + "/saved_model.pb", "").ok());
  const absl::Status status = ReadSavedModel(dir).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(status.message(), dir + "/saved_model.pb is damaged or not a SavedModel");
}

TEST(SavedModelTest, VariablesWithoutTheirFolderAreMissed) {
  for (const char* op : {"VariableV2", "Variable", "VarHandleOp"}) {
    const std::string base = FreshDir("no_variables");
    SavedModelContents contents = SmallContents();
    contents.meta_graph.mutable_graph_def()->mutable_node(0)->set_op(op);
    ASSERT_TRUE(WriteSavedModel(contents, base, 1).ok());
    EXPECT_TRUE(ReadSavedModel(base + "/1").ok());
    std::filesystem::remove_all(base + "/1/variables");
    const absl::Status status = ReadSavedModel(base + "/1").status();
    EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
    EXPECT_EQ(status.message(), base + "/1/variables/variables.index is missing");
  }
  const std::string base = FreshDir("needs_none");
  ASSERT_TRUE(WriteSavedModel(SmallContents(), base, 1).ok());
  std::filesystem::remove_all(base + "/1/variables");
  EXPECT_TRUE(ReadSavedModel(base + "/1").ok());
}

TEST(SavedModelTest, TextThatIsNestedTooDeepIsRefused) {
  const std::string dir = FreshDir("deep");
  ASSERT_TRUE(MakeDirectories(dir).ok());
  for (const char* open : {"a {", "a: [", "a <", "\"\n a {"}) {
    std::string text = open[0] == '"' ? open : "";
    for (int i = 0; i < 300000; ++i) text += open[0] == '"' ? "a {" : open;
    ASSERT_TRUE(WriteFileAtomically(dir + "/saved_model.pbtxt", text).ok());
    const absl::Status status = ReadSavedModelProto(dir).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
    EXPECT_THAT(std::string(status.message()), HasSubstr("is nested deeper than the limit of 100"));
  }
}

TEST(SavedModelTest, TheTextFormIsReadWhereThereIsNoOther) {
  const std::string dir = FreshDir("text");
  ASSERT_TRUE(MakeDirectories(dir).ok());
  ASSERT_TRUE(WriteFileAtomically(dir + "/saved_model.pbtxt", "meta_graphs { meta_info_def { tags: 'serve' } }").ok());
  EXPECT_TRUE(ReadSavedModel(dir).ok());
  ASSERT_TRUE(WriteFileAtomically(dir + "/saved_model.pbtxt", "meta_graphs {").ok());
  EXPECT_EQ(ReadSavedModel(dir).status().code(), absl::StatusCode::kDataLoss);
}

TEST(SavedModelTest, TheHighestVersionThatHoldsAModelIsTaken) {
  const std::string base = FreshDir("versions");
  EXPECT_EQ(ResolveVersionDir(base).status().code(), absl::StatusCode::kNotFound);
  for (const int version : {2, 10}) ASSERT_TRUE(WriteSavedModel(SmallContents(), base, version).ok());
  ASSERT_TRUE(MakeDirectories(base + "/11").ok());      // empty
  ASSERT_TRUE(MakeDirectories(base + "/99.tmp").ok());  // not a number
  EXPECT_EQ(ResolveVersionDir(base).value(), base + "/10");
  EXPECT_EQ(ResolveVersionDir(base + "/").value(), base + "/10");
  EXPECT_EQ(ResolveVersionDir(base + "/2").value(), base + "/2");
}

TEST(SavedModelTest, ModelsThatTensorFlowWroteAreRead) {
  if (!FileExists(Fixtures())) GTEST_SKIP() << "the shared fixtures are not here";
  const auto three = ReadSavedModel(Fixtures() + "/saved_model_half_plus_three/00000123");
  ASSERT_TRUE(three.ok()) << three.status();
  EXPECT_EQ(three->meta_graph.graph_def().node_size(), 60);
  EXPECT_EQ(three->variables.at("b").data<float>()[0], 3.0F);
  const std::string versions = Fixtures() + "/saved_model_half_plus_two_2_versions";
  EXPECT_THAT(ResolveVersionDir(versions).value(), HasSubstr("/00000124"));
  const auto two = ReadSavedModel(versions + "/00000124");
  ASSERT_TRUE(two.ok()) << two.status();
  EXPECT_EQ(two->variables.at("a").data<float>()[0], 0.5F);
  EXPECT_EQ(two->variables.at("b").data<float>()[0], 2.0F);
}

}  // namespace
}  // namespace tiqu::savedmodel
