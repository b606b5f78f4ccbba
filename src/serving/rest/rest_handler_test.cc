#include "serving/rest/rest_handler.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "serving/json/json_text.h"
#include "serving/models/wait_for.h"
#include "serving/rest/half_plus_two.h"
#include "serving/rest/http_status.h"

namespace tiqu::serving {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class RestHandlerTest : public testing::Test {
 protected:
  HttpResponse Send(const std::string& method, const std::string& target, const std::string& body = "",
                    HttpHeaders headers = {}) {
    const RestHandler handler(&models_, &metrics_, options_);
    const HttpRequest request = {method, target, std::move(headers), body};
    HttpResponse response = handler.Handle(request, context_);
    if (handler.CanStart(request)) {
      const auto started = WaitFor<HttpResponse>([&](auto done) { handler.Start(request, context_, std::move(done)); });
      EXPECT_EQ(started.status, response.status);
      EXPECT_EQ(started.headers, response.headers);
      EXPECT_EQ(started.body, response.body);
    }
    return response;
  }

  HttpResponse Post(const std::string& target, const std::string& body) { return Send("POST", target, body); }

  std::string Error(const HttpResponse& response, int status) {
    EXPECT_EQ(response.status, status) << response.body;
    EXPECT_EQ(FindHeader(response.headers, "content-type"), "application/json");
    return nlohmann::json::parse(response.body).at("error");
  }

  HalfPlusTwoModels models_;
  Metrics metrics_;
  RestOptions options_;
  RequestContext context_;
};

TEST_F(RestHandlerTest, Predicts) {
  HttpResponse response = Post("/v1/models/m:predict", R"({"instances": [1, 2]})");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, "{\n    \"predictions\": [2.5, 3.0\n    ]\n}");
  EXPECT_EQ(FindHeader(response.headers, "Content-Type"), "application/json");
  response = Post("/v1/models/m/versions/1:predict", R"({"signature_name": "", "inputs": {"x": 3}})");
  EXPECT_EQ(response.body, "{\n    \"outputs\": 3.5\n}");
  response = Post("/V1/Models/m/labels/stable:predict", R"({"signature_name": "serving_default", "inputs": 3})");
  EXPECT_EQ(response.body, "{\n    \"outputs\": 3.5\n}");
}

TEST_F(RestHandlerTest, ClassifiesAndRegresses) {
  EXPECT_EQ(Post("/v1/models/m:classify", R"({"signature_name": "classify", "examples": [{"x": 1}, {}]})").body,
            "{\n    \"results\": [[[\"\", 0.5]], [[\"\", 1.5]]\n    ]\n}");
  EXPECT_EQ(
      Post("/v1/models/m:regress", R"({"signature_name": "regress", "context": {"x": 1}, "examples": [{}]})").body,
      "{\n    \"results\": [0.5]\n}");
}

TEST_F(RestHandlerTest, PathErrorsSayWhatWasAsked) {
  const struct {
    const char* method;
    const char* target;
    const char* error;
  } cases[] = {
      {"GET", "/v1/foo", "Malformed request: GET /v1/foo"},
      {"GET", "/v1/", "Malformed request: GET /v1/"},
      {"GET", "/v1/models", "Missing model name in request."},
      {"GET", "/v1/models/versions/1", "Missing model name in request."},
      {"GET", "/v1/models/m:predict", "Malformed request: GET /v1/models/m:predict"},
      {"POST", "/v1/models/m", "Malformed request: POST /v1/models/m"},
      {"POST", "/v1/models/m:PREDICT", "Malformed request: POST /v1/models/m:PREDICT"},
      {"POST", "/v1/models/m:predict?x=1", "Malformed request: POST /v1/models/m:predict?x=1"},
      {"PUT", "/v1/models/m", "Malformed request: PUT /v1/models/m"},
      {"HEAD", "/v1/models/m", "Malformed request: HEAD /v1/models/m"},
      {"DELETE", "/v1/models/m", "Malformed request: DELETE /v1/models/m"},
      {"POST", "/v1/models/m/versions/18446744073709551615:regress",
       "Failed to convert version: 18446744073709551615 to numeric."},
      {"GET", "/v1/models/m/versions/18446744073709551615",
       "Failed to convert version: 18446744073709551615 to numeric."},
  };
  for (const auto& c : cases) EXPECT_EQ(Error(Send(c.method, c.target), 400), c.error);
}

