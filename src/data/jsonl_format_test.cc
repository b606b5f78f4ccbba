#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/random.h"
#include "base/utf8.h"
#include "data/reader_test_util.h"
#include "data/sample_writer.h"

namespace tiqu::data {
namespace {

TEST(JsonlFormatTest, ReadsTextsObjectsAndNoAnswers) {
  const ReadResult read =
      ReadText(R"({"question":"谁","passage":"张三和李四","answers":["张三",{"text":"李四","begin":3}]}
{"id":7,"label":"L","question":"哪里","passage":"张三和李四","answers":[]}

{"question":"谁","passage":"张三和李四","answer":"张三","alternatives":["老张"]}
{"question":"谁","passage":"张三和李四","answers":[{"begin":0,"end":2}]}
)");
  ASSERT_TRUE(read.status.ok()) << read.status;
  ASSERT_EQ(read.samples.size(), 4U);
  EXPECT_EQ(read.samples[0].answers.size(), 2U);
  EXPECT_EQ(read.samples[0].answers[1].begin_char, 3);
  EXPECT_EQ(read.samples[1].id, "7");
  EXPECT_EQ(read.samples[1].label, "L");
  EXPECT_TRUE(read.samples[1].answers.empty());
  EXPECT_THAT(read.samples[2].alternatives, testing::ElementsAre("老张"));
  EXPECT_EQ(read.samples[3].answers[0].text, "张三");
  EXPECT_EQ(read.report.records_read, 4);
  EXPECT_EQ(read.report.several_answers, 1);
  EXPECT_EQ(read.report.unanswerable, 1);
}

TEST(JsonlFormatTest, ReadsManyQuestionsOfAPassage) {
  const ReadResult read = ReadText(
      R"({"id":"d","passage":"张三和李四","questions":[{"question":"谁","answers":["张三"]},{"id":"x","question":"几个","answers":[]}]})");
  ASSERT_EQ(read.samples.size(), 2U);
  EXPECT_EQ(read.samples[0].id, "d#0");
  EXPECT_EQ(read.samples[1].id, "x");
  EXPECT_EQ(read.samples[1].passage, "张三和李四");
}

TEST(JsonlFormatTest, BadLinesAreReportedAndSkipped) {
  ReadOptions options;
  options.format = Format::kJsonl;
  const ReadResult read = ReadText(
      "{\"question\":\"谁\"\n"                                         // cut off
      "[1]\n"                                                          // no object
      "{\"question\":\"谁\",\"answers\":[]}\n"                         // no passage
      "{\"question\":\"\xff\",\"passage\":\"p\",\"answers\":[]}\n"     // not UTF-8
      "{\"passage\":\"p\",\"answers\":[]}\n"                           // no question
      "{\"question\":\"谁\",\"passage\":\"p\"}\n"                      // not labelled
      "{\"question\":\"谁\",\"passage\":\"p\",\"answers\":[1]}\n"      // no text
      "{\"question\":\"谁\",\"passage\":\"p\",\"answers\":[\"\"]}\n"   // empty text
      "{\"question\":\"谁\",\"passage\":\"p\",\"answers\":[\"q\"]}\n"  // not there
      "{\"question\":\"谁\",\"passage\":\"p\",\"answers\":[\"p\"]}",   // good, no line break
      options);
  ASSERT_TRUE(read.status.ok());
  EXPECT_EQ(read.samples.size(), 1U);
  EXPECT_EQ(read.report.records_read, 10);
  EXPECT_EQ(read.report.records_bad(), 4);
  EXPECT_EQ(read.report.samples_dropped(), 5);
  EXPECT_THAT(FormatReport(read.report), testing::HasSubstr("test:4: byte 13 (0xff) is not UTF-8"));
}

TEST(JsonlFormatTest, OffsetsAreWholeNumbers) {
  const ReadResult read = ReadText(
      "{\"question\":\"谁\",\"passage\":\"张三和张三\",\"answers\":[{\"text\":\"张三\",\"begin\":3.0}]}\n"
      "{\"question\":\"谁\",\"passage\":\"张三和张三\",\"answers\":[{\"text\":\"张三\",\"begin\":\"3\"}]}\n");
  ASSERT_EQ(read.samples.size(), 1U) << FormatReport(read.report);
  EXPECT_EQ(read.samples[0].answers[0].begin_char, 3);
  EXPECT_EQ(read.report.samples_dropped(), 1);
}

TEST(JsonlFormatTest, UnlabelledLinesAreTakenWhenToldSo) {
  ReadOptions options;
  options.need_answers = false;
  const ReadResult read = ReadText(R"({"question":"谁","passage":"p"})", options);
  EXPECT_EQ(read.samples.size(), 1U);
}

TEST(JsonlFormatTest, SkipsAByteOrderMarkAndCarriageReturns) {
  const ReadResult read = ReadText("\xEF\xBB\xBF{\"question\":\"谁\",\"passage\":\"p\",\"answers\":[]}\r\n\r\n");
  EXPECT_EQ(read.samples.size(), 1U);
  EXPECT_EQ(read.report.records_bad(), 0);
}

TEST(JsonlFormatTest, SingleDropsSeveralAnswers) {
  ReadOptions options;
  options.single = true;
  const ReadResult read = ReadText(R"({"question":"谁","passage":"张三和李四","answers":["张三","李四"]})", options);
  EXPECT_EQ(read.samples.size(), 0U);
  EXPECT_EQ(read.report.dropped.count("several answers (--single)"), 1U);
}

// What is written is read back unchanged, whatever characters are in it.
TEST(JsonlFormatTest, WrittenSamplesReadBack) {
  Random random(5);
  const std::u32string alphabet = U"甲乙\"\\\n\t\r\u0001,{}🀄é";
  const auto text = [&](int least, int most) {
    std::u32string chars;
    for (int i = random.Between(least, most); i > 0; --i) chars += alphabet[random.Below(14)];
    return EncodeUtf8(chars);
  };
  for (int round = 0; round < 300; ++round) {
    Sample sample;
    sample.id = text(0, 4);
    sample.label = text(0, 3);
    sample.question = "问" + text(0, 8);
    sample.passage = "文" + text(5, 20);
    const int32_t chars = static_cast<int32_t>(CountCodePoints(sample.passage));
    if (random.Chance(0.7)) {
      const int32_t begin = random.Between(0, chars - 1);
      const int32_t end = random.Between(begin + 1, chars);
      sample.answers.push_back({std::string(Utf8Substring(sample.passage, begin, end)), begin, end});
    }
    if (random.Chance(0.3)) sample.alternatives = {text(1, 4), text(1, 4)};
    ReadOptions options;
    options.format = Format::kJsonl;
    const ReadResult read = ReadText(WriteSample(sample), options);
    ASSERT_EQ(read.samples.size(), 1U) << FormatReport(read.report) << WriteSample(sample);
    EXPECT_EQ(WriteSample(read.samples[0]), WriteSample(sample));
  }
}

}  // namespace
}  // namespace tiqu::data
