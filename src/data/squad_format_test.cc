#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "data/reader_test_util.h"

namespace tiqu::data {
namespace {

std::string Document(const std::string& context, const std::string& qas) {
  return R"({"version":"v1.0","data":[{"title":"t","paragraphs":[{"id":"p","context":")" + context + R"(","qas":[)" +
         qas + "]}]}]}";
}

TEST(SquadFormatTest, ReadsSeveralReferencesAsAlternatives) {
  const ReadResult read = ReadText(Document(
      "白云山坐落在广州市区北部",
      R"({"id":"q1","question":"白云山在哪","answers":[{"text":"广州市区","answer_start":6},{"text":"广州","answer_start":6},
         {"text":"广州市区","answer_start":6}]})"));
  ASSERT_TRUE(read.status.ok()) << read.status;
  ASSERT_EQ(read.samples.size(), 1U);
  EXPECT_EQ(read.samples[0].id, "q1");
  EXPECT_EQ(read.samples[0].answers.size(), 1U);
  EXPECT_EQ(read.samples[0].answers[0].begin_char, 6);
  EXPECT_THAT(read.samples[0].alternatives, testing::ElementsAre("广州"));
  EXPECT_EQ(read.report.answers_verified, 1);
}

TEST(SquadFormatTest, AnswersMayBeASet) {
  ReadOptions options;
  options.answers_are_a_set = true;
  const ReadResult read = ReadText(
      Document("甲和乙去了",
               R"({"id":1,"question":"谁","answers":[{"text":"甲","answer_start":0},{"text":"乙","answer_start":2}]})"),
      options);
  ASSERT_EQ(read.samples.size(), 1U);
  EXPECT_EQ(read.samples[0].id, "1");
  EXPECT_EQ(read.samples[0].answers.size(), 2U);
}

TEST(SquadFormatTest, FindsTheBaseOfTheFile) {
  const std::string qas =
      R"({"id":"a","question":"谁","answers":[{"text":"张三","answer_start":1}]},
         {"id":"b","question":"哪","answers":[{"text":"北京","answer_start":4}]},
         {"id":"c","question":"哪","answers":[{"text":"北京","answer_start":9}]},
         {"id":"d","question":"几","answers":[{"text":30,"answer_start":7}]},
         {"id":"e","question":"几","answers":[{"text":null,"answer_start":7}]},
         {"id":"f","question":"几","answers":[{"text":3.5,"answer_start":7}]})";
  const ReadResult read = ReadText(Document("张三住北京他30岁", qas));
  ASSERT_EQ(read.samples.size(), 4U) << FormatReport(read.report);
  EXPECT_EQ(read.samples[0].answers[0].begin_char, 0);
  EXPECT_EQ(read.samples[1].answers[0].begin_char, 3);
  EXPECT_EQ(read.samples[2].answers[0].begin_char, 3);
  EXPECT_EQ(read.samples[3].answers[0].text, "30");
  EXPECT_EQ(read.report.noted.count("offsets of the file count from 1"), 1U);
  EXPECT_EQ(read.report.repaired.at("offset does not hold the text: nearest place taken").count, 1);
  EXPECT_EQ(read.report.repaired.at("answer written as a number: its digits taken as text").count, 1);
  EXPECT_EQ(read.report.dropped.at("answer is no text").count, 2);
}