TEST_F(RestHandlerTest, WhatIsOutsideIsAnsweredInHtml) {
  for (const char* target : {"/", "/v1", "/statuspage", "/v2/models/m", "/monitoring/prometheus/metrics"}) {
    const HttpResponse response = Send("GET", target);
    EXPECT_EQ(response.status, 404) << target;
    EXPECT_EQ(response.body,
              "<HTML><HEAD>\n<TITLE>404 Not Found</TITLE>\n</HEAD><BODY>\n<H1>Not Found</H1>\n</BODY></HTML>\n");
    EXPECT_EQ(FindHeader(response.headers, "Content-Type"), "text/html");
  }
  EXPECT_EQ(Send("TRACE", "/v1/models/m").status, 501);
}

TEST_F(RestHandlerTest, TheOrderOfChecksDecidesTheError) {
  EXPECT_THAT(Error(Post("/v1/models/foo:predict", "{"), 400), HasSubstr("JSON Parse error"));
  EXPECT_THAT(Error(Post("/v1/models/foo:predict", R"({"signature_name": 1})"), 400),
              HasSubstr("'signature_name' key must be a string value."));
  EXPECT_EQ(Error(Post("/v1/models/foo:predict", R"({"instances": ["x"]})"), 404),
            "Servable not found for request: Latest(foo)");
  EXPECT_EQ(Error(Post("/v1/models/m/versions/9:predict", "{}"), 404),
            "Servable not found for request: Specific(m, 9)");
  EXPECT_EQ(Error(Post("/v1/models/m/labels/nosuch:predict", R"({"instances": ["x"]})"), 400),
            "Unrecognized servable version label: nosuch");
  EXPECT_THAT(Error(Post("/v1/models/m:predict", R"({"signature_name": "s", "instances": ["x"]})"), 400),
              HasSubstr("Serving signature name: \"s\" not found in signature def"));
  EXPECT_THAT(Error(Post("/v1/models/foo:classify", "{}"), 400),
              HasSubstr("key 'examples' is expected and was not found"));
  EXPECT_THAT(Error(Post("/v1/models/foo:regress", R"({"examples": [{}]})"), 404), HasSubstr("Latest(foo)"));
}

TEST_F(RestHandlerTest, ErrorsShowWhatTheModelTakes) {
  EXPECT_THAT(Error(Post("/v1/models/m:predict", R"({"signature_name": "s", "instances": [1]})"), 400),
              HasSubstr("\"serving_default\" (x: float (-1))"));
  EXPECT_THAT(Error(Post("/v1/models/m:predict", "x = 1"), 400),
              HasSubstr(R"(The signature "serving_default" takes x: float (-1); for example {"instances": [1.0]})"));
}

TEST_F(RestHandlerTest, ARowWithABatchDimensionIsNamedWhenTheRunFails) {
  models_.version(2).OnRun([](const RunLimits&) { return absl::InvalidArgumentError("shapes do not fit"); });
  const std::string error = Error(Post("/v1/models/m:predict", R"({"instances": [[1, 2]]})"), 400);
  EXPECT_THAT(error,
              HasSubstr("shapes do not fit. Each item of \"instances\" is one row, without the batch dimension"));
  EXPECT_EQ(Error(Post("/v1/models/m:predict", R"({"instances": [1, 2]})"), 400), "shapes do not fit");
}

TEST_F(RestHandlerTest, StatusOfVersions) {
  const auto all = nlohmann::json::parse(Send("GET", "/v1/models/m").body);
  EXPECT_EQ(all.at("model_version_status").size(), 2U);
  EXPECT_EQ(all["model_version_status"][0],
            nlohmann::json::parse(
                R"({"version": "2", "state": "AVAILABLE", "status": {"error_code": "OK", "error_message": ""}})"));
  // A label is not looked at.
  EXPECT_EQ(nlohmann::json::parse(Send("GET", "/v1/models/m/labels/nosuch").body), all);
  EXPECT_EQ(nlohmann::json::parse(Send("GET", "/v1/models/m/versions/1").body)["model_version_status"].size(), 1U);
  EXPECT_EQ(Error(Send("GET", "/v1/models/metadata"), 404), "Could not find any versions of model metadata");
}

TEST_F(RestHandlerTest, MetadataOfAVersion) {
  const auto metadata = nlohmann::json::parse(Send("GET", "/v1/models/m/labels/stable/metadata").body);
  EXPECT_EQ(metadata["model_spec"], nlohmann::json::parse(R"({"name": "m", "signature_name": "", "version": "1"})"));
  const auto& signatures = metadata["metadata"]["signature_def"]["signature_def"];
  EXPECT_EQ(signatures["serving_default"]["method_name"], "tensorflow/serving/predict");
  EXPECT_EQ(signatures["serving_default"]["inputs"]["x"]["dtype"], "DT_FLOAT");
  EXPECT_THAT(Error(Send("GET", "/v1/models/m/labels/nosuch/metadata"), 400), HasSubstr("version label: nosuch"));
  EXPECT_THAT(Error(Send("GET", "/v1/models/foo/metadata"), 404), HasSubstr("Servable not found"));
}

