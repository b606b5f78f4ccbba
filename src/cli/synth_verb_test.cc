#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <string>

#include "base/file.h"
#include "cli/verbs.h"
#include "data/reader.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tiqu::cli {
namespace {

class SynthVerbTest : public testing::Test {
 protected:
  SynthVerbTest() : folder_(testing::TempDir() + "/tiqu_synth_verb_" + std::to_string(getpid())) {
    std::filesystem::create_directories(folder_);
  }
  ~SynthVerbTest() override { std::filesystem::remove_all(folder_); }

  std::string Path(const std::string& name) const { return folder_ + "/" + name; }

  absl::Status Run(const std::string& arguments) {
    CLI::App app;
    VerbResult result;
    AddSynthVerb(app, &result);
    app.parse("synth " + arguments);
    return result.status;
  }

  std::string folder_;
};

TEST_F(SynthVerbTest, TheSameSeedMakesTheSameFileAndASmallerCountItsBeginning) {
  ASSERT_TRUE(Run("--count 60 --seed 3 -o " + Path("a")).ok());
  ASSERT_TRUE(Run("--count 60 --seed 3 -o " + Path("b")).ok());
  ASSERT_TRUE(Run("--count 20 --seed 3 -o " + Path("c")).ok());
  ASSERT_TRUE(Run("--count 60 --seed 4 -o " + Path("d")).ok());
  const std::string a = ReadFile(Path("a")).value();
  EXPECT_EQ(std::count(a.begin(), a.end(), '\n'), 60);
  EXPECT_EQ(a, ReadFile(Path("b")).value());
  EXPECT_TRUE(a.starts_with(ReadFile(Path("c")).value()));
  EXPECT_NE(a, ReadFile(Path("d")).value());
}

TEST_F(SynthVerbTest, TheReaderTakesEverySample) {
  ASSERT_TRUE(Run("--count 300 --kinds people,contract -o " + Path("s.jsonl")).ok());
  data::Report report;
  const auto samples = data::ReadAllSamples(Path("s.jsonl"), {}, &report);
  ASSERT_TRUE(samples.ok()) << samples.status();
  EXPECT_EQ(samples->size(), 300U);
  EXPECT_EQ(report.samples_dropped() + report.records_bad(), 0);
  EXPECT_GT(report.unanswerable, 0);
  EXPECT_GT(report.several_answers, 0);
}

TEST_F(SynthVerbTest, AFolderThatIsNotThereIsAnErrorAndAnUnknownKindIsNamed) {
  EXPECT_THAT(std::string(Run("--count 1 -o " + Path("none/s.jsonl")).message()), testing::HasSubstr("none"));
  try {
    (void)Run("--count 1 --kinds poems -o " + Path("s.jsonl"));
    FAIL() << "poems are no kind";
  } catch (const CLI::ValidationError& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("poems"));
  }
}

}  // namespace
}  // namespace tiqu::cli
