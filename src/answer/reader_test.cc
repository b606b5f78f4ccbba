#include "answer/reader.h"

#include "answer/answer_mapper.h"
#include "answer/fake_reader.h"
#include "base/random.h"
#include "base/utf8.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tiqu::answer {
namespace {

using ::testing::HasSubstr;

std::vector<std::string> Texts(const Reply& reply) {
  std::vector<std::string> texts;
  for (const Answer& answer : reply.answers) texts.push_back(answer.text);
  return texts;
}

RequestResult ReadOne(const Reader& reader, std::string_view passage, std::vector<std::string_view> questions) {
  const Request request = {passage, std::move(questions)};
  return reader.ReadAll({&request, 1}, reader.rules()).front();
}

using Strings = std::vector<std::string>;

TEST(ReaderTest, SeveralAnswersWithOffsetsOfThePassageAsSent) {
  const FakeReader fake = MakeFakeReader();
  const auto replies = ReadOne(*fake.reader, "共１２元,㈱和3元", {"多少", "有无"});
  ASSERT_TRUE(replies.ok()) << replies.status();
  ASSERT_EQ(replies->size(), 2U);
  const Reply& reply = (*replies)[0];
  ASSERT_EQ(Texts(reply), (Strings{"１２", "3"}));
  EXPECT_EQ(reply.answers[0].begin, 1);
  EXPECT_EQ(reply.answers[0].end, 3);
  EXPECT_EQ(reply.answers[1].begin, 7);  // ㈱ is one character of the source, three of the normalised text
  EXPECT_EQ(reply.answers[1].end, 8);
  EXPECT_GT(reply.answers[0].score, 0.9F);
  EXPECT_LT(reply.no_answer, 0.01F);
  EXPECT_TRUE((*replies)[1].answers.empty());
  EXPECT_GT((*replies)[1].no_answer, 0.9F);
}

TEST(ReaderTest, PassagesOfAnyLengthGiveTheSameAnswersAsShortOnes) {
  const FakeReader fake = MakeFakeReader();
  Random random(3);
  for (int chars = 1; chars < 400; chars += 7) {
    std::string passage;
    Strings expected;
    for (int i = 0; i < chars; ++i) {
      if (random.Chance(0.1)) {
        expected.push_back(std::to_string(random.Below(100000)));
        passage += expected.back();
      }
      passage += "元";
    }
    const auto replies = ReadOne(*fake.reader, passage, {"多少"});
    ASSERT_TRUE(replies.ok());
    EXPECT_EQ(Texts((*replies)[0]), expected) << chars;
    for (const Answer& answer : (*replies)[0].answers) {
      EXPECT_EQ(Utf8Substring(passage, answer.begin, answer.end), answer.text);
    }
  }
}

TEST(ReaderTest, AnAnswerLongerThanTheOverlapAndThanAWindowSurvives) {
  const FakeReader fake = MakeFakeReader();
  for (const size_t digits : {12U, 31U, 32U, 33U, 200U}) {
    const std::string passage = "共共共共共" + std::string(digits, '7') + "元元元";
    const auto replies = ReadOne(*fake.reader, passage, {"多少"});
    ASSERT_TRUE(replies.ok());
    EXPECT_EQ(Texts((*replies)[0]), Strings{std::string(digits, '7')}) << digits;
  }
}

TEST(ReaderTest, WhatRunsTogetherNeverChangesAnAnswer) {
  ReaderOptions alone;
  alone.batch.rows = 1;
  alone.slice_chars = 1;
  const FakeReader one = MakeFakeReader(alone);
  const FakeReader many = MakeFakeReader();
  Random random(9);
  std::vector<std::string> passages;
  for (int i = 0; i < 60; ++i) {
    std::string passage;
    const uint32_t chars = 1 + random.Below(150);
    for (uint32_t at = 0; at < chars; ++at) passage += random.Chance(0.3) ? "4" : "和";
    passages.push_back(passage);
  }
  std::vector<Request> requests;
  for (const std::string& passage : passages) requests.push_back({passage, {"多少", "无", "共多少元"}});
  const auto together = many.reader->ReadAll(requests, many.reader->rules());
  for (size_t i = 0; i < requests.size(); ++i) {
    const auto single = one.reader->ReadAll({&requests[i], 1}, one.reader->rules()).front();
    ASSERT_TRUE(together[i].ok() && single.ok());
    for (size_t question = 0; question < 3; ++question) {
      EXPECT_EQ(Texts((*together[i])[question]), Texts((*single)[question]));
      EXPECT_EQ((*together[i])[question].no_answer, (*single)[question].no_answer);
    }
  }
  EXPECT_LT(3 * many.engine->calls().size(), one.engine->calls().size());
}

TEST(ReaderTest, InputsHaveTheFormOfTheContract) {
  const FakeReader fake = MakeFakeReader();
  // 40 characters: windows [0, 32) and [24, 40). The anchor 共多 stands at 30 and 31, inside both.
  std::string passage;
  for (int i = 0; i < 30; ++i) passage += "元";
  passage += "共多";
  for (int i = 0; i < 8; ++i) passage += "和";
  ASSERT_TRUE(ReadOne(*fake.reader, passage, {"共多"}).ok());
  const auto calls = fake.engine->calls();
  ASSERT_EQ(calls.size(), 2U);  // 32 and 16 characters are too different to be padded
  const engine::TensorMap& first = calls[0];
  EXPECT_EQ(first.at("p1_in").shape(), (Shape{1, 32}));
  EXPECT_EQ(first.at("q1_in").shape(), (Shape{1, 2}));
  EXPECT_EQ(first.at("k1_in").shape(), (Shape{1, 1}));
  EXPECT_EQ(first.at("k1_in").data<float>()[0], 30);
  EXPECT_EQ(first.at("k2_in").data<float>()[0], 31);
  EXPECT_EQ(first.at("pos_in").data<float>()[31], 31);
  const engine::TensorMap& second = calls[1];
  EXPECT_EQ(second.at("p1_in").shape(), (Shape{1, 16}));
  EXPECT_EQ(second.at("k1_in").data<float>()[0], 6);
  EXPECT_EQ(second.at("pos_in").data<float>()[0], 0);
  EXPECT_EQ(second.at("p1_in").data<float>()[0], static_cast<float>(FakeChars().Find("元")));
}

TEST(ReaderTest, AWindowWithoutTheSubjectHasNoAnchor) {
  const FakeReader fake = MakeFakeReader();
  std::string passage = "共多";
  for (int i = 0; i < 60; ++i) passage += "元";
  ASSERT_TRUE(ReadOne(*fake.reader, passage, {"共多"}).ok());
  bool seen_inside = false;
  for (const engine::TensorMap& call : fake.engine->calls()) {
    for (int64_t row = 0; row < call.at("k1_in").shape()[0]; ++row) {
      const float first = call.at("k1_in").data<float>()[row];
      EXPECT_EQ(call.at("k2_in").data<float>()[row], first < 0 ? -1 : 1);
      seen_inside = seen_inside || first == 0;
    }
  }
  EXPECT_TRUE(seen_inside);
}

TEST(ReaderTest, RowsAreLikeLengthAndPaddedWithZeros) {
  const FakeReader fake = MakeFakeReader();
  const std::string passages[] = {"共1元和元和元和", "共1元和元和元", "共"};
  std::vector<Request> requests;
  for (const std::string& passage : passages) requests.push_back({passage, {"多少"}});
  for (const auto& result : fake.reader->ReadAll(requests, fake.reader->rules())) ASSERT_TRUE(result.ok());
  const auto calls = fake.engine->calls();
  ASSERT_EQ(calls.size(), 2U);
  EXPECT_EQ(calls[0].at("p1_in").shape(), (Shape{2, 8}));
  EXPECT_EQ(calls[0].at("p1_in").data<float>()[15], 0);
  EXPECT_EQ(calls[0].at("p2_in").data<float>()[15], 0);
  EXPECT_EQ(calls[1].at("p1_in").shape(), (Shape{1, 1}));
}

TEST(ReaderTest, LongQuestionsAreCut) {
  const FakeReader fake = MakeFakeReader();
  // The 无 stands behind the limit of ten characters and is not seen.
  const auto replies = ReadOne(*fake.reader, "共5元", {"多少多少多少多少多少无"});
  ASSERT_TRUE(replies.ok());
  EXPECT_EQ(Texts((*replies)[0]), Strings{"5"});
  EXPECT_EQ(fake.engine->calls()[0].at("q1_in").shape(), (Shape{1, 10}));
}

TEST(ReaderTest, BadRequestsAreNamedAndLeaveTheOthersAlone) {
  ReaderOptions options;
  options.max_passage_chars = 10;
  const FakeReader fake = MakeFakeReader(options);
  const std::vector<Request> requests = {
      {"", {"多少"}},       {"共1元", {""}},
      {"共\xff", {"多少"}}, {"共1元", {"多少", "\xe5"}},
      {"共1元", {"多少"}},  {"共共共共共共共共共共1", {"多少"}},
      {"共1元", {}},
  };
  const auto results = fake.reader->ReadAll(requests, fake.reader->rules());
  const char* messages[] = {"the passage is empty", "question: the question is empty",
                            "passage: byte 3 (0xff) is not UTF-8", "question 2: byte 0 (0xe5) is not UTF-8"};
  for (size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(results[i].status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(std::string(results[i].status().message()), HasSubstr(messages[i]));
  }
  ASSERT_TRUE(results[4].ok());
  EXPECT_EQ(Texts((*results[4])[0]), Strings{"1"});
  EXPECT_THAT(std::string(results[5].status().message()), HasSubstr("the passage has 11 characters, limit 10"));
  ASSERT_TRUE(results[6].ok());
  EXPECT_TRUE(results[6]->empty());
}

TEST(ReaderTest, TheLimitIsLookedAtBeforeTheText) {
  ReaderOptions options;
  options.max_passage_chars = 10;
  const FakeReader fake = MakeFakeReader(options);
  // The text stage would find the byte that is not UTF-8.
  const auto result = ReadOne(*fake.reader, "共共共共共共共共共共1\xff", {"多少"});
  EXPECT_EQ(result.status().message(), "the passage has 12 characters, limit 10");
  EXPECT_TRUE(ReadOne(*fake.reader, "共共共共共共共共共1", {"多少"}).ok());
}

TEST(ReaderTest, APassageThatIsTooMuchForMemoryLeavesTheOthersAlone) {
  const FakeReader fake = MakeFakeReader();
  fake.engine->RunOutOfMemoryOn(FakeChars().Find("和"));
  const std::vector<Request> requests = {{"共1元", {"多少"}}, {"2和3", {"多少", "多少"}}, {"共4元", {"多少"}}};
  const auto results = fake.reader->ReadAll(requests, fake.reader->rules());
  ASSERT_TRUE(results[0].ok()) << results[0].status();
  EXPECT_EQ(Texts((*results[0])[0]), Strings{"1"});
  EXPECT_EQ(results[1].status().code(), absl::StatusCode::kResourceExhausted);
  ASSERT_TRUE(results[2].ok()) << results[2].status();
  EXPECT_EQ(Texts((*results[2])[0]), Strings{"4"});
}

TEST(ReaderTest, AnEngineErrorReachesWhoAsked) {
  const FakeReader fake = MakeFakeReader();
  fake.engine->FailWith(absl::InternalError("broken"));
  EXPECT_EQ(ReadOne(*fake.reader, "共1元", {"多少"}).status().message(), "broken");
}

TEST(ReaderTest, WhiteSpaceAroundAnAnswerIsCutOff) {
  decode::DecodedAnswers decoded;
  decoded.spans = {{0, 4, 0.9F}, {5, 6, 0.8F}};
  text::NormalizedText text;
  text.chars = U" 12 元 ";
  text.begin = {0, 1, 2, 3, 4, 5};
  text.end = {1, 2, 3, 4, 5, 6};
  const Reply reply = MapToSource(decoded, text, " 12\n元\t");
  ASSERT_EQ(Texts(reply), Strings{"12"});
  EXPECT_EQ(reply.answers[0].begin, 1);
  EXPECT_EQ(reply.answers[0].end, 3);
}

TEST(ReaderTest, ModelsThatAreNotReadersAreRefused) {
  auto engine = std::make_shared<FakeEngine>(std::set<int>{}, 0, /*encodes=*/false);
  model::ModelConfig config = FakeConfig();
  ++config.spec.word_vocab_size;
  auto result = Reader::Create(config, text::Tokenizer({}, FakeChars(), text::Vocabulary(), {}), engine, {});
  EXPECT_EQ(result.status().code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(std::string(result.status().message()), HasSubstr("words.txt has 2 entries, the model needs 3"));
  EXPECT_EQ(Reader::Load(testing::TempDir() + "/no_such_model", {}).status().code(), absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace tiqu::answer
