// Windows that are encoded once for several questions: how often, with what results, within which bounds.
#include "answer/window_runner.h"

#include <unistd.h>

#include <algorithm>

#include "answer/fake_reader.h"
#include "base/random.h"
#include "engine/reader_model_test_util.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tiqu::answer {
namespace {

using ::testing::ElementsAre;

constexpr bool kEncodes = true;

int64_t CountOf(const std::vector<std::string>& called, const std::string& signature) {
  return std::count(called.begin(), called.end(), signature);
}

void ExpectSameReplies(const std::vector<Reply>& a, const std::vector<Reply>& b) {
  ASSERT_EQ(a.size(), b.size());
  for (size_t i = 0; i < a.size(); ++i) {
    EXPECT_EQ(a[i].no_answer, b[i].no_answer);
    ASSERT_EQ(a[i].answers.size(), b[i].answers.size());
    for (size_t k = 0; k < a[i].answers.size(); ++k) {
      EXPECT_EQ(a[i].answers[k].text, b[i].answers[k].text);
      EXPECT_EQ(a[i].answers[k].begin, b[i].answers[k].begin);
      EXPECT_EQ(a[i].answers[k].end, b[i].answers[k].end);
      EXPECT_EQ(a[i].answers[k].score, b[i].answers[k].score);
    }
  }
}

TEST(WindowRunnerTest, EachWindowIsEncodedOnceForAllQuestions) {
  const FakeReader fake = MakeFakeReader({}, kEncodes);
  const std::string passage = "共12元和345元" + std::string(60, '6') + "元7";  // 70 characters: three windows
  const Request request = {passage, {"多少", "有无", "共多少元"}};
  const auto results = fake.reader->ReadAll({&request, 1}, fake.reader->rules());
  ASSERT_TRUE(results[0].ok()) << results[0].status();
  ASSERT_EQ((*results[0])[0].answers.size(), 4U);
  EXPECT_EQ((*results[0])[0].answers[2].text, std::string(60, '6'));
  EXPECT_TRUE((*results[0])[1].answers.empty());
  EXPECT_EQ((*results[0])[2].answers.size(), 4U);
  EXPECT_THAT(fake.engine->called(), ElementsAre("encode_passage", "answer_encoded", "encode_passage", "answer_encoded",
                                                 "encode_passage", "answer_encoded"));
  const engine::TensorMap asked = fake.engine->calls()[1];
  EXPECT_EQ(asked.at("encoded").shape(), (Shape{1, 32, 1}));  // once, not a copy a question
  EXPECT_EQ(asked.at("p1_in").shape(), (Shape{1, 32}));
  EXPECT_EQ(asked.at("q1_in").shape(), (Shape{3, 4}));
  EXPECT_EQ(asked.count("pos_in"), 0U);
}

TEST(WindowRunnerTest, OneQuestionRunsInOneStep) {
  const FakeReader fake = MakeFakeReader({}, kEncodes);
  const std::vector<Request> requests = {{"共12元", {"多少"}}, {"共345元", {"多少"}}};
  for (const auto& result : fake.reader->ReadAll(requests, fake.reader->rules())) ASSERT_TRUE(result.ok());
  EXPECT_EQ(CountOf(fake.engine->called(), "qa"), static_cast<int64_t>(fake.engine->called().size()));
}

TEST(WindowRunnerTest, AModelWithoutTheSignaturesIsAskedInOneStep) {
  const FakeReader fake = MakeFakeReader({}, !kEncodes);
  const Request request = {"共12元和345元", {"多少", "有无"}};
  ASSERT_TRUE(fake.reader->ReadAll({&request, 1}, fake.reader->rules())[0].ok());
  EXPECT_THAT(fake.engine->called(), ElementsAre("qa"));
}

TEST(WindowRunnerTest, QuestionsBeyondABatchAreAskedOfTheSameEncoding) {
  ReaderOptions options;
  options.batch.rows = 4;
  const FakeReader fake = MakeFakeReader(options, kEncodes);
  const Request request = {"共12元", std::vector<std::string_view>(10, "多少")};
  const auto results = fake.reader->ReadAll({&request, 1}, fake.reader->rules());
  ASSERT_TRUE(results[0].ok());
  for (const Reply& reply : *results[0]) EXPECT_EQ(reply.answers.at(0).text, "12");
  EXPECT_THAT(fake.engine->called(),
              ElementsAre("encode_passage", "answer_encoded", "answer_encoded", "answer_encoded"));
}

TEST(WindowRunnerTest, RequestsThatFollowEachOtherWithOnePassageShareIt) {
  const FakeReader fake = MakeFakeReader({}, kEncodes);
  const std::string again = "共12元";
  const std::vector<Request> requests = {
      {"共12元", {"多少"}}, {again, {"共多少"}}, {"共3元", {"多少"}}, {"共12元", {"\xff"}}, {"共12元", {"有无"}}};
  const auto results = fake.reader->ReadAll(requests, fake.reader->rules());
  EXPECT_EQ((*results[0])[0].answers.at(0).text, "12");
  EXPECT_EQ((*results[1])[0].answers.at(0).text, "12");
  EXPECT_EQ((*results[2])[0].answers.at(0).text, "3");
  EXPECT_FALSE(results[3].ok());
  EXPECT_TRUE((*results[4])[0].answers.empty());
  EXPECT_EQ(CountOf(fake.engine->called(), "encode_passage"), 1);
}

// What is held at once is bounded by slices; a document of more is encoded again for each.
TEST(WindowRunnerTest, SlicesBoundWhatIsShared) {
  ReaderOptions options;
  options.slice_chars = 100;
  const FakeReader fake = MakeFakeReader(options, kEncodes);
  const std::string passage(50, '1');  // two windows
  const Request request = {passage, std::vector<std::string_view>(6, "多少")};
  const auto results = fake.reader->ReadAll({&request, 1}, fake.reader->rules());
  ASSERT_TRUE(results[0].ok());
  for (const Reply& reply : *results[0]) EXPECT_EQ(reply.answers.at(0).text, passage);
  EXPECT_EQ(CountOf(fake.engine->called(), "encode_passage"), 3 * 2);
  EXPECT_EQ(CountOf(fake.engine->called(), "answer_encoded"), 3 * 2);
}

TEST(WindowRunnerTest, AnErrorReachesAllThatShareAWindow) {
  const FakeReader fake = MakeFakeReader({}, kEncodes);
  fake.engine->FailWith(absl::InternalError("broken"));
  const Request request = {"共1元", {"多少", "有无"}};
  EXPECT_EQ(fake.reader->ReadAll({&request, 1}, fake.reader->rules())[0].status().message(), "broken");
}

TEST(WindowRunnerTest, APassageThatIsTooMuchForMemoryLeavesTheOthersAlone) {
  const FakeReader fake = MakeFakeReader({}, kEncodes);
  fake.engine->RunOutOfMemoryOn(FakeChars().Find("和"));
  const std::vector<Request> requests = {{"共1元", {"多少", "多少"}}, {"2和3", {"多少", "多少"}}, {"共4元", {"多少"}}};
  const auto results = fake.reader->ReadAll(requests, fake.reader->rules());
  ASSERT_TRUE(results[0].ok()) << results[0].status();
  EXPECT_EQ((*results[0])[1].answers.at(0).text, "1");
  EXPECT_EQ(results[1].status().code(), absl::StatusCode::kResourceExhausted);
  ASSERT_TRUE(results[2].ok()) << results[2].status();
}

// The same engine as a model that was exported without the two signatures.
class WholeOnly : public engine::Engine {
 public:
  explicit WholeOnly(std::shared_ptr<const engine::Engine> engine) : engine_(std::move(engine)) {
    signatures_["qa"] = engine_->signatures().at("qa");
  }
  const std::map<std::string, engine::Signature>& signatures() const override { return signatures_; }
  absl::StatusOr<engine::TensorMap> Run(const std::string& name, const engine::TensorMap& inputs) const override {
    return engine_->Run(name, inputs);
  }

