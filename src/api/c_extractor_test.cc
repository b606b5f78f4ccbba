// The C interface to the extractor, on the bundled model.
#include <cstddef>
#include <cstring>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "base/file.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tiqu/tiqu.h"

namespace tiqu::api {
namespace {

using ::testing::HasSubstr;

constexpr char kModelDir[] = TIQU_SOURCE_DIR "/models/starter";
constexpr char kQuestion[] = "罗显敏的出生地是哪里";
constexpr char kPassage[] =
    "罗显敏,男,1989年11月19日出生,户籍地:广西壮族自治区宾阳县宾州镇顾明村委会大罗村2队513号,身份证号码:"
    "452123198911195219";
constexpr char kAnswer[] = "广西壮族自治区宾阳县宾州镇顾明村委会大罗村2队513号";
constexpr size_t kNul = TIQU_TEXT_ENDS_WITH_NUL;

// Takes the error object's message, and checks that its code is the one returned.
std::string Take(tiqu_status status, tiqu_error* error) {
  EXPECT_EQ(tiqu_error_status(error), status);
  std::string message = tiqu_error_message(error);
  tiqu_error_free(error);
  return message;
}

class CExtractorTest : public testing::Test {
 protected:
  void SetUp() override {
    tiqu_error* error = nullptr;
    ASSERT_EQ(tiqu_extractor_load(kModelDir, nullptr, &extractor_, &error), TIQU_OK) << tiqu_error_message(error);
    EXPECT_EQ(error, nullptr);
  }
  void TearDown() override { tiqu_extractor_release(extractor_); }