TEST(SquadFormatTest, ReadsCjrcsYesNoAndImpossible) {
  const std::string qas =
      R"({"id":"a","question":"是否","is_impossible":"false","answers":[{"text":"YES","answer_start":-1}]},
         {"id":"b","question":"谁","is_impossible":"true","answers":[{"text":"","answer_start":-1}]},
         {"id":"c","question":"谁","is_impossible":"true","answers":[{"text":"张三","answer_start":0}]},
         {"id":"d","question":"谁","is_impossible":"false","answers":[{"text":"张三","answer_start":0},{"text":"","answer_start":-1},{"text":"NO","answer_start":-1}]},
         {"id":"e","question":"谁","is_impossible":false,"answers":[]})";
  const ReadResult read = ReadText(Document("张三住北京", qas));
  ASSERT_EQ(read.samples.size(), 3U) << FormatReport(read.report);
  EXPECT_TRUE(read.samples[0].answers.empty());
  EXPECT_TRUE(read.samples[1].answers.empty());
  EXPECT_EQ(read.samples[2].answers[0].text, "张三");
  EXPECT_TRUE(read.samples[2].alternatives.empty());
  EXPECT_EQ(read.report.dropped.at("yes/no answer, no span of the passage").count, 1);
  EXPECT_EQ(read.report.dropped.at("no answer, and not marked impossible").count, 1);
}

TEST(SquadFormatTest, FindsAnswersWithoutOffset) {
  const std::string qas =
      R"({"id":"a","question":"哪","answers":[{"text":"北京","answer_start":-1}]},
         {"id":"b","question":"谁","answers":[{"text":"李四","answer_start":-1},{"text":"张三","answer_start":-1}]},
         {"id":"c","question":"谁","answers":[{"text":"王五","answer_start":-1}]})";
  const ReadResult read = ReadText(Document("张三住北京", qas));
  ASSERT_EQ(read.samples.size(), 2U);
  EXPECT_EQ(read.samples[0].answers[0].begin_char, 3);
  // The second reference stands in the passage: it becomes the answer, the first an alternative.
  EXPECT_EQ(read.samples[1].answers[0].text, "张三");
  EXPECT_THAT(read.samples[1].alternatives, testing::ElementsAre("李四"));
  EXPECT_EQ(read.report.dropped.at("answer not in the passage").count, 1);
}

TEST(SquadFormatTest, OffsetsAreWholeNumbers) {
  const ReadResult read = ReadText(
      R"({"data":[{"paragraphs":[{"context":"张三和张三","qas":[
        {"id":"a","question":"谁","answers":[{"text":"张三","answer_start":3.0}]},
        {"id":"b","question":"谁","answers":[{"text":"张三","answer_start":"3"}]},
        {"id":"c","question":"谁","answers":[{"text":"张三","answer_start":null}]}]}]}]})");
  ASSERT_EQ(read.samples.size(), 2U) << FormatReport(read.report);
  EXPECT_EQ(read.samples[0].answers[0].begin_char, 3);
  EXPECT_EQ(read.samples[1].answers[0].begin_char, -1);
  EXPECT_EQ(read.report.dropped.at("answer_start is no whole number").count, 1);
}

TEST(SquadFormatTest, WhatIsNoPartOfADocumentIsReported) {
  ReadOptions options;
  options.format = Format::kSquad;
  const ReadResult read = ReadText(
      R"({"data":[7,{"title":"x"},{"paragraphs":[5,{"context":"张三"},{"context":"张三","qas":[6,
        {"question":"谁","answers":[{"text":"张三","answer_start":0}]}]}]}]})",
      options);
  EXPECT_EQ(read.samples.size(), 1U);
  EXPECT_EQ(read.report.records_bad(), 5) << FormatReport(read.report);
}

TEST(SquadFormatTest, DamagedDocumentsAreReported) {
  ReadOptions options;
  options.format = Format::kSquad;
  for (const char* json : {"", "{", "[]", "{\"data\":1}", "{\"data\":[1,{\"paragraphs\":[1,{}]}]}", "null"}) {
    const ReadResult read = ReadText(json, options);
    EXPECT_TRUE(read.status.ok()) << json;
    EXPECT_TRUE(read.samples.empty()) << json;
    EXPECT_GT(read.report.records_bad(), 0) << json;
  }
  const ReadResult read = ReadText("{\n\"data\": [\n\"ab\xff\"]}", options);
  EXPECT_THAT(FormatReport(read.report), testing::HasSubstr("line 3: byte 3 (0xff) is not UTF-8"));
}

}  // namespace
}  // namespace tiqu::data
