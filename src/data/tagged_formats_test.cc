// Spans, columns, triples, WebQA and Label Studio.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "data/reader_test_util.h"

namespace tiqu::data {
namespace {

constexpr const char* kMap = R"({"PER":["谁","有哪些人"],"LOC":["在哪"]})";

const Sample* Find(const ReadResult& read, const std::string& id) {
  for (const Sample& sample : read.samples) {
    if (sample.id == id) return &sample;
  }
  return nullptr;
}

std::vector<std::string> Texts(const Sample& sample) {
  std::vector<std::string> texts;
  for (const AnswerSpan& answer : sample.answers) texts.push_back(answer.text);
  return texts;
}

TEST(SpansFormatTest, ReadsXxcq) {
  const ReadResult read = ReadText(
      R"({"id":"a","context":"张三和李四在北京","entities":[{"label":"PER","span":["3;5","0;2"]},{"label":"LOC","span":[]},{"label":"NO","span":["0;1"]}]})",
      WithLabels(kMap));
  ASSERT_TRUE(read.status.ok()) << read.status;
  ASSERT_EQ(read.samples.size(), 2U);
  EXPECT_THAT(Texts(*Find(read, "a#PER")), testing::ElementsAre("张三", "李四"));
  EXPECT_EQ(Find(read, "a#PER")->question, "谁");
  EXPECT_EQ(Find(read, "a#PER")->label, "PER");
  EXPECT_TRUE(Find(read, "a#LOC")->answers.empty());
  EXPECT_EQ(read.report.noted.at("label NO is not in the label map").count, 1);
}

TEST(SpansFormatTest, ReadsCluenerDoccanoAndOffsetObjects) {
  const ReadResult read = ReadText(
      "{\"text\":\"张三在北京\",\"label\":{\"PER\":{\"张三\":[[0,1]]},\"LOC\":{\"北京\":[[2,3]]}}}\n"
      "{\"id\":2,\"text\":\"张三在北京\",\"labels\":[[3,5,\"LOC\"]]}\n"
      "{\"id\":3,\"text\":\"张三在北京\",\"entities\":[{\"start_offset\":0,\"end_offset\":2,\"label\":\"PER\"}]}\n",
      WithLabels(kMap));
  ASSERT_EQ(read.samples.size(), 6U) << FormatReport(read.report);
  EXPECT_EQ(Find(read, "1#LOC")->answers[0].begin_char, 3);
  EXPECT_EQ(read.report.repaired.size(), 1U) << "the wrong offset 2 of 北京";
  EXPECT_THAT(Texts(*Find(read, "2#LOC")), testing::ElementsAre("北京"));
  EXPECT_THAT(Texts(*Find(read, "3#PER")), testing::ElementsAre("张三"));
}

TEST(SpansFormatTest, WordingsAreFirstAllOrAStableChoice) {
  const std::string line = R"({"id":"a","text":"张三在北京","labels":[[0,2,"PER"]]})";
  ReadOptions options = WithLabels(kMap);
  options.wordings = Wordings::kAll;
  const ReadResult all = ReadText(line, options);
  ASSERT_EQ(all.samples.size(), 3U);
  EXPECT_EQ(all.samples[1].id, "a#PER#2");
  EXPECT_EQ(all.samples[1].question, "有哪些人");
  options.wordings = Wordings::kRandom;
  EXPECT_EQ(ReadText(line, options).samples[0].question, ReadText(line, options).samples[0].question);
}

TEST(SpansFormatTest, BadSpansDropTheirSampleOnly) {
  const ReadResult read = ReadText(
      "{\"id\":\"a\",\"context\":\"张三\",\"entities\":[{\"label\":\"PER\",\"span\":[\"0;9\"]}]}\n"
      "{\"id\":\"b\",\"context\":\"张三\",\"entities\":[{\"label\":\"PER\",\"span\":[\"x\"]}]}\n"
      "{\"id\":\"c\",\"context\":\"张三\",\"entities\":[{\"label\":\"PER\",\"span\":[\"1;1\"]}]}\n"
      "{\"id\":\"d\",\"context\":\"张三\"}\n",
      WithLabels(kMap));
  EXPECT_EQ(read.report.dropped.at("span outside the passage or empty").count, 2);
  EXPECT_EQ(read.report.records_bad(), 2);
  EXPECT_EQ(read.samples.size(), 2U);
}

TEST(SpansFormatTest, NeedsALabelMap) {
  ReadOptions options;
  options.format = Format::kSpans;
  EXPECT_EQ(ReadText("{}", options).status.code(), absl::StatusCode::kInvalidArgument);
}

TEST(ColumnsFormatTest, ReadsBioBmesAndJoins) {
  const ReadResult bio =
      ReadText("张 B-PER\n三 I-PER\n在 O\n北 B-LOC\n京 I-LOC\n\n李 B-PER\n四 I-PER\n", WithLabels(kMap));
  ASSERT_EQ(bio.samples.size(), 4U);
  EXPECT_THAT(Texts(*Find(bio, "1#PER")), testing::ElementsAre("张三"));
  EXPECT_EQ(Find(bio, "1#LOC")->answers[0].begin_char, 3);
  EXPECT_EQ(Find(bio, "7#PER")->passage, "李四");

  ReadOptions options = WithLabels(kMap);
  options.join_at = "PER";
  const ReadResult bmes = ReadText(
      "张 B-PER\n三 E-PER\n\n住 O\n北 B-LOC\n京 E-LOC\n\n张 S-PER\n某 O\n\n李 B-PER\n小 M-PER\n四 E-PER\n", options);
  ASSERT_EQ(bmes.samples.size(), 4U);
  EXPECT_EQ(Find(bmes, "1#PER")->passage, "张三住北京张某");
  EXPECT_THAT(Texts(*Find(bmes, "1#PER")), testing::ElementsAre("张三", "张"));
  EXPECT_THAT(Texts(*Find(bmes, "11#PER")), testing::ElementsAre("李小四"));
}

TEST(ColumnsFormatTest, DropsWordPlacesAndNotesOrphans) {
  const ReadResult read = ReadText("张0\tB-PER\n三1\tI-PER\n10\tO\n在0\tI-LOC\n", WithLabels(kMap));
  ASSERT_EQ(read.samples.size(), 2U);
  EXPECT_EQ(read.samples[0].passage, "张三1在");
  EXPECT_THAT(Texts(read.samples[1]), testing::ElementsAre("在"));
  EXPECT_EQ(read.report.noted.at("tag continues no span: taken as a begin").count, 1);
}

TEST(ColumnsFormatTest, WordPlacesMayHaveTwoDigitsAndCharactersTwoCodePoints) {
  const ReadResult read = ReadText(
      "张0\tB-PER\n三1\tI-PER\n看0\tO\nw0\tO\nw1\tO\nw2\tO\nx3\tO\nx4\tO\n25\tO\n26\tO\n57\tO\n78\tO\n99\tO\n510\tO\n"
      "p11\tO\n❤️0\tO\n",
      WithLabels(kMap));
  ASSERT_EQ(read.samples.size(), 2U);
  EXPECT_EQ(read.samples[0].passage, "张三看wwwxx225795p❤️");
}

TEST(ColumnsFormatTest, DigitsOfOtherFilesStay) {
  const ReadResult read = ReadText("张 B-PER\nA1 O\nB2 O\n\nC3 B-PER\nD4 O\n", WithLabels(kMap));
  ASSERT_EQ(read.samples.size(), 4U);
  EXPECT_EQ(read.samples[0].passage, "张A1B2");
  EXPECT_EQ(read.samples[2].passage, "C3D4");
}

TEST(ColumnsFormatTest, ASentenceWithALineThatCannotBeReadIsLeftOut) {
  ReadOptions options = WithLabels(kMap);
  options.format = Format::kColumns;
  const ReadResult read =
      ReadText("张 B-PER\n三X\n四 I-PER\n\n李 NR B-PER\n四 NR I-PER\n\n王 B-PER\n五 I-PER\n", options);
  ASSERT_EQ(read.samples.size(), 2U) << FormatReport(read.report);
  EXPECT_EQ(read.samples[0].passage, "王五");
  EXPECT_EQ(read.report.records_bad(), 3) << "the bad line, and two with three columns";
}

TEST(WebqaFormatTest, JoinsTokensAndRepairsOffsets) {
  const ReadResult read = ReadText(
      R"({"question_tokens":["谁","写","的"],"evidence_tokens":["作者","是","鲁迅"],"golden_answers":"鲁迅","answer_start":2,"answer_end":2}
{"question_tokens":["谁"],"evidence_tokens":["作者","是","鲁迅"],"golden_answers":["鲁迅","周树人"],"answer_start":0,"answer_end":0}
{"question_tokens":["谁"],"evidence_tokens":["作者"],"golden_answers":"鲁迅","answer_start":0,"answer_end":0}
{"question_tokens":"谁","evidence_tokens":["作者"],"golden_answers":"鲁迅"}
)");
  ASSERT_EQ(read.samples.size(), 2U) << FormatReport(read.report);
  EXPECT_EQ(read.samples[0].passage, "作者是鲁迅");
  EXPECT_EQ(read.samples[0].question, "谁写的");
  EXPECT_EQ(read.samples[1].answers[0].begin_char, 3);
  EXPECT_THAT(read.samples[1].alternatives, testing::ElementsAre("周树人"));
  EXPECT_EQ(read.report.records_bad(), 1);
  EXPECT_EQ(read.report.samples_dropped(), 1);
}

TEST(DuieFormatTest, ObjectsOfOneSubjectAreOneAnswerSet) {
  const ReadResult read = ReadText(
      R"({"text":"张三的父亲是张大","spo_list":[{"subject":"张三","predicate":"父亲","object":{"@value":"张大"}},{"subject":"张三","predicate":"父亲","object":"父亲"},{"subject":"张三","predicate":"无","object":"张"}]})",
      WithLabels(R"({"父亲":["{}的父亲是谁"]})"));
  ASSERT_EQ(read.samples.size(), 1U);
  EXPECT_EQ(read.samples[0].question, "张三的父亲是谁");
  EXPECT_THAT(Texts(read.samples[0]), testing::ElementsAre("父亲", "张大"));
}

TEST(LabelStudioFormatTest, ReadsTheFirstAnnotation) {
  const ReadResult read = ReadText(
      R"([{"id":5,"data":{"text":"张三在北京"},"annotations":[
            {"was_cancelled":true,"result":[]},
            {"result":[{"type":"labels","value":{"start":0,"end":2,"text":"张三","labels":["PER"]}},{"value":{"choices":["x"]}}]},
            {"result":[]}]},
          {"id":6,"data":{"text":"李四"},"annotations":[]},
          {"id":7,"data":{}}])",
      WithLabels(kMap));
  ASSERT_EQ(read.samples.size(), 2U) << FormatReport(read.report);
  EXPECT_THAT(Texts(*Find(read, "5#PER")), testing::ElementsAre("张三"));
  EXPECT_EQ(read.report.records_bad(), 2);
  EXPECT_EQ(read.report.noted.size(), 1U);
}

}  // namespace
}  // namespace tiqu::data
