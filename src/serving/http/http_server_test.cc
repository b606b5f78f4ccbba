#include "serving/http/http_server.h"

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/task_queue.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "serving/http/gzip.h"
#include "serving/http/raw_client.h"
#include "serving/rest/http_status.h"

namespace tiqu::serving {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

// Answers with the request's method, target and body. /wait waits until it is released or the client has gone.
class EchoHandler : public HttpHandler {
 public:
  std::optional<HttpResponse> Refuse(const HttpRequest& head) const override {
    if (FindHeader(head.headers, "X-Refuse").empty()) return std::nullopt;
    return ErrorResponse(401, "refused");
  }

  HttpResponse Handle(const HttpRequest& request, const RequestContext& context) const override {
    if (request.target == "/throw") throw std::runtime_error("thrown");
    if (request.target == "/long") return {200, {}, std::string(5000, 'x')};
    if (request.target == "/wait") {
      waiting = true;
      while (!released && !context.cancelled()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
      cancelled = context.cancelled();
    }
    return {
        200, {{"Content-Type", "text/plain"}}, absl::StrCat(request.method, " ", request.target, " ", request.body)};
  }

  // Answered by another thread, when it is released or the client has gone.
  bool CanStart(const HttpRequest& request) const override { return request.target.starts_with("/later"); }
  void Start(const HttpRequest& request, const RequestContext& context, Done done) const override {
    ++started;
    elsewhere.Submit([this, &request, context, done = std::move(done)] {
      while (!released && !context.cancelled()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
      cancelled = context.cancelled();
      done({200, {{"Content-Type", "text/plain"}}, absl::StrCat(request.target, " ", request.body)});
    });
  }

  mutable TaskQueue elsewhere{20};
  mutable std::atomic<int> started{0};
  mutable std::atomic<bool> waiting{false};
  mutable std::atomic<bool> cancelled{false};
  std::atomic<bool> released{false};
};

bool Eventually(const std::function<bool()>& condition) {
  for (int i = 0; i < 5000 && !condition(); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  return condition();
}

class HttpServerTest : public testing::Test {
 protected:
  HttpServerTest() {
    options_.address = "127.0.0.1";
    options_.worker_threads = 2;
  }

  int Start() {
    auto server = HttpServer::Start(&handler_, options_, &metrics_);
    EXPECT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
    return server_->port();
  }

  EchoHandler handler_;
  Metrics metrics_;
  HttpServerOptions options_;
  std::unique_ptr<HttpServer> server_;
};

TEST_F(HttpServerTest, AnswersWithLengthAndDate) {
  RawClient client(Start());
  client.Send("POST /a?b#c HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nxyz");
  const std::string answer = client.ReadAnswer();
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(answer, HasSubstr("\r\nContent-Length: 15\r\n"));
  EXPECT_THAT(answer, HasSubstr("\r\nDate: "));
  EXPECT_THAT(answer, HasSubstr(" GMT\r\n"));
  EXPECT_THAT(answer, HasSubstr("\r\nContent-Type: text/plain\r\n"));
  EXPECT_THAT(answer, Not(HasSubstr("Server:")));
  EXPECT_THAT(answer, EndsWith("\r\n\r\nPOST /a?b#c xyz"));
}

TEST_F(HttpServerTest, ManyRequestsOnOneConnection) {
  RawClient client(Start());
  for (int i = 0; i < 20; ++i) {
    client.Send(absl::StrCat("GET /", i, " HTTP/1.1\r\nHost: x\r\n\r\n"));
    EXPECT_THAT(client.ReadAnswer(), EndsWith(absl::StrCat("GET /", i, " ")));
  }
}

TEST_F(HttpServerTest, PipelinedRequestsAreAnsweredInOrder) {
  RawClient client(Start());
  std::string requests;
  for (int i = 0; i < 50; ++i) {
    requests += absl::StrCat("POST /", i, " HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nab");
  }
  client.Send(requests);
  for (int i = 0; i < 50; ++i) EXPECT_THAT(client.ReadAnswer(), EndsWith(absl::StrCat("POST /", i, " ab")));
}

TEST_F(HttpServerTest, BytesMayComeOneByOne) {
  RawClient client(Start());
  for (const char byte : std::string("POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nxyz")) {
    client.Send({&byte, 1});
    std::this_thread::sleep_for(std::chrono::microseconds(200));
  }
  EXPECT_THAT(client.ReadAnswer(), EndsWith("POST /x xyz"));
}

TEST_F(HttpServerTest, ChunkedBodies) {
  RawClient client(Start());
  client.Send("POST /x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n");
  client.Send("A;name=value\r\ncdefghijkl\r\n0\r\nTrailer: y\r\n\r\nGET /next HTTP/1.1\r\n\r\n");
  EXPECT_THAT(client.ReadAnswer(), EndsWith("POST /x abcdefghijkl"));
  EXPECT_THAT(client.ReadAnswer(), EndsWith("GET /next "));
}

TEST_F(HttpServerTest, WhoExpectsToGoOnIsTold) {
  RawClient client(Start());
  client.Send("POST /x HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n");
  EXPECT_THAT(client.ReadAnswer(), StartsWith("HTTP/1.1 100 Continue\r\n"));
  client.Send("xyz");
  EXPECT_THAT(client.ReadAnswer(), EndsWith("POST /x xyz"));
}

TEST_F(HttpServerTest, OldClientsKeepTheConnectionWhenTheyAsk) {
  const int port = Start();
  RawClient once(port);
  once.Send("GET /x HTTP/1.0\r\n\r\n");
  EXPECT_THAT(once.ReadAnswer(), StartsWith("HTTP/1.0 200 OK\r\n"));
  EXPECT_TRUE(once.IsClosed());
  RawClient more(port);
  for (int i = 0; i < 2; ++i) {
    more.Send("GET /x HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    EXPECT_THAT(more.ReadAnswer(), HasSubstr("Connection: keep-alive\r\n"));
  }
}

TEST_F(HttpServerTest, CloseIsHonoured) {
  RawClient client(Start());
  client.Send("GET /x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(client.ReadAnswer(), HasSubstr("Connection: close\r\n"));
  EXPECT_TRUE(client.IsClosed());
}

TEST_F(HttpServerTest, HeadHasNoBody) {
  RawClient client(Start());
  client.Send("HEAD /x HTTP/1.1\r\nHost: x\r\n\r\nGET /y HTTP/1.1\r\n\r\n");
  EXPECT_THAT(client.ReadAnswer(/*head_only=*/true), HasSubstr("Content-Length: 8\r\n"));
  EXPECT_THAT(client.ReadAnswer(), EndsWith("GET /y "));
}

TEST_F(HttpServerTest, ABodyOverTheLimitIsRefused) {
  options_.max_body_bytes = 10;
  const int port = Start();
  RawClient announced(port);
  announced.Send("POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 11\r\n\r\n");
  const std::string answer = announced.ReadAnswer();
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 413 "));
  EXPECT_THAT(answer, HasSubstr("Content-Type: application/json\r\n"));
  EXPECT_THAT(answer, HasSubstr("Connection: close\r\n"));
  EXPECT_THAT(answer, EndsWith("{\n    \"error\": \"the body is larger than the limit of 10 bytes\"\n}"));
  EXPECT_TRUE(announced.IsClosed());
  RawClient chunked(port);
  chunked.Send("POST /x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nC\r\nabcdefghijkl\r\n");
  EXPECT_THAT(chunked.ReadAnswer(), StartsWith("HTTP/1.1 413 "));
  RawClient fits(port);
  fits.Send("POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n0123456789");
  EXPECT_THAT(fits.ReadAnswer(), EndsWith("0123456789"));
}

TEST_F(HttpServerTest, WhoSendsOnAfterARefusalStillReadsIt) {
  options_.max_body_bytes = 1000;
  RawClient client(Start());
  const std::string body(4 << 20, 'x');
  client.Send(absl::StrCat("POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: ", body.size(), "\r\n\r\n", body));
  EXPECT_THAT(client.ReadAnswer(), StartsWith("HTTP/1.1 413 "));
}

TEST_F(HttpServerTest, AHeadOverTheLimitIsRefused) {
  options_.max_header_bytes = 1000;
  RawClient client(Start());
  client.Send("GET /x HTTP/1.1\r\nX-Long: " + std::string(2000, 'x') + "\r\n\r\n");
  EXPECT_THAT(client.ReadAnswer(), StartsWith("HTTP/1.1 431 "));
  EXPECT_TRUE(client.IsClosed());
}

TEST_F(HttpServerTest, WhatIsNoHttpIsRefused) {
  const int port = Start();
  for (const char* bytes :
       {"hello\r\n\r\n", "GET\r\n\r\n", "GET /x HTTP/9.9\r\n\r\n", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc",
        "POST /x HTTP/1.1\r\nContent-Length: -1\r\n\r\n", "POST /x HTTP/1.1\r\nContent-Length: x\r\n\r\n",
        "POST /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "GET /x HTTP/1.1\r\nno colon\r\n\r\n"}) {
    RawClient client(port);
    client.Send(bytes);
    EXPECT_THAT(client.ReadAnswer(), StartsWith("HTTP/1.1 400 ")) << bytes;
    EXPECT_TRUE(client.IsClosed()) << bytes;
  }
}

TEST_F(HttpServerTest, AnUnknownTransferEncodingIsRefused) {
  const int port = Start();
  for (const char* encoding : {"gzip, chunked", "xchunked", "identity"}) {
    RawClient client(port);
    client.Send(absl::StrCat("POST /x HTTP/1.1\r\nTransfer-Encoding: ", encoding, "\r\n\r\n0\r\n\r\n"));
    EXPECT_THAT(client.ReadAnswer(), StartsWith("HTTP/1.1 501 ")) << encoding;
    EXPECT_TRUE(client.IsClosed()) << encoding;
  }
  RawClient both(port);
  both.Send("POST /x HTTP/1.1\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
  EXPECT_THAT(both.ReadAnswer(), StartsWith("HTTP/1.1 400 "));
}

TEST_F(HttpServerTest, LineEndsBeforeARequestAreSkipped) {
  RawClient client(Start());
  client.Send("\r\nPOST /x HTTP/1.1\r\nContent-Length: 1\r\n\r\na\r\n\r\nGET /y HTTP/1.1\r\n\r\n");
  EXPECT_THAT(client.ReadAnswer(), EndsWith("POST /x a"));
  EXPECT_THAT(client.ReadAnswer(), EndsWith("GET /y "));
}

TEST_F(HttpServerTest, WhoHasSaidAllStillGetsAnAnswer) {
  RawClient client(Start());
  client.Send("GET /x HTTP/1.1\r\n\r\n");
  ::shutdown(client.socket(), SHUT_WR);
  EXPECT_THAT(client.ReadAnswer(), EndsWith("GET /x "));
  EXPECT_TRUE(client.IsClosed());
}

TEST_F(HttpServerTest, SlowClientsAreCutOff) {
  options_.header_timeout = absl::Milliseconds(200);
  options_.transfer_timeout = absl::Milliseconds(200);
  options_.idle_timeout = absl::Milliseconds(400);
  const int port = Start();
  RawClient silent(port);
  RawClient head(port);
  head.Send("GET /x HT");
  RawClient body(port);
  body.Send("POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nx");
  EXPECT_TRUE(head.IsClosed());
  EXPECT_TRUE(body.IsClosed());
  EXPECT_TRUE(silent.IsClosed());
  EXPECT_TRUE(Eventually([this] { return server_->connections() == 0; }));
}

TEST_F(HttpServerTest, DrippingClientsAreCutOffToo) {
  options_.transfer_timeout = absl::Milliseconds(200);
  RawClient client(Start());
  client.Send("POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n");
  bool open = true;
  for (int i = 0; i < 100 && open; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    open = client.Send("x");
  }
  EXPECT_FALSE(open);
}

TEST_F(HttpServerTest, AConnectionTooManyIsTurnedAway) {
  options_.max_connections = 1;
  const int port = Start();
  RawClient first(port);
  first.Send("GET /x HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_THAT(first.ReadAnswer(), StartsWith("HTTP/1.1 200 "));
  RawClient second(port);
  EXPECT_THAT(second.ReadAnswer(), StartsWith("HTTP/1.1 503 "));
  EXPECT_TRUE(second.IsClosed());
  first.Close();
  EXPECT_TRUE(Eventually([this] { return server_->connections() == 0; }));
  RawClient third(port);
  third.Send("GET /x HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_THAT(third.ReadAnswer(), StartsWith("HTTP/1.1 200 "));
}

TEST_F(HttpServerTest, BodiesMayBeCompressed) {
  RawClient client(Start());
  const std::string packed = Gzip("packed");
  for (const char* encoding : {"gzip", "x-gzip"}) {
    client.Send(absl::StrCat("POST /x HTTP/1.1\r\nHost: x\r\nContent-Encoding: ", encoding,
                             "\r\nContent-Length: ", packed.size(), "\r\n\r\n", packed));
    EXPECT_THAT(client.ReadAnswer(), EndsWith("POST /x packed"));
  }
  client.Send("POST /x HTTP/1.1\r\nHost: x\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nbad");
  EXPECT_THAT(client.ReadAnswer(), EndsWith("POST /x "));
  client.Send("POST /x HTTP/1.1\r\nHost: x\r\nContent-Encoding: deflate\r\nContent-Length: 3\r\n\r\nraw");
  EXPECT_THAT(client.ReadAnswer(), EndsWith("POST /x raw"));
}

TEST_F(HttpServerTest, LongAnswersAreCompressedForWhoAsks) {
  RawClient client(Start());
  client.Send("GET /long HTTP/1.1\r\nHost: x\r\nAccept-Encoding: gzip\r\n\r\n");
  const std::string answer = client.ReadAnswer();
  EXPECT_THAT(answer, HasSubstr("Content-Encoding: gzip\r\n"));
  EXPECT_EQ(Gunzip(answer.substr(answer.find("\r\n\r\n") + 4), 10000), std::string(5000, 'x'));
  client.Send("GET /long HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_THAT(client.ReadAnswer(), HasSubstr("Content-Length: 5000\r\n"));
  client.Send("GET /short HTTP/1.1\r\nHost: x\r\nAccept-Encoding: gzip\r\n\r\n");
  EXPECT_THAT(client.ReadAnswer(), Not(HasSubstr("Content-Encoding")));
}

TEST_F(HttpServerTest, RequestsHaveAnIdentifier) {
  RawClient client(Start());
  client.Send("GET /x HTTP/1.1\r\nHost: x\r\nX-Request-Id: abc-1\r\n\r\n");
  EXPECT_THAT(client.ReadAnswer(), HasSubstr("X-Request-Id: abc-1\r\n"));
  client.Send("GET /x HTTP/1.1\r\nHost: x\r\nX-Request-Id: a b\r\n\r\n");
  EXPECT_THAT(client.ReadAnswer(), ::testing::ContainsRegex("X-Request-Id: [0-9a-f]{16}"));
}

TEST_F(HttpServerTest, ARefusalDoesNotWaitForTheBody) {
  const int port = Start();
  RawClient client(port);
  client.Send("POST /x HTTP/1.1\r\nHost: x\r\nX-Refuse: 1\r\nExpect: 100-continue\r\nContent-Length: 1000\r\n\r\n");
  EXPECT_THAT(client.ReadAnswer(), StartsWith("HTTP/1.1 401 "));
  EXPECT_TRUE(client.IsClosed());
  // Without a body there is nothing left to read.
  RawClient goes_on(port);
  goes_on.Send("GET /x HTTP/1.1\r\nHost: x\r\nX-Refuse: 1\r\n\r\nGET /y HTTP/1.1\r\n\r\n");
  EXPECT_THAT(goes_on.ReadAnswer(), StartsWith("HTTP/1.1 401 "));
  EXPECT_THAT(goes_on.ReadAnswer(), EndsWith("GET /y "));
}

TEST_F(HttpServerTest, AnExceptionIsAnAnswer) {
  RawClient client(Start());
  client.Send("GET /throw HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_THAT(client.ReadAnswer(), StartsWith("HTTP/1.1 500 "));
}

TEST_F(HttpServerTest, TheHandlerLearnsThatTheClientHasGone) {
  const int port = Start();
  {
    RawClient client(port);
    client.Send("GET /wait HTTP/1.1\r\nHost: x\r\n\r\n");
    ASSERT_TRUE(Eventually([this] { return handler_.waiting.load(); }));
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    EXPECT_FALSE(handler_.cancelled);
  }
  EXPECT_TRUE(Eventually([this] { return handler_.cancelled.load(); }));
}

TEST_F(HttpServerTest, APipelinedRequestDoesNotHideThatTheClientHasGone) {
  const int port = Start();
  {
    RawClient client(port);
    client.Send("GET /wait HTTP/1.1\r\nHost: x\r\n\r\nGET /y HTTP/1.1\r\n\r\n");
    ASSERT_TRUE(Eventually([this] { return handler_.waiting.load(); }));
  }
  EXPECT_TRUE(Eventually([this] { return handler_.cancelled.load(); }));
}

TEST_F(HttpServerTest, StoppingLetsRequestsFinish) {
  const int port = Start();
  RawClient idle(port);
  idle.Send("GET /x HTTP/1.1\r\nHost: x\r\n\r\n");
  idle.ReadAnswer();
  RawClient busy(port);
  busy.Send("GET /wait HTTP/1.1\r\nHost: x\r\n\r\n");
  ASSERT_TRUE(Eventually([this] { return handler_.waiting.load(); }));
  std::atomic<bool> all_answered = false;
  std::thread stopping([&] { all_answered = server_->Stop(absl::Seconds(10)); });
  EXPECT_TRUE(idle.IsClosed());
  EXPECT_FALSE(RawClient(port).connected());
  handler_.released = true;
  const std::string answer = busy.ReadAnswer();
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(answer, HasSubstr("Connection: close\r\n"));
  stopping.join();
  EXPECT_TRUE(all_answered);
}

TEST_F(HttpServerTest, StoppingCancelsWhatTakesTooLong) {
  RawClient client(Start());
  client.Send("GET /wait HTTP/1.1\r\nHost: x\r\n\r\n");
  ASSERT_TRUE(Eventually([this] { return handler_.waiting.load(); }));
  EXPECT_FALSE(server_->Stop(absl::Milliseconds(50)));
  EXPECT_TRUE(handler_.cancelled);
}

// More than there are workers, of which none is kept.
TEST_F(HttpServerTest, WhatIsAnsweredLaterKeepsNoWorker) {
  const int port = Start();
  std::vector<std::unique_ptr<RawClient>> clients;
  for (int i = 0; i < 10; ++i) {
    clients.push_back(std::make_unique<RawClient>(port));
    clients.back()->Send(absl::StrCat("POST /later", i, " HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nab"));
  }
  ASSERT_TRUE(Eventually([this] { return handler_.started == 10; }));
  RawClient other(port);
  other.Send("GET /x HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_THAT(other.ReadAnswer(), EndsWith("GET /x "));
  handler_.released = true;
  for (int i = 0; i < 10; ++i) EXPECT_THAT(clients[i]->ReadAnswer(), EndsWith(absl::StrCat("/later", i, " ab")));
  clients[0]->Send("POST /later HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\na");
  EXPECT_THAT(clients[0]->ReadAnswer(), EndsWith("/later a"));
}

TEST_F(HttpServerTest, StoppingWaitsForWhatIsAnsweredLater) {
  RawClient client(Start());
  client.Send("GET /later HTTP/1.1\r\nHost: x\r\n\r\n");
  ASSERT_TRUE(Eventually([this] { return handler_.started == 1; }));
  std::atomic<bool> all_answered = false;
  std::thread stopping([&] { all_answered = server_->Stop(absl::Seconds(10)); });
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  handler_.released = true;
  EXPECT_THAT(client.ReadAnswer(), EndsWith("/later "));
  stopping.join();
  EXPECT_TRUE(all_answered);
}

TEST_F(HttpServerTest, StoppingCancelsWhatIsAnsweredTooLate) {
  RawClient client(Start());
  client.Send("GET /later HTTP/1.1\r\nHost: x\r\n\r\n");
  ASSERT_TRUE(Eventually([this] { return handler_.started == 1; }));
  EXPECT_FALSE(server_->Stop(absl::Milliseconds(50)));
  EXPECT_TRUE(handler_.cancelled);
}

TEST_F(HttpServerTest, APortThatIsTakenIsNamed) {
  options_.port = Start();
  const auto second = HttpServer::Start(&handler_, options_, nullptr);
  EXPECT_EQ(second.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(second.status().message()),
              HasSubstr(absl::StrCat("cannot listen on 127.0.0.1 port ", options_.port, ": Address already in use")));
  options_.address = "nowhere";
  EXPECT_EQ(HttpServer::Start(&handler_, options_, nullptr).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(HttpServerTest, ManyClientsAtOnce) {
  options_.io_threads = 2;
  const int port = Start();
  std::vector<std::thread> threads;
  std::atomic<int> right = 0;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      RawClient client(port);
      for (int i = 0; i < 100; ++i) {
        const std::string body = absl::StrCat(t, "-", i);
        client.Send(absl::StrCat("POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: ", body.size(), "\r\n\r\n", body));
        right += client.ReadAnswer().ends_with(" " + body) ? 1 : 0;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(right, 800);
  EXPECT_THAT(metrics_.Text(), HasSubstr(":tiqu:serving:http_responses{code=\"200\"} 800\n"));
}

}  // namespace
}  // namespace tiqu::serving
