#include "answer/jsonl_request.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tiqu::answer {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(JsonlRequestTest, BothFormsAreRead) {
  LineRequest one;
  ASSERT_TRUE(ParseLine(R"({"id": "a\"b", "question": "谁", "passage": "罗显敏", "x": [1]})", &one).ok());
  EXPECT_EQ(one.id, R"("a\"b")");
  EXPECT_EQ(one.passage, "罗显敏");
  EXPECT_THAT(one.questions, ElementsAre("谁"));
  EXPECT_FALSE(one.several);

  LineRequest several;
  ASSERT_TRUE(ParseLine(R"({"passage":"p","questions":["q","r"],"id":12345678901234567890})", &several).ok());
  EXPECT_EQ(several.id, "12345678901234567890");
  EXPECT_THAT(several.questions, ElementsAre("q", "r"));
  EXPECT_TRUE(several.several);

  LineRequest grouped;
  ASSERT_TRUE(ParseLine(R"({"passage":"p","questions":[{"question":"q","answers":[]},"r"]})", &grouped).ok());
  EXPECT_THAT(grouped.questions, ElementsAre("q", "r"));

  LineRequest none;
  ASSERT_TRUE(ParseLine(R"({"passage":"p","questions":[]})", &none).ok());
  EXPECT_EQ(none.id, "null");
  EXPECT_TRUE(none.questions.empty());
}

TEST(JsonlRequestTest, BadLinesAreNamed) {
  const struct {
    std::string line;
    const char* message;
  } cases[] = {
      {"[1]", "not a JSON object"},
      {"{\"id\":1}", "\"passage\" is missing"},
      {"{\"id\":1,\"passage\":\"p\"}", "\"question\" is missing"},
      {"{\"id\":1,\"passage\":7,\"question\":\"q\"}", "\"passage\" is not a string"},
      {"{\"id\":1,\"passage\":\"p\",\"question\":null}", "\"question\" is not a string"},
      {"{\"id\":1,\"passage\":\"p\",\"questions\":\"q\"}", "\"questions\" is not a list"},
      {"{\"id\":1,\"passage\":\"p\",\"questions\":[\"q\",2]}",
       "\"questions\" holds neither a string nor {\"question\"} at 2"},
      {"{\"id\":1,\"passage\":\"p\",\"questions\":[],\"question\":\"q\"}", "both"},
      {"{\"passage\":\"\xff\",\"question\":\"q\"}", "byte 12"},
      {"{\"passage\":\"\\ud800\",\"question\":\"q\"}", ""},
      {"{\"passage\":\"p\"", ""},
      {"{} {}", ""},
      {std::string("{\0}", 3), ""},
      {std::string(100000, '['), ""},
  };
  for (const auto& test : cases) {
    LineRequest request;
    const absl::Status status = ParseLine(test.line, &request);
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << test.line.substr(0, 40);
    EXPECT_THAT(std::string(status.message()), HasSubstr(test.message));
    EXPECT_FALSE(status.message().empty());
  }
}

TEST(JsonlRequestTest, TheIdSurvivesABadLine) {
  LineRequest request;
  EXPECT_FALSE(ParseLine(R"({"id":{"a":[1, 2]},"passage":3})", &request).ok());
  EXPECT_EQ(request.id, R"({"a":[1,2]})");
}

TEST(JsonlRequestTest, ResultsHaveTheKeysOfTheDesign) {
  Reply reply;
  reply.answers.push_back({"深\"圳", 5, 8, 0.75F});
  reply.answers.push_back({"上海", 9, 11, 1.0F});
  reply.no_answer = 0.0000001F;
  LineRequest request;
  request.id = "7";
  std::string out;
  AppendResultLine(request, {reply}, &out);
  EXPECT_EQ(out,
            "{\"id\":7,\"answers\":[{\"text\":\"深\\\"圳\",\"begin\":5,\"end\":8,\"score\":0.75},"
            "{\"text\":\"上海\",\"begin\":9,\"end\":11,\"score\":1}],\"no_answer\":0}\n");
  request.several = true;
  out.clear();
  AppendResultLine(request, {Reply(), Reply()}, &out);
  EXPECT_EQ(out, "{\"id\":7,\"results\":[{\"answers\":[],\"no_answer\":0},{\"answers\":[],\"no_answer\":0}]}\n");
  out.clear();
  AppendErrorLine("null", 9, "not \"JSON\"", &out);
  EXPECT_EQ(out, "{\"id\":null,\"error\":{\"line\":9,\"message\":\"not \\\"JSON\\\"\"}}\n");
}

}  // namespace
}  // namespace tiqu::answer
