#include "data/reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdio>
#include <fstream>

#include "data/reader_test_util.h"

namespace tiqu::data {
namespace {

// The sample of the design.
constexpr const char* kOrigin =
    "question: 罗显敏的出生地是哪里 passage: "
    "罗显敏,男,1989年11月19日出生,户籍地:广西壮族自治区宾阳县宾州镇顾明村委会大罗村2队513号,身份证号码:"
    "452123198911195219 answer: 广西壮族自治区宾阳县宾州镇顾明村委会大罗村2队513号";

TEST(LinesFormatTest, ReadsTheDesignsSample) {
  const ReadResult read = ReadText(kOrigin);
  ASSERT_EQ(read.samples.size(), 1U) << FormatReport(read.report);
  EXPECT_EQ(read.samples[0].question, "罗显敏的出生地是哪里");
  EXPECT_EQ(read.samples[0].answers[0].begin_char, 24);
  EXPECT_EQ(read.samples[0].answers[0].end_char, 51);
}

TEST(LinesFormatTest, ReadsKeysOnTheirOwnLinesSeveralAndNoAnswers) {
  const ReadResult read = ReadText(
      "问题：谁\n原文：张三和李四\n答案：张三 | 李四\n\n"
      "Question: 谁 Passage: 张三和李四 Answer: 张三 Answer: 李四\n"
      "question: 几岁\npassage: 张三\nanswer:\n"
      "question: 几岁 passage: 张三\n"
      "question: 孤单\n"
      "随便一行\n");
  ASSERT_EQ(read.samples.size(), 3U) << FormatReport(read.report);
  EXPECT_EQ(read.samples[0].answers.size(), 2U);
  EXPECT_EQ(read.samples[1].answers.size(), 2U);
  EXPECT_TRUE(read.samples[2].answers.empty());
  EXPECT_EQ(read.report.samples_dropped(), 1) << "no answer: key";
  EXPECT_EQ(read.report.records_bad(), 2);
}

TEST(LinesFormatTest, RecordsOfInterrogationsKeepTheirQuestionsAndAnswers) {
  constexpr const char* kRecord = "北京市公安局讯问张三。 答：是我偷的。 问：同伙是谁？ 答：李四。";
  const ReadResult own_lines = ReadText("问题：谁偷了手机\n原文：" + std::string(kRecord) + "\n答案：张三\n");
  ASSERT_EQ(own_lines.samples.size(), 1U) << FormatReport(own_lines.report);
  EXPECT_EQ(own_lines.samples[0].passage, kRecord);
  const ReadResult latin = ReadText("question: 谁偷了手机 passage: " + std::string(kRecord) + " answer: 张三\n");
  ASSERT_EQ(latin.samples.size(), 1U) << FormatReport(latin.report);
  EXPECT_EQ(latin.samples[0].passage, kRecord);
}

TEST(LinesFormatTest, KeysInsideWordsAreText) {
  const ReadResult read = ReadText("question: 谁的passage: passage: 张三answer: 好 answer: 张三");
  ASSERT_EQ(read.samples.size(), 1U) << FormatReport(read.report);
  EXPECT_EQ(read.samples[0].question, "谁的passage:");
  EXPECT_EQ(read.samples[0].passage, "张三answer: 好");
}

TEST(ReadSamplesTest, APipeMustSayItsFormat) {
  const std::string pipe = testing::TempDir() + "/tiqu_reader_test_pipe";
  std::remove(pipe.c_str());
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_FALSE(CanBeReadAgain(pipe));
  EXPECT_FALSE(CanBeReadAgain("-"));
  EXPECT_TRUE(CanBeReadAgain(testing::TempDir()));
  Report report;
  EXPECT_THAT(std::string(ReadAllSamples(pipe, {}, &report).status().message()), testing::HasSubstr("--format"));
  std::remove(pipe.c_str());
}

TEST(DetectFormatTest, ByContent) {
  const auto detect = [](std::string_view head) { return DetectFormat(head).value_or(Format::kAuto); };
  EXPECT_EQ(detect(kOrigin), Format::kLines);
  EXPECT_EQ(detect("一份样本\n\nquestion: 谁 passage: 张三"), Format::kLines);
  EXPECT_EQ(detect("{\"question\":\"\",\"passage\":\"\"}\n"), Format::kJsonl);
  EXPECT_EQ(detect("\xEF\xBB\xBF\n{\"passage\":\"\",\"questions\":[]}"), Format::kJsonl);
  EXPECT_EQ(detect("{\n \"data\": [{\"paragraphs\": [{\"qas\": [{\"question\":\"a\"}]}]}]}"), Format::kSquad);
  EXPECT_EQ(detect("{\"data\": [], \"version\": 1}"), Format::kSquad);
  EXPECT_EQ(detect("{\"context\":\"\",\"entities\":[]}\n{"), Format::kSpans);
  EXPECT_EQ(detect("{\"text\":\"\",\"label\":{}}"), Format::kSpans);
  EXPECT_EQ(detect("{\"text\":\"\",\"spo_list\":[]}"), Format::kDuie);
  EXPECT_EQ(detect("{\"question_tokens\":[],\"evidence_tokens\":[]}"), Format::kWebqa);
  EXPECT_EQ(detect("[{\"data\":{\"text\":\"\"},\"annotations\":[]}]"), Format::kLabelStudio);
  EXPECT_EQ(detect("张 B-PER\n三 I-PER\n\n"), Format::kColumns);
  EXPECT_EQ(detect("张0\tO\n"), Format::kColumns);
  for (const char* other : {"", " \n", "hello world", "{\"a\":1}", "[1]", "a,b,c"}) {
    EXPECT_FALSE(DetectFormat(other).ok()) << other;
  }
}

TEST(FormatNamesTest, RoundTripAndList) {
  for (const char* name : {"auto", "jsonl", "lines", "squad", "span", "labelstudio", "webqa", "duie", "bio"}) {
    EXPECT_EQ(FormatName(ParseFormat(name).value()), name);
  }
  EXPECT_THAT(std::string(ParseFormat("xml").status().message()), testing::HasSubstr("jsonl"));
}

TEST(ReadSamplesTest, FilesAndTheirErrors) {
  const std::string path = testing::TempDir() + "/reader_test.jsonl";
  std::ofstream(path) << "{\"question\":\"谁\",\"passage\":\"张三\",\"answers\":[\"张三\"]}\n";
  Report report;
  EXPECT_EQ(ReadAllSamples(path, {}, &report).value().size(), 1U);
  EXPECT_EQ(ReadAllSamples(path + ".none", {}, &report).status().code(), absl::StatusCode::kNotFound);
  EXPECT_FALSE(ReadAllSamples(testing::TempDir(), {}, &report).ok());
  EXPECT_EQ(ReadAllSamples("-", {}, &report).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST(LabelMapTest, FaultsAreNamed) {
  for (const char* json : {"", "[]", "{}", "{\"A\":[]}", "{\"A\":[1]}", "{\"A\":\"\"}", "{\"A\":\"a\",\"A\":\"b\"}"}) {
    EXPECT_EQ(LabelMap::Parse(json).status().code(), absl::StatusCode::kInvalidArgument) << json;
  }
  const LabelMap map = LabelMap::Parse(R"({"B":"b","A":["a1","a2"]})").value();
  EXPECT_EQ(map.labels()[0].label, "B");
  EXPECT_EQ(map.Find("A")->wordings.size(), 2U);
  EXPECT_EQ(map.Find("C"), nullptr);
}

TEST(ReportTest, MergesAndShows) {
  Report a;
  a.samples_read = 3;
  Count(&a.dropped, "why", "here");
  Report b;
  b.samples_read = 2;
  for (int i = 0; i < 5; ++i) Count(&b.dropped, "why", "there");
  a.Merge(b);
  EXPECT_EQ(a.samples_read, 5);
  EXPECT_EQ(a.dropped.at("why").count, 6);
  EXPECT_THAT(a.dropped.at("why").examples, testing::ElementsAre("here", "there", "there"));
  EXPECT_THAT(ReportToJson(a), testing::HasSubstr("\"dropped\":{\"why\":{\"count\":6"));
}

}  // namespace
}  // namespace tiqu::data
