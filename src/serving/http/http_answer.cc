#include "serving/http/http_answer.h"

#include <atomic>
#include <exception>
#include <memory>
#include <new>
#include <random>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/log.h"
#include "serving/http/gzip.h"
#include "serving/json/json_text.h"
#include "serving/rest/http_status.h"

namespace tiqu::serving {
namespace {

constexpr char kIdHeader[] = "X-Request-Id";
constexpr size_t kLongestId = 128;
constexpr size_t kLoggedTarget = 200;

// Visible characters alone: it goes into logs and headers.
bool IsGoodId(std::string_view id) {
  if (id.empty() || id.size() > kLongestId) return false;
  for (const char c : id) {
    if (c <= ' ' || c > '~') return false;
  }
  return true;
}

// Different for every request of every server, but no secret.
std::string MakeId() {
  static const uint64_t start = (static_cast<uint64_t>(std::random_device()()) << 32) | std::random_device()();
  static std::atomic<uint64_t> count{0};
  constexpr uint64_t kOddStep = 0x9E3779B97F4A7C15U;
  return absl::StrCat(absl::Hex(start + count.fetch_add(1) * kOddStep, absl::kZeroPad16));
}

std::string Printable(std::string_view text) {
  std::string quoted;
  AppendJsonString(CutText(text, kLoggedTarget), &quoted);
  return quoted;
}

bool IsGzip(const HttpRequest& request) {
  const std::string_view encoding = FindHeader(request.headers, "Content-Encoding");
  return absl::StrContains(absl::AsciiStrToLower({encoding.data(), encoding.size()}), "gzip");
}

}  // namespace

HttpAnswerer::HttpAnswerer(const HttpHandler* handler, const HttpServerOptions& options, Metrics* metrics)
    : handler_(*handler), options_(options), metrics_(metrics) {}

HttpResponse HttpAnswerer::Answer(HttpRequest request, const RequestContext& context, const std::string& peer) const {
  if (IsGzip(request)) {
    // What cannot be decompressed counts as empty: the handler says that there is no document.
    try {
      request.body = Gunzip(request.body, options_.max_body_bytes).value_or("");
    } catch (const std::bad_alloc&) {
      request.body.clear();
    }
  }
  HttpResponse response = HandleSafely(request, context);
  Complete(request, context.received, peer, &response);
  return response;
}

bool HttpAnswerer::CanStart(const HttpRequest& request) const { return !IsGzip(request) && handler_.CanStart(request); }

void HttpAnswerer::Start(HttpRequest request, const RequestContext& context, std::string peer,
                         HttpHandler::Done done) const {
  struct Call {
    HttpRequest request;
    absl::Time received;
    std::string peer;
    HttpHandler::Done done;
  };
  const auto call =
      std::make_shared<Call>(Call{std::move(request), context.received, std::move(peer), std::move(done)});
  handler_.Start(call->request, context, [this, call](HttpResponse response) {
    Complete(call->request, call->received, call->peer, &response);
    call->done(std::move(response));
  });
}

void HttpAnswerer::Complete(const HttpRequest& request, absl::Time received, const std::string& peer,
                            HttpResponse* response) const {
  Compress(request, response);
  Finish(request, received, peer, response);
}

std::optional<HttpResponse> HttpAnswerer::Refuse(const HttpRequest& head, const std::string& peer) const {
  auto response = handler_.Refuse(head);
  if (response) Finish(head, absl::Now(), peer, &*response);
  return response;
}

HttpResponse HttpAnswerer::Refusal(const HttpRequest& head, int status, std::string_view message,
                                   const std::string& peer) const {
  HttpResponse response = ErrorResponse(status, message);
  Finish(head, absl::Now(), peer, &response);
  return response;
}

HttpResponse HttpAnswerer::HandleSafely(const HttpRequest& request, const RequestContext& context) const {
  try {
    return handler_.Handle(request, context);
  } catch (const std::bad_alloc&) {
    return ErrorResponse(429, "memory does not suffice for this request");
  } catch (const std::exception& error) {
    return ErrorResponse(500, error.what());
  }
}

void HttpAnswerer::Compress(const HttpRequest& request, HttpResponse* response) const {
  if (response->body.size() < options_.gzip_from_bytes) return;
  response->headers.emplace_back("Vary", "Accept-Encoding");
  if (!AcceptsGzip(FindHeader(request.headers, "Accept-Encoding"))) return;
  try {
    response->body = Gzip(response->body);
    response->headers.emplace_back("Content-Encoding", "gzip");
  } catch (const std::bad_alloc&) {
    // It goes out as it is.
  }
}

void HttpAnswerer::Finish(const HttpRequest& request, absl::Time received, const std::string& peer,
                          HttpResponse* response) const {
  const std::string_view sent = FindHeader(request.headers, kIdHeader);
  const std::string id = IsGoodId(sent) ? std::string(sent) : MakeId();
  response->headers.emplace_back(kIdHeader, id);
  if (metrics_ != nullptr) {
    metrics_->Count(":tiqu:serving:http_responses", {{"code", absl::StrCat(response->status)}});
  }
  if (!options_.log_requests) return;
  TIQU_LOG_INFO(
      "request id={} peer={} method={} target={} status={} "
      "bytes_in={} bytes_out={} micros={}",
      id, peer, Printable(request.method), Printable(request.target), response->status, request.body.size(),
      response->body.size(), absl::ToInt64Microseconds(absl::Now() - received));
}

}  // namespace tiqu::serving
