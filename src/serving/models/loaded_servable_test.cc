#include "serving/models/loaded_servable.h"

#include <cstdlib>
#include <filesystem>

#include "base/file.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tiqu::serving {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

std::string FixturesFolder() {
  const char* shared = std::getenv("TIQU_SHARED");
  return std::string(shared != nullptr ? shared : TIQU_SOURCE_DIR "/../shared") + "/fixtures";
}

std::string StarterVersion() { return TIQU_SOURCE_DIR "/models/starter/1"; }

ServableOptions WithGate() {
  ServableOptions options;
  options.gate = std::make_shared<RunGate>(2);
  return options;
}

class LoadedServableTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!fs::exists(FixturesFolder())) GTEST_SKIP() << FixturesFolder() << " is not there";
  }
  // A copy that can be damaged.
  static std::string CopyOfThree(const std::string& name) {
    const std::string to = testing::TempDir() + "/loaded_servable_test/" + name;
    fs::remove_all(to);
    fs::create_directories(to);
    fs::copy(FixturesFolder() + "/saved_model_half_plus_three/00000123", to, fs::copy_options::recursive);
    for (const auto& entry : fs::recursive_directory_iterator(to)) {
      fs::permissions(entry.path(), fs::perms::owner_all, fs::perm_options::add);
    }
    fs::permissions(to, fs::perms::owner_all, fs::perm_options::add);
    return to;
  }
};

TEST_F(LoadedServableTest, AStockModelAnswers) {
  const auto servable =
      LoadedServable::Load("h2", 123, FixturesFolder() + "/saved_model_half_plus_two_2_versions/00000123", WithGate());
  ASSERT_TRUE(servable.ok()) << servable.status();
  EXPECT_EQ((*servable)->model_name(), "h2");
  EXPECT_EQ((*servable)->version(), 123);
  EXPECT_EQ((*servable)->reader(), nullptr);
  EXPECT_TRUE((*servable)->signature_defs().contains("regress_x_to_y"));
  const auto outputs = (*servable)->Run("serving_default", {{"x", Tensor::Of<float>({2, 1}, {2, 4})}}, {});
  ASSERT_TRUE(outputs.ok()) << outputs.status();
  EXPECT_EQ(outputs->at("y").data<float>()[1], 4);
}

TEST_F(LoadedServableTest, ADeadlineThatHasPassedIsAnswered) {
  const auto servable = LoadedServable::Load("h3", 1, CopyOfThree("late"), WithGate());
  ASSERT_TRUE(servable.ok()) << servable.status();
  RunLimits limits;
  limits.deadline = absl::Now() - absl::Seconds(1);
  EXPECT_EQ((*servable)->Run("serving_default", {{"x", Tensor::Of<float>({1, 1}, {2})}}, limits).status(),
            absl::DeadlineExceededError("Timed out waiting for notification"));
}

TEST_F(LoadedServableTest, AFolderThatIsNotWholeIsRefused) {
  const std::string empty = CopyOfThree("empty");
  fs::remove(empty + "/saved_model.pb");
  const absl::Status missing = LoadedServable::Load("m", 1, empty, WithGate()).status();
  EXPECT_EQ(missing.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(missing.message()),
              HasSubstr("Could not find SavedModel .pb or .pbtxt at supplied export directory path: " + empty));

  const std::string no_index = CopyOfThree("no_index");
  fs::remove(no_index + "/variables/variables.index");
  EXPECT_EQ(LoadedServable::Load("m", 1, no_index, WithGate()).status().code(), absl::StatusCode::kDataLoss);

  const std::string cut = CopyOfThree("cut");
  fs::resize_file(cut + "/saved_model.pb", fs::file_size(cut + "/saved_model.pb") / 2);
  EXPECT_EQ(LoadedServable::Load("m", 1, cut, WithGate()).status().code(), absl::StatusCode::kDataLoss);

  const std::string cut_data = CopyOfThree("cut_data");
  fs::resize_file(cut_data + "/variables/variables.data-00000-of-00001", 3);
  EXPECT_EQ(LoadedServable::Load("m", 1, cut_data, WithGate()).status().code(), absl::StatusCode::kDataLoss);
}

TEST_F(LoadedServableTest, OtherTagsAreNamedBesideThoseThereAre) {
  ServableOptions options = WithGate();
  options.tags = {"serve", "gpu"};
  const absl::Status status = LoadedServable::Load("m", 1, CopyOfThree("tags"), options).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("Could not find meta graph def matching supplied tags: { serve, gpu }"));
  EXPECT_THAT(std::string(status.message()), HasSubstr("has meta graphs with { serve }"));
}

TEST(LoadedReaderTest, ATiquModelHasAReader) {
  if (!fs::exists(StarterVersion() + "/saved_model.pb")) GTEST_SKIP();
  const auto servable = LoadedServable::Load("qa", 1, StarterVersion(), WithGate());
  ASSERT_TRUE(servable.ok()) << servable.status();
  ASSERT_NE((*servable)->reader(), nullptr);
  const std::vector<answer::Request> requests = {{.passage = "罗显敏,男,户籍地:广西", .questions = {"罗显敏的户籍地"}}};
  const auto replies = (*servable)->reader()->ReadAll(requests, (*servable)->reader()->rules());
  ASSERT_EQ(replies.size(), 1);
  EXPECT_TRUE(replies[0].ok()) << replies[0].status();
}

}  // namespace
}  // namespace tiqu::serving