TEST_F(RestHandlerTest, CorsHeadersAreOnEveryAnswerWhenAskedFor) {
  const HttpHeaders page = {{"Origin", "https://a.example"}};
  HttpResponse response = Send("OPTIONS", "/v1/anything", "", page);
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, "");
  EXPECT_TRUE(response.headers.empty());
  EXPECT_EQ(Send("OPTIONS", "/v1/anything", "", {{"Origin", "null"}}).status, 400);
  EXPECT_EQ(Send("OPTIONS", "/v1/anything").status, 400);
  options_.cors = true;
  for (const auto& answer : {Send("OPTIONS", "/v1/x", "", page), Send("GET", "/v1/models/foo"), Send("GET", "/v1/x")}) {
    EXPECT_EQ(FindHeader(answer.headers, "Access-Control-Allow-Origin"), "*");
    EXPECT_EQ(FindHeader(answer.headers, "Access-Control-Allow-Methods"), "POST, GET");
    EXPECT_EQ(FindHeader(answer.headers, "Access-Control-Allow-Headers"), "Content-Type");
  }
}

TEST_F(RestHandlerTest, HealthSaysWhetherModelsAreThere) {
  EXPECT_EQ(Send("GET", "/healthz").status, 200);
  EXPECT_EQ(Send("GET", "/readyz").status, 200);
  models_.set_ready(false);
  EXPECT_EQ(Send("GET", "/healthz").status, 200);
  EXPECT_EQ(Send("GET", "/readyz").status, 503);
  options_.health = false;
  EXPECT_EQ(Send("GET", "/healthz").status, 404);
}

TEST_F(RestHandlerTest, MetricsCountEveryRequest) {
  options_.metrics_path = "/monitoring/prometheus/metrics";
  Post("/v1/models/m:predict", R"({"instances": [1]})");
  Post("/v1/models/foo:predict", R"({"instances": [1]})");
  Post("/v1/models/m:regress", R"({"signature_name": "regress", "examples": [{}, {}]})");
  const HttpResponse page = Send("GET", options_.metrics_path);
  EXPECT_EQ(page.status, 200);
  EXPECT_EQ(FindHeader(page.headers, "Content-Type"), "text/plain");
  for (const char* line :
       {":tensorflow:serving:request_count{model_name=\"m\",status=\"OK\"} 2\n",
        ":tensorflow:serving:request_count{model_name=\"foo\",status=\"NOT_FOUND\"} 1\n",
        ":tensorflow:serving:request_latency_count{model_name=\"m\",API=\"predict\",entrypoint=\"REST\"} 1\n",
        ":tensorflow:serving:request_latency_count{model_name=\"m\",API=\"regress\",entrypoint=\"REST\"} 1\n",
        ":tensorflow:serving:runtime_latency_count{model_name=\"m\",API=\"Predict\",runtime=\"TF1\"} 1\n",
        ":tensorflow:serving:request_example_count_total{model=\"m\"} 2\n"}) {
    EXPECT_THAT(page.body, HasSubstr(line));
  }
  EXPECT_THAT(page.body, Not(HasSubstr("request_latency_count{model_name=\"foo\"")));
  const HttpResponse query = Send("GET", options_.metrics_path + "?x");
  EXPECT_EQ(query.status, 400);
  EXPECT_EQ(query.body, "Unexpected path: /monitoring/prometheus/metrics?x. Should be /monitoring/prometheus/metrics");
}

TEST_F(RestHandlerTest, TheDeadlineCountsFromTheRequestsArrival) {
  absl::Time deadline;
  models_.version(2).OnRun([&deadline](const RunLimits& limits) {
    deadline = limits.deadline;
    return limits.Check();
  });
  options_.timeout = absl::Milliseconds(50);
  context_.received = absl::Now() - absl::Milliseconds(10);
  Post("/v1/models/m:predict", R"({"instances": [1]})");
  EXPECT_EQ(deadline, context_.received + absl::Milliseconds(50));
  context_.received = absl::Now() - absl::Seconds(1);
  EXPECT_EQ(Error(Post("/v1/models/m:predict", R"({"instances": [1]})"), 504), "Timed out waiting for notification");
  context_ = {absl::Now(), [] { return true; }};
  EXPECT_EQ(Post("/v1/models/m:predict", R"({"instances": [1]})").status, 499);
}

