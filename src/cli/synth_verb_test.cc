#include <algorithm>
#include <string>

#include "base/file.h"
#include "cli/verb_test_util.h"
#include "data/reader.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tiqu::cli {
namespace {

class SynthVerbTest : public VerbTest {
 protected:
  SynthVerbTest() : VerbTest("synth", AddSynthVerb) {}
};

TEST_F(SynthVerbTest, TheSameSeedMakesTheSameFileAndASmallerCountItsBeginning) {
  ASSERT_TRUE(Run("--count 60 --seed 3 -o " + Path("a")).status.ok());
  ASSERT_TRUE(Run("--count 60 --seed 3 -o " + Path("b")).status.ok());
  ASSERT_TRUE(Run("--count 20 --seed 3 -o " + Path("c")).status.ok());
  ASSERT_TRUE(Run("--count 60 --seed 4 -o " + Path("d")).status.ok());
  const std::string a = ReadFile(Path("a")).value();
  EXPECT_EQ(std::count(a.begin(), a.end(), '\n'), 60);
  EXPECT_EQ(a, ReadFile(Path("b")).value());
  EXPECT_TRUE(a.starts_with(ReadFile(Path("c")).value()));
  EXPECT_NE(a, ReadFile(Path("d")).value());
}

TEST_F(SynthVerbTest, TheReaderTakesEverySample) {
  ASSERT_TRUE(Run("--count 300 --kinds people,contract -o " + Path("s.jsonl")).status.ok());
  data::Report report;
  const auto samples = data::ReadAllSamples(Path("s.jsonl"), {}, &report);
  ASSERT_TRUE(samples.ok()) << samples.status();
  EXPECT_EQ(samples->size(), 300U);
  EXPECT_EQ(report.samples_dropped() + report.records_bad(), 0);
  EXPECT_GT(report.unanswerable, 0);
  EXPECT_GT(report.several_answers, 0);
}

TEST_F(SynthVerbTest, TheReaderTakesEveryTaggedText) {
  ASSERT_TRUE(Run("--count 100 --entities -o " + Path("t.jsonl")).status.ok());
  data::Report report;
  data::ReadOptions options;
  options.as_entities = true;
  const auto texts = data::ReadAllSamples(Path("t.jsonl"), options, &report);
  ASSERT_TRUE(texts.ok()) << texts.status();
  EXPECT_EQ(texts->size(), 100U);
  EXPECT_EQ(report.samples_dropped() + report.records_bad(), 0);
  EXPECT_TRUE(report.repaired.empty());
  EXPECT_GT(report.answers_kept, 300);
}

TEST_F(SynthVerbTest, AFolderThatIsNotThereIsAnErrorAndAnUnknownKindIsNamed) {
  EXPECT_THAT(std::string(Run("--count 1 -o " + Path("none/s.jsonl")).status.message()), testing::HasSubstr("none"));
  try {
    (void)Run("--count 1 --kinds poems -o " + Path("s.jsonl"));
    FAIL() << "poems are no kind";
  } catch (const CLI::ValidationError& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("poems"));
  }
}

}  // namespace
}  // namespace tiqu::cli