 private:
  std::shared_ptr<const engine::Engine> engine_;
  std::map<std::string, engine::Signature> signatures_;
};

std::string RandomText(size_t chars, Random* random) {
  static const char* const kChars[] = {"0", "1", "2", "无", "共", "元", "和", "多", "少", "不"};  // 不 is unknown
  std::string text;
  for (size_t i = 0; i < chars; ++i) text += kChars[random->Below(10)];
  return text;
}

TEST(WindowRunnerTest, TheNetworksAnswersAreTheSameBitForBit) {
  model::ModelConfig config = FakeConfig();
  config.spec.hidden = 16;
  config.spec.max_position = 32;
  config.spec.encoder_rates = {1, 2};
  config.spec.model_rates = {1, 4};
  const auto dir =
      engine::WriteRandomReader(config.spec, testing::TempDir() + "/window_runner_" + std::to_string(getpid()));
  ASSERT_TRUE(dir.ok()) << dir.status();
  const auto engine = engine::Engine::Load(*dir, {});
  ASSERT_TRUE(engine.ok()) << engine.status();
  const auto make = [&](std::shared_ptr<const engine::Engine> with) {
    return Reader::Create(config, text::Tokenizer({}, FakeChars(), text::Vocabulary(), {}), std::move(with), {})
        .value();
  };
  const auto twice = make(*engine), whole = make(std::make_shared<WholeOnly>(*engine));
  decode::AnswerRules rules = whole->rules();
  rules.threshold = decode::kLeastThreshold;  // random weights are sure of nothing
  Random random(17);
  size_t answers = 0;
  for (int round = 0; round < 12; ++round) {
    std::vector<std::string> passages, questions;
    for (int i = 0; i < 4; ++i) passages.push_back(RandomText(1 + random.Below(150), &random));
    for (int i = 0; i < 12; ++i) questions.push_back(RandomText(1 + random.Below(12), &random));
    std::vector<Request> requests;
    for (size_t i = 0; i < passages.size(); ++i) {
      requests.push_back({passages[i], {questions.begin() + 2 * i, questions.begin() + 3 * i + 1}});
    }
    const auto got = twice->ReadAll(requests, rules), expected = whole->ReadAll(requests, rules);
    for (size_t i = 0; i < requests.size(); ++i) {
      ASSERT_TRUE(got[i].ok() && expected[i].ok());
      ExpectSameReplies(*got[i], *expected[i]);
      for (const Reply& reply : *got[i]) answers += reply.answers.size();
    }
  }
  EXPECT_GT(answers, 100U);
}

}  // namespace
}  // namespace tiqu::answer
