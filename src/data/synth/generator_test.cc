#include "data/synth/generator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "base/utf8.h"
#include "data/reader_test_util.h"
#include "data/sample_writer.h"

namespace tiqu::data::synth {
namespace {

std::vector<Sample> Make(const SynthOptions& options) {
  std::vector<Sample> samples;
  const absl::Status status = Synthesize(options, [&](Sample sample) {
    samples.push_back(std::move(sample));
    return absl::OkStatus();
  });
  EXPECT_TRUE(status.ok()) << status;
  return samples;
}

std::string Written(const std::vector<Sample>& samples) {
  std::string text;
  for (const Sample& sample : samples) AppendSample(sample, &text);
  return text;
}

TEST(SynthTest, TheSeedDecidesEverything) {
  SynthOptions options;
  options.count = 300;
  options.seed = 42;
  const std::string first = Written(Make(options));
  EXPECT_EQ(first, Written(Make(options)));
  options.count = 200;
  EXPECT_EQ(first.substr(0, Written(Make(options)).size()), Written(Make(options)));
  options.seed = 43;
  EXPECT_NE(first.substr(0, 500), Written(Make(options)).substr(0, 500));
}

TEST(SynthTest, EveryOffsetHoldsItsTextAndReadsBack) {
  SynthOptions options;
  options.count = 3000;
  const std::vector<Sample> samples = Make(options);
  ASSERT_EQ(samples.size(), 3000U);
  for (const Sample& sample : samples) {
    int32_t last = 0;
    for (const AnswerSpan& answer : sample.answers) {
      ASSERT_EQ(Utf8Substring(sample.passage, answer.begin_char, answer.end_char), answer.text);
      EXPECT_GE(answer.begin_char, last) << "answers in order, not overlapping";
      last = answer.end_char;
    }
  }
  const ReadResult read = ReadText(Written(samples));
  EXPECT_EQ(read.report.samples_kept, 3000);
  EXPECT_TRUE(read.report.repaired.empty());
  EXPECT_TRUE(read.report.dropped.empty());
}

TEST(SynthTest, NeverMakesTheDesignsOwnSample) {
  SynthOptions options;
  options.count = 20000;
  options.kinds = {"people", "staff"};
  for (const Sample& sample : Make(options)) {
    EXPECT_EQ(sample.passage.find("罗显敏"), std::string::npos);
    EXPECT_EQ(sample.question.find("罗显敏"), std::string::npos);
    EXPECT_EQ(sample.passage.find("宾阳县"), std::string::npos);
  }
}

TEST(SynthTest, IsDiverse) {
  SynthOptions options;
  options.count = 5000;
  std::set<std::string> passages;
  std::set<std::string> questions;
  std::map<std::string, int> labels;
  int none = 0;
  int several = 0;
  for (const Sample& sample : Make(options)) {
    passages.insert(sample.passage);
    questions.insert(sample.question);
    ++labels[sample.label];
    none += sample.answers.empty() ? 1 : 0;
    several += sample.answers.size() > 1 ? 1 : 0;
  }
  EXPECT_GE(passages.size(), 980U);
  EXPECT_GE(questions.size(), 2500U);
  EXPECT_GE(labels.size(), 60U);
  EXPECT_GT(none, 5000 * 15 / 100);
  EXPECT_LT(none, 5000 * 40 / 100);
  EXPECT_GT(several, 5000 * 5 / 100);
}

TEST(SynthTest, KindsChooseAndAreChecked) {
  for (const std::string& kind : SynthKinds()) {
    SynthOptions options;
    options.count = 50;
    options.kinds = {kind};
    EXPECT_EQ(Make(options).size(), 50U) << kind;
  }
  SynthOptions wrong;
  wrong.kinds = {"poems"};
  const absl::Status status = Synthesize(wrong, [](Sample) { return absl::OkStatus(); });
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), testing::HasSubstr("poems"));
  wrong = {};
  wrong.questions_per_passage = 0;
  EXPECT_FALSE(Synthesize(wrong, [](Sample) { return absl::OkStatus(); }).ok());
}

TEST(SynthTest, SinkErrorEndsIt) {
  int calls = 0;
  const absl::Status status = Synthesize({}, [&](Sample) {
    ++calls;
    return absl::ResourceExhaustedError("full");
  });
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(calls, 1);
}

}  // namespace
}  // namespace tiqu::data::synth
