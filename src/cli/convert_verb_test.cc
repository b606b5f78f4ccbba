#include <algorithm>
#include <string>

#include "base/file.h"
#include "cli/exit_code.h"
#include "cli/verb_test_util.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tiqu::cli {
namespace {

using testing::HasSubstr;

constexpr char kSpans[] =
    R"({"id":"a","context":"张三盗窃李四手机","entities":[{"label":"NHCS","span":["0;2"]},{"label":"NHVI","span":["4;6"]}]})"
    "\n";
constexpr char kLabels[] = R"({"NHCS": ["嫌疑人是谁"], "NHVI": ["受害人是谁"], "NT": ["什么时候"]})";

class ConvertVerbTest : public VerbTest {
 protected:
  ConvertVerbTest() : VerbTest("convert", AddConvertVerb) {}
};

TEST_F(ConvertVerbTest, EveryLabelBecomesAQuestion) {
  Write("in.jsonl", kSpans);
  Write("labels.json", kLabels);
  const VerbResult result = Run(Path("in.jsonl") + " --labels " + Path("labels.json") + " -o " + Path("out.jsonl"));
  ASSERT_TRUE(result.status.ok()) << result.status;
  EXPECT_EQ(result.exit_code, kExitDone);
  const std::string out = ReadFile(Path("out.jsonl")).value();
  EXPECT_THAT(
      out,
      HasSubstr(
          R"("question":"嫌疑人是谁","passage":"张三盗窃李四手机","answers":[{"text":"张三","begin":0,"end":2}])"));
  EXPECT_THAT(out, HasSubstr(R"("question":"什么时候","passage":"张三盗窃李四手机","answers":[])"));
  EXPECT_THAT(output_, HasSubstr("samples kept"));
}

TEST_F(ConvertVerbTest, TaggedTextsStayTextsWithTheirEntities) {
  Write("in.bio", "张 B-PER\n三 I-PER\n在 O\n\n北 B-LOC\n京 I-LOC\n");
  const VerbResult result = Run(Path("in.bio") + " --entities -o " + Path("out.jsonl"));
  ASSERT_TRUE(result.status.ok()) << result.status;
  EXPECT_EQ(
      ReadFile(Path("out.jsonl")).value(),
      "{\"id\":\"1\",\"text\":\"张三在\",\"entities\":[{\"label\":\"PER\",\"start_offset\":0,\"end_offset\":2}]}\n"
      "{\"id\":\"5\",\"text\":\"北京\",\"entities\":[{\"label\":\"LOC\",\"start_offset\":0,\"end_offset\":2}]}\n");
}

TEST_F(ConvertVerbTest, ABadLineIsReportedAndTheOthersAreKept) {
  Write("in.jsonl", "{\"question\": \"谁\", \"passage\": \"张三\", \"answers\": [\"张三\"]}\nno json\n");
  const VerbResult result = Run(Path("in.jsonl") + " -o " + Path("out.jsonl") + " --report " + Path("report.json"));
  ASSERT_TRUE(result.status.ok()) << result.status;
  EXPECT_EQ(result.exit_code, kExitSomeBad);
  EXPECT_THAT(output_, HasSubstr("in.jsonl:2"));
  EXPECT_THAT(ReadFile(Path("out.jsonl")).value(), HasSubstr("张三"));
  EXPECT_THAT(ReadFile(Path("report.json")).value(), HasSubstr("\"records_read\""));
}

TEST_F(ConvertVerbTest, NothingKeptLeavesNoFile) {
  Write("in.jsonl", "no json\n");
  EXPECT_FALSE(Run(Path("in.jsonl") + " --format jsonl -o " + Path("out.jsonl")).status.ok());
  EXPECT_FALSE(FileExists(Path("out.jsonl")));
}

// No passage stands on both sides, and nothing gets lost.
TEST_F(ConvertVerbTest, TheDevelopmentPartTakesWholePassages) {
  std::string lines;
  for (int i = 0; i < 200; ++i) {
    const std::string passage = "第" + std::to_string(i / 2) + "段";
    lines += "{\"question\": \"问" + std::to_string(i % 2) + "\", \"passage\": \"" + passage + "\", \"answers\": []}\n";
  }
  Write("in.jsonl", lines);
  const VerbResult result =
      Run(Path("in.jsonl") + " -o " + Path("train.jsonl") + " --dev " + Path("dev.jsonl") + " --dev-percent 30");
  ASSERT_TRUE(result.status.ok()) << result.status;
  const std::string train = ReadFile(Path("train.jsonl")).value();
  const std::string dev = ReadFile(Path("dev.jsonl")).value();
  EXPECT_EQ(std::count(train.begin(), train.end(), '\n') + std::count(dev.begin(), dev.end(), '\n'), 200);
  for (int i = 0; i < 100; ++i) {
    const std::string passage = "第" + std::to_string(i) + "段";
    EXPECT_NE(train.find(passage) == std::string::npos, dev.find(passage) == std::string::npos) << passage;
  }
  EXPECT_GT(std::count(dev.begin(), dev.end(), '\n'), 20);
}

TEST_F(ConvertVerbTest, DuplicatesAreFoundAcrossFiles) {
  Write("a.jsonl", "{\"question\": \"谁\", \"passage\": \"张三\", \"answers\": [\"张三\"]}\n");
  Write("b.jsonl", "{\"question\": \"谁\", \"passage\": \"张三\", \"answers\": [\"张三\"]}\n");
  ASSERT_TRUE(Run(Path("a.jsonl") + " " + Path("b.jsonl") + " --drop-duplicates -o " + Path("out.jsonl")).status.ok());
  const std::string out = ReadFile(Path("out.jsonl")).value();
  EXPECT_EQ(std::count(out.begin(), out.end(), '\n'), 1);
}

TEST_F(ConvertVerbTest, WrongOptionsAreNamed) {
  Write("in.jsonl", kSpans);
  EXPECT_THAT(std::string(Run(Path("in.jsonl") + " -o x --wordings some").status.message()), HasSubstr("\"some\""));
  EXPECT_THAT(std::string(Run(Path("in.jsonl") + " -o x --dev x").status.message()), HasSubstr("the same file"));
  EXPECT_THAT(std::string(Run(Path("in.jsonl") + " -o x --format xml").status.message()), HasSubstr("xml"));
}

// A file is taken for a Keras model by its first bytes; tests/interop/keras_convert_test.py converts whole ones.
TEST_F(ConvertVerbTest, WhatAKerasModelNeedsIsSaid) {
  const std::string hdf5 = "\x89HDF\r\n\x1a\n";
  Write("model", hdf5 + "cut");
  Write("archive", "PK\x03\x04");
  Write("in.jsonl", kSpans);
  Write("list.txt", "pad\nunknown\n罗\n显\n");
  Write("twice.txt", "pad\nunknown\n罗\n罗\n");
  const std::string to = " -o " + Path("out.h5");
  const std::string lists = " --chars " + Path("list.txt") + " --words " + Path("list.txt");
  const auto message = [this](const std::string& arguments) { return std::string(Run(arguments).status.message()); };
  EXPECT_THAT(message(Path("model") + to), HasSubstr("give --chars and --words, or --like"));
  EXPECT_THAT(message(Path("archive") + to), HasSubstr("a .keras archive"));
  EXPECT_THAT(message(Path("model") + " -o -" + lists), HasSubstr("must be a file"));
  EXPECT_THAT(message(Path("model") + to + lists), HasSubstr("model: HDF5 superblock version 99, known are 0 to 3"));
  EXPECT_THAT(message(Path("archive") + to + lists), HasSubstr("a .keras archive"));
  EXPECT_THAT(message(Path("model") + " " + Path("in.jsonl") + to + lists), HasSubstr("one at a time"));
  EXPECT_THAT(message(Path("model") + to + lists + " --model-rates 1,2"), HasSubstr("go together"));
  EXPECT_THAT(message(Path("model") + to + " --chars " + Path("twice.txt") + " --words " + Path("list.txt")),
              HasSubstr("4 lines, but of 1 different texts"));
  EXPECT_FALSE(FileExists(Path("out.h5")));
}

}  // namespace
}  // namespace tiqu::cli
