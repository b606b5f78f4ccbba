#include "data/collector.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "base/random.h"
#include "base/utf8.h"
#include "data/sample_writer.h"

namespace tiqu::data {
namespace {

class CollectorTest : public testing::Test {
 protected:
  SampleCollector Make() {
    return SampleCollector(
        "test", options_,
        [this](Sample sample) {
          samples_.push_back(std::move(sample));
          return absl::OkStatus();
        },
        &report_);
  }

  ReadOptions options_;
  Report report_;
  std::vector<Sample> samples_;
};

TEST_F(CollectorTest, KeepsARightOffset) {
  SampleCollector out = Make();
  ASSERT_TRUE(out.SetPassage("张三住北京。", "1"));
  EXPECT_TRUE(out.Add({.id = "a", .question = "住哪", .answers = {{"北京", 3}}}));
  EXPECT_EQ(samples_[0].answers[0].begin_char, 3);
  EXPECT_EQ(samples_[0].answers[0].end_char, 5);
  EXPECT_EQ(report_.answers_verified, 1);
  EXPECT_TRUE(report_.repaired.empty());
}

TEST_F(CollectorTest, RepairsToTheNearestPlace) {
  SampleCollector out = Make();
  ASSERT_TRUE(out.SetPassage("北京人在北京说北京话", "1"));
  EXPECT_TRUE(out.Add({.question = "哪", .answers = {{"北京", 5}}}));
  EXPECT_EQ(samples_[0].answers[0].begin_char, 4);
  EXPECT_EQ(report_.repaired.at("offset does not hold the text: nearest place taken").count, 1);
  EXPECT_EQ(report_.answers_verified, 0);
}

TEST_F(CollectorTest, HugeOffsetsAreRepairedLikeOthers) {
  SampleCollector out = Make();
  ASSERT_TRUE(out.SetPassage("北京人在北京", "1"));
  EXPECT_TRUE(out.Add({.question = "哪", .answers = {{"北京", std::numeric_limits<int64_t>::max()}}}));
  EXPECT_EQ(samples_[0].answers[0].begin_char, 4);
  EXPECT_TRUE(out.Add({.question = "何处", .answers = {{"北京", std::numeric_limits<int64_t>::min()}}}));
  EXPECT_EQ(samples_[1].answers[0].begin_char, -1);
}

TEST_F(CollectorTest, WithoutOffsetTheOnlyPlaceIsTakenAndSeveralAreLeftOpen) {
  SampleCollector out = Make();
  ASSERT_TRUE(out.SetPassage("北京人在北京上班", "1"));
  EXPECT_TRUE(out.Add({.question = "哪", .answers = {{"北京"}}}));
  EXPECT_TRUE(out.Add({.question = "做什么", .answers = {{"上班"}}}));
  EXPECT_EQ(samples_[0].answers[0].begin_char, -1);
  EXPECT_EQ(samples_[1].answers[0].begin_char, 6);
  EXPECT_EQ(report_.answers_unplaced, 1);
}

TEST_F(CollectorTest, DropsWhatThePassageDoesNotHave) {
  SampleCollector out = Make();
  ASSERT_TRUE(out.SetPassage("张三住北京。", "7"));
  EXPECT_FALSE(out.Add({.id = "x", .question = "住哪", .answers = {{"北京", 3}, {"上海", 0}}}));
  EXPECT_FALSE(out.Add({.question = "", .answers = {}}));
  EXPECT_FALSE(out.Add({.question = "q", .answers = {{.begin = 4, .end = 9}}}));
  EXPECT_FALSE(out.Add({.question = "q\xff", .answers = {}}));
  EXPECT_EQ(report_.samples_dropped(), 4);
  EXPECT_EQ(report_.samples_kept, 0);
  EXPECT_THAT(report_.dropped.at("answer not in the passage").examples[0], testing::HasSubstr("test:7 (x): 上海"));
}

TEST_F(CollectorTest, TrimsBlanksThatThePassageDoesNotHave) {
  SampleCollector out = Make();
  ASSERT_TRUE(out.SetPassage("张三住北京。", "1"));
  EXPECT_TRUE(out.Add({.question = "住哪", .answers = {{" 北京\u3000", 3}}}));
  EXPECT_EQ(samples_[0].answers[0].text, "北京");
  EXPECT_EQ(report_.repaired.at("blanks around the answer dropped").count, 1);
}

TEST_F(CollectorTest, NamesTheByteThatIsNotUtf8) {
  SampleCollector out = Make();
  EXPECT_FALSE(out.SetPassage("ab\xff", "12"));
  EXPECT_FALSE(out.SetPassage(" \u3000\n", "13"));
  EXPECT_EQ(report_.records_bad(), 2);
  EXPECT_THAT(report_.bad_records.at("text is not UTF-8").examples[0], testing::HasSubstr("test:12: byte 2"));
}

TEST_F(CollectorTest, DuplicatesAreCountedOrDropped) {
  SampleCollector out = Make();
  for (const bool drop : {false, true}) {
    options_.drop_duplicates = drop;
    ASSERT_TRUE(out.SetPassage("张三住北京。", "1"));
    out.Add({.question = drop ? "问" : "答", .answers = {{"北京", 3}}});
    out.Add({.question = drop ? "问" : "答", .answers = {{"北京", 3}}});
  }
  EXPECT_EQ(report_.samples_kept, 3);
  EXPECT_EQ(report_.noted.at("duplicate (kept)").count, 1);
  EXPECT_EQ(report_.dropped.at("duplicate").count, 1);
}

TEST_F(CollectorTest, SinkErrorStops) {
  SampleCollector out(
      "test", options_, [](Sample) { return absl::ResourceExhaustedError("disk full"); }, &report_);
  ASSERT_TRUE(out.SetPassage("张三住北京。", "1"));
  EXPECT_FALSE(out.Add({.question = "住哪", .answers = {}}));
  EXPECT_FALSE(out.Add({.question = "住哪", .answers = {}}));
  EXPECT_EQ(report_.samples_read, 1);
  EXPECT_TRUE(report_.interrupted);
}

// Whatever offsets are given: kept samples hold their texts at their offsets, and the report adds up.
TEST_F(CollectorTest, KeptOffsetsAlwaysHoldTheirText) {
  Random random(11);
  SampleCollector out = Make();
  const std::u32string alphabet = U"甲乙丙A1🀄";
  for (int round = 0; round < 500; ++round) {
    std::u32string passage;
    for (int i = random.Between(1, 20); i > 0; --i) passage += alphabet[random.Below(6)];
    ASSERT_TRUE(out.SetPassage(EncodeUtf8(passage), "r"));
    RawSample raw{.question = "问"};
    for (int i = random.Between(0, 3); i > 0; --i) {
      std::u32string text;
      for (int j = random.Between(1, 3); j > 0; --j) text += alphabet[random.Below(6)];
      raw.answers.push_back({.text = EncodeUtf8(text), .begin = random.Between(-1, 25)});
    }
    out.Add(raw);
  }
  EXPECT_EQ(report_.samples_read, report_.samples_kept + report_.samples_dropped());
  EXPECT_EQ(report_.samples_kept, static_cast<int64_t>(samples_.size()));
  for (const Sample& sample : samples_) {
    for (const AnswerSpan& answer : sample.answers) {
      if (answer.begin_char < 0) {
        EXPECT_NE(sample.passage.find(answer.text), std::string::npos);
      } else {
        EXPECT_EQ(Utf8Substring(sample.passage, answer.begin_char, answer.end_char), answer.text);
      }
    }
  }
}

}  // namespace
}  // namespace tiqu::data
