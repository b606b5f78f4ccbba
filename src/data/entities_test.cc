// Tagged texts as a tagger takes them: every format, and what is refused.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "data/reader_test_util.h"
#include "data/sample_writer.h"

namespace tiqu::data {
namespace {

ReadResult ReadEntitiesOf(std::string_view bytes, Format format = Format::kAuto) {
  ReadOptions options;
  options.as_entities = true;
  options.format = format;
  return ReadText(bytes, options);
}

std::string Shown(const Sample& sample) {
  std::string shown = sample.passage + ":";
  for (const AnswerSpan& answer : sample.answers) {
    shown += " " + answer.label + "[" + std::to_string(answer.begin_char) + "," + std::to_string(answer.end_char) +
             ")" + answer.text;
  }
  return shown;
}

std::vector<std::string> ShownAll(const ReadResult& read) {
  std::vector<std::string> shown;
  for (const Sample& sample : read.samples) shown.push_back(Shown(sample));
  return shown;
}

TEST(EntitiesTest, EveryFormatGivesTheSameText) {
  const std::string expected = "张三在北京: PER[0,2)张三 LOC[3,5)北京";
  const std::pair<Format, const char*> files[] = {
      {Format::kSpans, R"({"text":"张三在北京","label":{"PER":{"张三":[[0,1]]},"LOC":{"北京":[[3,4]]}}})"},
      {Format::kSpans, R"({"text":"张三在北京","labels":[[0,2,"PER"],[3,5,"LOC"]]})"},
      {Format::kSpans,
       R"({"text":"张三在北京","entities":[{"label":"PER","start_offset":0,"end_offset":2},{"label":"LOC","start_offset":3,"end_offset":5}]})"},
      {Format::kColumns, "张 B-PER\n三 I-PER\n在 O\n北 B-LOC\n京 I-LOC\n"},
      {Format::kColumns, "张 B-PER\n三 E-PER\n在 O\n北 B-LOC\n京 E-LOC\n"},
      {Format::kLabelStudio,
       R"([{"data":{"text":"张三在北京"},"annotations":[{"result":[{"value":{"start":0,"end":2,"labels":["PER"]}},{"value":{"start":3,"end":5,"labels":["LOC"]}}]}]}])"}};
  for (const auto& [format, bytes] : files) {
    EXPECT_THAT(ShownAll(ReadEntitiesOf(bytes, format)), testing::ElementsAre(expected)) << bytes;
    EXPECT_THAT(ShownAll(ReadEntitiesOf(bytes)), testing::ElementsAre(expected)) << "detected: " << bytes;
  }
}

TEST(EntitiesTest, ATextWithoutEntitiesIsASample) {
  const ReadResult read = ReadEntitiesOf("好 O\n的 O\n\n张 S-PER\n\n");
  EXPECT_THAT(ShownAll(read), testing::ElementsAre("好的:", "张: PER[0,1)张"));
  EXPECT_EQ(read.samples[0].question, "");
  EXPECT_EQ(read.samples[1].id, "4");
}

TEST(EntitiesTest, TheSamePlaceMayHaveTwoLabels) {
  const ReadResult read = ReadEntitiesOf(R"({"text":"北京","labels":[[0,2,"ORG"],[0,2,"LOC"],[0,2,"LOC"]]})");
  EXPECT_THAT(ShownAll(read), testing::ElementsAre("北京: LOC[0,2)北京 ORG[0,2)北京"));
}

TEST(EntitiesTest, ABadSpanDropsItsText) {
  const ReadResult read = ReadEntitiesOf(
      "{\"text\":\"张三\",\"labels\":[[0,9,\"PER\"]]}\n{\"text\":\"张三\",\"labels\":[[1,1,\"PER\"]]}\n"
      "{\"text\":\"张三\",\"labels\":[[0,2,\"\"]]}\n{\"text\":\"张三\",\"labels\":[[0,\"x\"]]}\n"
      "{\"text\":\"张三\",\"label\":{\"PER\":{\"李四\":[[0,1]]}}}\n{\"text\":\"\",\"labels\":[]}\nno json\n"
      "{\"text\":\"王五\",\"labels\":[[0,2,\"PER\"]]}\n",
      Format::kSpans);
  EXPECT_THAT(ShownAll(read), testing::ElementsAre("王五: PER[0,2)王五"));
  EXPECT_EQ(read.report.samples_dropped(), 4) << FormatReport(read.report);
  EXPECT_EQ(read.report.records_bad(), 3) << FormatReport(read.report);
}

TEST(EntitiesTest, QuestionsAreNoEntities) {
  const ReadResult read = ReadEntitiesOf(R"({"question":"谁","passage":"张三","answers":["张三"]})");
  EXPECT_EQ(read.status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(read.status.message()), testing::HasSubstr("format jsonl has no entities"));
}

TEST(EntitiesTest, WhatIsWrittenIsReadBack) {
  const std::string line =
      "{\"id\":\"7\",\"text\":\"张\\\"三住北京。\",\"entities\":[{\"label\":\"LOC\",\"start_offset\":4,\"end_offset\":"
      "6}]}\n";
  const ReadResult read = ReadEntitiesOf(line);
  ASSERT_EQ(read.samples.size(), 1U) << FormatReport(read.report);
  EXPECT_EQ(WriteEntities(read.samples[0]), line);
}

}  // namespace
}  // namespace tiqu::data