  tiqu_extractor* extractor_ = nullptr;
};

TEST_F(CExtractorTest, AQuestionIsAnswered) {
  tiqu_reply* reply = nullptr;
  ASSERT_EQ(tiqu_extractor_ask(extractor_, kQuestion, kNul, kPassage, kNul, &reply, nullptr), TIQU_OK);
  EXPECT_EQ(tiqu_reply_question_count(reply), 1U);
  size_t count = 0;
  const tiqu_answer* answers = tiqu_reply_answers(reply, 0, &count);
  ASSERT_EQ(count, 1U);
  EXPECT_STREQ(answers[0].text, kAnswer);
  EXPECT_EQ(answers[0].text_size, std::strlen(kAnswer));
  EXPECT_EQ(answers[0].begin, 24);
  EXPECT_EQ(answers[0].end, 51);
  EXPECT_GT(answers[0].score, 0.5F);
  EXPECT_LE(answers[0].score, 1.0F);
  EXPECT_GT(tiqu_reply_no_answer(reply, 0), 0.0F);
  EXPECT_LT(tiqu_reply_no_answer(reply, 0), 0.5F);
  EXPECT_EQ(tiqu_reply_answers(reply, 1, &count), nullptr);
  EXPECT_EQ(count, 0U);
  EXPECT_EQ(tiqu_reply_no_answer(reply, 1), 0.0F);
  tiqu_reply_free(reply);
}

TEST_F(CExtractorTest, SizesCutTexts) {
  const std::string question = std::string(kQuestion) + "\xff";  // behind the size: never read
  const std::string passage = std::string(kPassage) + "\xff";
  tiqu_reply* reply = nullptr;
  ASSERT_EQ(tiqu_extractor_ask(extractor_, question.data(), question.size() - 1, passage.data(), passage.size() - 1,
                               &reply, nullptr),
            TIQU_OK);
  EXPECT_STREQ(tiqu_reply_answers(reply, 0, nullptr)[0].text, kAnswer);
  tiqu_reply_free(reply);
}

TEST_F(CExtractorTest, SeveralQuestionsAreAnsweredInTheirOrder) {
  const char* questions[] = {"罗显敏的性别是什么", kQuestion};
  const size_t sizes[] = {std::strlen(questions[0]), kNul};
  for (const size_t* given : {sizes, static_cast<const size_t*>(nullptr)}) {
    tiqu_reply* reply = nullptr;
    ASSERT_EQ(tiqu_extractor_extract(extractor_, questions, given, 2, kPassage, kNul, &reply, nullptr), TIQU_OK);
    ASSERT_EQ(tiqu_reply_question_count(reply), 2U);
    EXPECT_STREQ(tiqu_reply_answers(reply, 1, nullptr)[0].text, kAnswer);
    tiqu_reply_free(reply);
  }
  tiqu_reply* reply = nullptr;
  ASSERT_EQ(tiqu_extractor_extract(extractor_, nullptr, nullptr, 0, kPassage, kNul, &reply, nullptr), TIQU_OK);
  EXPECT_EQ(tiqu_reply_question_count(reply), 0U);
  tiqu_reply_free(reply);
}

TEST_F(CExtractorTest, ThreadsShareOneModelAndGetTheSameReplies) {
  const auto ask = [this] {
    tiqu_reply* reply = nullptr;
    EXPECT_EQ(tiqu_extractor_ask(extractor_, kQuestion, kNul, kPassage, kNul, &reply, nullptr), TIQU_OK);
    const tiqu_answer answer = tiqu_reply_answers(reply, 0, nullptr)[0];
    const std::string text = std::string(answer.text) + " " + std::to_string(answer.begin) + " " +
                             std::to_string(answer.score) + " " + std::to_string(tiqu_reply_no_answer(reply, 0));
    tiqu_reply_free(reply);
    return text;
  };
  const std::string expected = ask();
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    tiqu_extractor_retain(extractor_);
    threads.emplace_back([&] {
      for (int round = 0; round < 5; ++round) EXPECT_EQ(ask(), expected);
      tiqu_extractor_release(extractor_);
    });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST_F(CExtractorTest, NullArgumentsAreNamed) {
  tiqu_reply* reply = nullptr;
  tiqu_error* error = nullptr;
  tiqu_status status = tiqu_extractor_ask(nullptr, kQuestion, kNul, kPassage, kNul, &reply, &error);
  EXPECT_EQ(status, TIQU_INVALID_ARGUMENT);
  EXPECT_EQ(Take(status, error), "extractor is NULL");
  status = tiqu_extractor_ask(extractor_, nullptr, 0, kPassage, kNul, &reply, &error);
  EXPECT_EQ(Take(status, error), "question is NULL");
  status = tiqu_extractor_ask(extractor_, kQuestion, kNul, nullptr, 0, &reply, &error);
  EXPECT_EQ(Take(status, error), "passage is NULL");
  status = tiqu_extractor_ask(extractor_, kQuestion, kNul, kPassage, kNul, nullptr, &error);
  EXPECT_EQ(Take(status, error), "out is NULL");
  const char* questions[] = {kQuestion, nullptr};
  status = tiqu_extractor_extract(extractor_, questions, nullptr, 2, kPassage, kNul, &reply, &error);
  EXPECT_EQ(Take(status, error), "questions[1] is NULL");
  status = tiqu_extractor_extract(extractor_, nullptr, nullptr, 1, kPassage, kNul, &reply, &error);
  EXPECT_EQ(Take(status, error), "questions is NULL");
  EXPECT_EQ(reply, nullptr);
  EXPECT_EQ(tiqu_extractor_ask(nullptr, nullptr, 0, nullptr, 0, nullptr, nullptr), TIQU_INVALID_ARGUMENT);

  tiqu_extractor* none = nullptr;
  status = tiqu_extractor_load(nullptr, nullptr, &none, &error);
  EXPECT_EQ(Take(status, error), "model_dir is NULL");
  status = tiqu_extractor_load(kModelDir, nullptr, nullptr, &error);
  EXPECT_EQ(Take(status, error), "out is NULL");
}

TEST_F(CExtractorTest, WhatTheTextsHaveWrongIsNamed) {
  tiqu_reply* reply = reinterpret_cast<tiqu_reply*>(1);
  tiqu_error* error = nullptr;
  tiqu_status status = tiqu_extractor_ask(extractor_, kQuestion, kNul, "ab\xff", kNul, &reply, &error);
  EXPECT_EQ(status, TIQU_INVALID_ARGUMENT);
  EXPECT_EQ(reply, nullptr);
  EXPECT_THAT(Take(status, error), HasSubstr("byte 2"));
  status = tiqu_extractor_ask(extractor_, "", 0, kPassage, kNul, &reply, &error);
  EXPECT_EQ(Take(status, error), "question: the question is empty");
}

TEST(CExtractorLoadTest, WrongFoldersHaveTheirCodes) {
  tiqu_extractor* extractor = nullptr;
  tiqu_error* error = nullptr;
  tiqu_status status = tiqu_extractor_load("/no/such/model", nullptr, &extractor, &error);
  EXPECT_EQ(status, TIQU_NOT_FOUND);
  EXPECT_EQ(extractor, nullptr);
  EXPECT_THAT(Take(status, error), HasSubstr("/no/such/model"));

  const std::string damaged = testing::TempDir() + "/c_extractor_damaged";
  std::filesystem::create_directories(damaged);
  ASSERT_TRUE(WriteFileAtomically(damaged + "/saved_model.pb", "x").ok());
  status = tiqu_extractor_load(damaged.c_str(), nullptr, &extractor, &error);
  EXPECT_EQ(status, TIQU_FAILED_PRECONDITION);  // no tiqu.json: not a reader
  EXPECT_THAT(Take(status, error), HasSubstr("tiqu.json"));
}

TEST(CExtractorLoadTest, OptionsAreTakenAndChecked) {
  tiqu_extractor_options options;
  tiqu_extractor_options_init(&options, sizeof options);
  EXPECT_EQ(options.struct_size, sizeof options);
  EXPECT_EQ(options.threshold, -1.0F);
  EXPECT_EQ(options.max_passage_chars, 0);
  EXPECT_EQ(options.precision, TIQU_PRECISION_FLOAT32);

  options.max_passage_chars = 5;
  tiqu_extractor* extractor = nullptr;
  tiqu_error* error = nullptr;
  ASSERT_EQ(tiqu_extractor_load(kModelDir, &options, &extractor, nullptr), TIQU_OK);
  tiqu_reply* reply = nullptr;
  tiqu_status status = tiqu_extractor_ask(extractor, kQuestion, kNul, kPassage, kNul, &reply, &error);
  EXPECT_EQ(status, TIQU_INVALID_ARGUMENT);
  EXPECT_THAT(Take(status, error), HasSubstr("5"));
  tiqu_extractor_release(extractor);

  options.threshold = 2;
  status = tiqu_extractor_load(kModelDir, &options, &extractor, &error);
  EXPECT_EQ(Take(status, error), "threshold is 2, limit 1");
  EXPECT_EQ(extractor, nullptr);
  options.threshold = -1;
  options.precision = 3;
  status = tiqu_extractor_load(kModelDir, &options, &extractor, &error);
  EXPECT_EQ(Take(status, error), "precision is 3, limit 2");
  options.precision = TIQU_PRECISION_INT8;
  options.reserved = 1;
  status = tiqu_extractor_load(kModelDir, &options, &extractor, &error);
  EXPECT_EQ(Take(status, error), "reserved is 1, it should be 0");
  options.struct_size = 0;
  status = tiqu_extractor_load(kModelDir, &options, &extractor, &error);
  EXPECT_THAT(Take(status, error), HasSubstr("struct_size of the options is 0"));
}

TEST(CExtractorLoadTest, ThePrecisionIsTheCallersChoice) {
  std::vector<float> scores;
  for (const tiqu_precision precision : {TIQU_PRECISION_FLOAT32, TIQU_PRECISION_BFLOAT16, TIQU_PRECISION_INT8}) {
    tiqu_extractor_options options;
    tiqu_extractor_options_init(&options, sizeof options);
    options.precision = precision;
    tiqu_extractor* extractor = nullptr;
    tiqu_reply* reply = nullptr;
    ASSERT_EQ(tiqu_extractor_load(kModelDir, &options, &extractor, nullptr), TIQU_OK);
    ASSERT_EQ(tiqu_extractor_ask(extractor, kQuestion, kNul, kPassage, kNul, &reply, nullptr), TIQU_OK);
    size_t count = 0;
    const tiqu_answer* answers = tiqu_reply_answers(reply, 0, &count);
    ASSERT_EQ(count, 1U) << precision;
    EXPECT_STREQ(answers[0].text, kAnswer);
    scores.push_back(answers[0].score);
    tiqu_reply_free(reply);
    tiqu_extractor_release(extractor);
  }
  EXPECT_NE(scores[0], scores[1]);  // other arithmetic, nearly the same number
  EXPECT_NE(scores[0], scores[2]);
  EXPECT_NEAR(scores[0], scores[1], 0.05F);
  EXPECT_NEAR(scores[0], scores[2], 0.05F);
}

// Programs built with an older or a newer header than the library's.
TEST(CExtractorLoadTest, OptionsOfOtherAgesAreUnderstood) {
  const struct {
    size_t struct_size;
    float threshold;
  } old = {offsetof(tiqu_extractor_options, max_passage_chars), 1.5F};
  tiqu_extractor* extractor = nullptr;
  tiqu_error* error = nullptr;
  const auto* as_options = reinterpret_cast<const tiqu_extractor_options*>(&old);
  tiqu_status status = tiqu_extractor_load(kModelDir, as_options, &extractor, &error);
  EXPECT_EQ(Take(status, error), "threshold is 1.5, limit 1");

  struct {
    tiqu_extractor_options known;
    int32_t later[2];
  } newer;
  auto* known = reinterpret_cast<tiqu_extractor_options*>(&newer);
  newer.later[0] = newer.later[1] = 7;
  tiqu_extractor_options_init(known, sizeof newer);
  EXPECT_EQ(newer.known.struct_size, sizeof newer);
  EXPECT_EQ(newer.later[1], 0);
  ASSERT_EQ(tiqu_extractor_load(kModelDir, known, &extractor, nullptr), TIQU_OK);
  tiqu_extractor_release(extractor);
  newer.later[1] = 1;
  status = tiqu_extractor_load(kModelDir, known, &extractor, &error);
  EXPECT_EQ(status, TIQU_INVALID_ARGUMENT);
  EXPECT_THAT(Take(status, error), HasSubstr("does not have"));
}

TEST(CErrorTest, CodesHaveNames) {
  EXPECT_STREQ(tiqu_status_name(TIQU_OK), "OK");
  EXPECT_STREQ(tiqu_status_name(TIQU_INVALID_ARGUMENT), "INVALID_ARGUMENT");
  EXPECT_STREQ(tiqu_status_name(TIQU_UNAUTHENTICATED), "UNAUTHENTICATED");
  EXPECT_STREQ(tiqu_status_name(17), "UNKNOWN");
  EXPECT_STREQ(tiqu_status_name(-1), "UNKNOWN");
  EXPECT_EQ(tiqu_error_status(nullptr), TIQU_OK);
  EXPECT_STREQ(tiqu_error_message(nullptr), "");
}

TEST(CErrorTest, TheVersionIsTheHeaders) {
  EXPECT_EQ(tiqu_version(), std::to_string(TIQU_VERSION_MAJOR) + "." + std::to_string(TIQU_VERSION_MINOR) + "." +
                                std::to_string(TIQU_VERSION_PATCH));
  EXPECT_EQ(tiqu_abi_version(), TIQU_ABI_VERSION);
}

TEST(CErrorTest, NullHandlesAreHarmless) {
  tiqu_error_free(nullptr);
  tiqu_extractor_retain(nullptr);
  tiqu_extractor_release(nullptr);
  tiqu_reply_free(nullptr);
  EXPECT_EQ(tiqu_reply_question_count(nullptr), 0U);
  EXPECT_EQ(tiqu_reply_answers(nullptr, 0, nullptr), nullptr);
  EXPECT_EQ(tiqu_reply_no_answer(nullptr, 0), 0.0F);
  tiqu_extractor_options_init(nullptr, 0);
  tiqu_model_options_init(nullptr, 0);
}

}  // namespace
}  // namespace tiqu::api
