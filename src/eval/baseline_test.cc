#include "eval/baseline.h"

#include <gtest/gtest.h>

#include "base/utf8.h"

namespace tiqu::eval {
namespace {

data::Sample Ask(const std::string& question, const std::string& passage) {
  data::Sample sample;
  sample.question = question;
  sample.passage = passage;
  return sample;
}

TEST(BaselineTest, TakesThePieceBesideTheQuestionsWords) {
  const data::Sample sample =
      Ask("新馆的设计师是谁", "图书馆建于海边。新馆的设计师是贝聿铭，投资三亿元。开馆以后游客很多。");
  const NearestMatchBaseline baseline({sample});
  const Prediction prediction = baseline.Answer(sample);
  ASSERT_EQ(prediction.spans.size(), 1U);
  EXPECT_EQ(prediction.spans[0].text, "贝聿铭");
  EXPECT_EQ(prediction.spans[0].begin, 15);
}

TEST(BaselineTest, PrefersDigitsForNumbers) {
  const data::Sample sample = Ask("主峰海拔是多少", "白云山坐落广州，主峰摩星岭海拔382米。");
  const Prediction prediction = NearestMatchBaseline({sample}).Answer(sample);
  ASSERT_EQ(prediction.spans.size(), 1U);
  EXPECT_EQ(prediction.spans[0].text, "382米");
}

TEST(BaselineTest, AlwaysAnswersWithASpanOfThePassageOrNothing) {
  for (const char* passage : {"", "。", "的", "a", "，，，", "海拔", "\xff"}) {
    const data::Sample sample = Ask("海拔是多少", passage);
    for (const PredictedSpan& span : NearestMatchBaseline({sample}).Answer(sample).spans) {
      EXPECT_EQ(span.text, Utf8Substring(passage, span.begin, span.end));
    }
  }
}

}  // namespace
}  // namespace tiqu::eval