TEST_F(RestHandlerTest, ATokenIsWantedEverywhereButForHealth) {
  options_.bearer_token = "secret";
  EXPECT_EQ(Send("GET", "/v1/models/m").status, 401);
  EXPECT_EQ(Send("GET", "/").status, 401);
  EXPECT_THAT(Error(Send("GET", "/v1/models/m", "", {{"Authorization", "Bearer secre"}}), 401), HasSubstr("Bearer"));
  EXPECT_EQ(Send("GET", "/v1/models/m", "", {{"Authorization", "Basic secret"}}).status, 401);
  EXPECT_EQ(Send("GET", "/v1/models/m", "", {{"authorization", "bearer secret"}}).status, 200);
  EXPECT_EQ(Send("GET", "/healthz").status, 200);
  EXPECT_EQ(Send("GET", "/readyz").status, 200);
  EXPECT_EQ(Send("OPTIONS", "/v1/models/m", "", {{"Origin", "http://a"}}).status, 200);
}

TEST_F(RestHandlerTest, StatusCodesAreThoseOfTheTable) {
  const std::pair<absl::StatusCode, int> table[] = {
      {absl::StatusCode::kOk, 200},
      {absl::StatusCode::kCancelled, 499},
      {absl::StatusCode::kUnknown, 500},
      {absl::StatusCode::kInvalidArgument, 400},
      {absl::StatusCode::kNotFound, 404},
      {absl::StatusCode::kDeadlineExceeded, 504},
      {absl::StatusCode::kAborted, 409},
      {absl::StatusCode::kAlreadyExists, 409},
      {absl::StatusCode::kInternal, 500},
      {absl::StatusCode::kPermissionDenied, 403},
      {absl::StatusCode::kDataLoss, 500},
      {absl::StatusCode::kResourceExhausted, 429},
      {absl::StatusCode::kOutOfRange, 400},
      {absl::StatusCode::kFailedPrecondition, 400},
      {absl::StatusCode::kUnavailable, 503},
      {absl::StatusCode::kUnimplemented, 501},
      {absl::StatusCode::kUnauthenticated, 401},
  };
  for (const auto& [code, http] : table) EXPECT_EQ(HttpStatusOf(code), http);
}

// --- extract

class ExtractTest : public RestHandlerTest {
 protected:
  ExtractTest() { models_.version(2).SetReader(fake_.reader); }

  nlohmann::json Extract(const std::string& body) {
    const HttpResponse response = Post("/v1/models/m:extract", body);
    EXPECT_EQ(response.status, 200) << response.body;
    return nlohmann::json::parse(response.body);
  }

  answer::FakeReader fake_ = answer::MakeFakeReader();
};

TEST_F(ExtractTest, OnePassageManyQuestions) {
  const auto answer = Extract(R"({"passage": "共１２元,㈱和3元", "questions": ["多少", "有无"]})");
  EXPECT_EQ(answer["model_version"], "2");
  EXPECT_FALSE(answer.contains("id"));
  const auto& results = answer["results"];
  ASSERT_EQ(results.size(), 2U);
  EXPECT_EQ(results[0]["question"], "多少");
  ASSERT_EQ(results[0]["answers"].size(), 2U);
  EXPECT_EQ(results[0]["answers"][0]["text"], "１２");
  EXPECT_EQ(results[0]["answers"][0]["begin"], 1);
  EXPECT_EQ(results[0]["answers"][0]["end"], 3);
  EXPECT_EQ(results[0]["answers"][1]["begin"], 7);
  EXPECT_GT(results[0]["answers"][0]["score"], 0.9);
  EXPECT_LT(results[0]["no_answer"], 0.01);
  EXPECT_TRUE(results[1]["answers"].empty());
}

TEST_F(ExtractTest, OnlyShortRequestsForTextsAreStarted) {
  const RestHandler handler(&models_, &metrics_, options_);
  const auto starts = [&](const char* method, const char* target, size_t bytes) {
    return handler.CanStart({method, target, {}, std::string(bytes, ' ')});
  };
  EXPECT_TRUE(starts("POST", "/v1/models/m:extract", 8192));
  EXPECT_TRUE(starts("POST", "/v1/models/nosuch/versions/1:extract", 0));
  EXPECT_FALSE(starts("POST", "/v1/models/m:extract", 8193));
  EXPECT_FALSE(starts("GET", "/v1/models/m:extract", 10));
  EXPECT_FALSE(starts("POST", "/v1/models/m:predict", 10));
  EXPECT_FALSE(starts("POST", "/v1/models/m:Extract", 10));
  EXPECT_FALSE(starts("POST", "/metrics", 10));
}

