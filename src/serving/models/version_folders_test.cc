#include "serving/models/version_folders.h"

#include <filesystem>
#include <fstream>

#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "serving/models/text_config.h"

namespace tiqu::serving {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::Pair;

using VersionPolicy = tensorflow::serving::FileSystemStoragePathSourceConfig::ServableVersionPolicy;

class VersionFoldersTest : public testing::Test {
 protected:
  void SetUp() override {
    fs::remove_all(base_);
    fs::create_directories(base_);
  }
  std::map<int64_t, std::string> Chosen(const std::string& policy_text) {
    VersionPolicy policy;
    EXPECT_TRUE(ParseTextConfig(policy_text, &policy).ok());
    return ChooseVersions({{1, "a"}, {2, "b"}, {5, "c"}}, policy);
  }
  std::string base_ = testing::TempDir() + "/version_folders_test";
};

TEST(ParseVersionTest, OnlyDigitsAreAVersion) {
  EXPECT_EQ(ParseVersion("7"), 7);
  EXPECT_EQ(ParseVersion("00000123"), 123);
  EXPECT_EQ(ParseVersion("0"), 0);
  EXPECT_EQ(ParseVersion("9223372036854775807"), INT64_MAX);
  for (const char* name : {"", "-1", "+1", " 1", "1 ", "1a", "tmp_4", "4.partial", "9223372036854775808", "0x1"}) {
    EXPECT_EQ(ParseVersion(name), -1) << name;
  }
}

TEST_F(VersionFoldersTest, EveryChildWithANumberForANameIsAVersion) {
  fs::create_directories(base_ + "/00000003");
  fs::create_directories(base_ + "/tmp_4");
  std::ofstream(base_ + "/5") << "a file";
  std::ofstream(base_ + "/notes.txt") << "notes";
  const auto versions = ListVersions(base_);
  ASSERT_TRUE(versions.ok());
  EXPECT_THAT(*versions, ElementsAre(Pair(3, base_ + "/00000003"), Pair(5, base_ + "/5")));
}

TEST_F(VersionFoldersTest, OfTwoNamesForOneNumberTheFirstIsTaken) {
  fs::create_directories(base_ + "/1");
  fs::create_directories(base_ + "/01");
  EXPECT_THAT(*ListVersions(base_), ElementsAre(Pair(1, base_ + "/01")));
}

TEST_F(VersionFoldersTest, AMissingBasePathIsNamed) {
  const absl::Status status = ListVersions(base_ + "/none").status();
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(status.message()), testing::HasSubstr("Could not find base path " + base_ + "/none"));
}

TEST_F(VersionFoldersTest, ThePolicyChooses) {
  EXPECT_THAT(Chosen(""), ElementsAre(Pair(5, "c")));
  EXPECT_THAT(Chosen("latest { }"), ElementsAre(Pair(5, "c")));
  EXPECT_THAT(Chosen("latest { num_versions: 2 }"), ElementsAre(Pair(2, "b"), Pair(5, "c")));
  EXPECT_THAT(Chosen("latest { num_versions: 9 }"), ElementsAre(Pair(1, "a"), Pair(2, "b"), Pair(5, "c")));
  EXPECT_THAT(Chosen("all { }"), ElementsAre(Pair(1, "a"), Pair(2, "b"), Pair(5, "c")));
  EXPECT_THAT(Chosen("specific { versions: 1 versions: 4 }"), ElementsAre(Pair(1, "a")));
  EXPECT_TRUE(Chosen("specific { }").empty());
}

TEST_F(VersionFoldersTest, ThePrintChangesWithTheFiles) {
  const uint64_t empty = PrintFolder(base_).value;
  EXPECT_EQ(PrintFolder(base_).value, empty);
  fs::create_directories(base_ + "/variables");
  const uint64_t folder = PrintFolder(base_).value;
  EXPECT_NE(folder, empty);
  std::ofstream(base_ + "/variables/data") << "a";
  const FolderPrint one = PrintFolder(base_);
  EXPECT_NE(one.value, folder);
  EXPECT_LT(absl::Now() - one.newest, absl::Minutes(1));
  std::ofstream(base_ + "/variables/data", std::ios::app) << "b";
  EXPECT_NE(PrintFolder(base_).value, one.value);
  EXPECT_NE(PrintFolder(base_ + "/none").value, one.value);
}

}  // namespace
}  // namespace tiqu::serving