TEST_F(ExtractTest, OneQuestionWithIdAndThreshold) {
  auto answer = Extract(R"({"id": "a\"b", "passage": "12", "question": "多少", "threshold": 0})");
  EXPECT_EQ(answer["id"], "a\"b");
  EXPECT_EQ(answer["results"].size(), 1U);
  answer = Extract(R"({"id": 7, "passage": "12", "question": "多少", "threshold": 1})");
  EXPECT_EQ(answer["id"], 7);
  EXPECT_TRUE(answer["results"][0]["answers"].empty());
}

TEST_F(ExtractTest, SeveralDocumentsKeepTheirErrors) {
  const auto answer = Extract(R"({"documents": [{"id": 1, "passage": "共12元", "questions": ["多少"]},
      {"id": 2, "passage": "", "question": "多少"}, {"passage": "3", "question": "多少"}]})");
  const auto& documents = answer["documents"];
  ASSERT_EQ(documents.size(), 3U);
  EXPECT_EQ(documents[0]["results"][0]["answers"][0]["text"], "12");
  EXPECT_EQ(documents[1], nlohmann::json::parse(R"({"id": 2, "error": "the passage is empty"})"));
  EXPECT_EQ(documents[2]["results"][0]["answers"][0]["text"], "3");
}

TEST_F(ExtractTest, WhatCannotBeReadIsNamed) {
  options_.extract = {/*passage_chars=*/5, /*question_chars=*/3, /*questions=*/2, /*documents=*/2};
  const struct {
    const char* body;
    const char* error;
  } cases[] = {
      {"", "JSON Parse error: The document is empty"},
      {"{}", "\"passage\" is missing. A valid request is {\"passage\""},
      {R"({"passage": 1, "question": "q"})", "\"passage\" must be a string, and is 1"},
      {R"({"passage": "p"})", "\"questions\" is missing"},
      {R"({"passage": "p", "questions": "q"})", "\"questions\" must be a list, and is \"q\""},
      {R"({"passage": "p", "questions": []})", "\"questions\" is empty"},
      {R"({"passage": "p", "questions": ["q", 1]})", "\"questions\" must hold strings, and item 1 is 1"},
      {R"({"passage": "p", "question": "q", "questions": ["q"]})", "both \"question\" and \"questions\" are given"},
      {R"({"passage": "p", "question": "q", "threshold": 2})", "\"threshold\" must be a number from 0 to 1, and is 2"},
      {R"({"id": [], "passage": "p", "question": "q"})", "\"id\" must be a string or a number, and is []"},
      {R"({"passage": "", "question": "q"})", "the passage is empty"},
      {R"({"passage": "p", "question": ""})", "the question is empty"},
      {R"({"passage": "六个字符的长文", "question": "q"})", "the passage has 7 characters, the limit is 5"},
      {R"({"passage": "p", "question": "四个字符"})", "the question has 4 characters, the limit is 3"},
      {R"({"passage": "p", "questions": ["a", "b", "c"]})", "3 questions in one request, the limit is 2"},
      {"{\"passage\": \"a\xFF\", \"question\": \"q\"}", "the passage: byte 1 (0xff) is not UTF-8"},
      {R"({"documents": []})", "\"documents\" is empty"},
      {R"({"documents": [1]})", "\"documents\" must hold objects, and item 0 is 1"},
      {R"({"documents": [{}]})", "document 0: \"passage\" is missing"},
      {R"({"documents": [{}, {}, {}]})", "3 documents in one request, the limit is 2"},
  };
  for (const auto& c : cases) EXPECT_THAT(Error(Post("/v1/models/m:extract", c.body), 400), HasSubstr(c.error));
}

TEST_F(ExtractTest, OtherModelsHaveNoTexts) {
  EXPECT_THAT(Error(Post("/v1/models/m/versions/1:extract", R"({"passage": "p", "question": "q"})"), 400),
              HasSubstr("model m version 1 is not a Tiqu reader"));
  EXPECT_THAT(Error(Post("/v1/models/foo:extract", R"({"passage": "p", "question": "q"})"), 404),
              HasSubstr("Latest(foo)"));
}

TEST_F(ExtractTest, TheDeadlineEndsTheReading) {
  context_.received = absl::Now() - absl::Seconds(31);
  EXPECT_THAT(Error(Post("/v1/models/m:extract", R"({"passage": "p", "question": "q"})"), 504), HasSubstr("Timed out"));
}

}  // namespace
}  // namespace tiqu::serving
