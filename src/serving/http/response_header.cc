#include "serving/http/response_header.h"

#include <boost/beast/http/fields.hpp>
#include <string>

#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace tiqu::serving {
namespace {

constexpr int kClientClosedRequest = 499;

// "Thu, 26 Nov 2026 02:46:08 GMT"
const std::string& DateNow() {
  thread_local int64_t second = -1;
  thread_local std::string text;
  const int64_t now = absl::ToUnixSeconds(absl::Now());
  if (now != second) {
    second = now;
    text = absl::FormatTime("%a, %d %b %E4Y %H:%M:%S GMT", absl::FromUnixSeconds(now), absl::UTCTimeZone());
  }
  return text;
}

}  // namespace

boost::beast::http::response_header<> ResponseHeader(const HttpResponse& response, unsigned version) {
  boost::beast::http::response_header<> header;
  header.result(static_cast<unsigned>(response.status));
  header.version(version == 10 ? 10 : 11);
  if (response.status == kClientClosedRequest) header.reason("Client Closed Request");
  header.set(boost::beast::http::field::date, DateNow());
  for (const auto& [name, value] : response.headers) header.insert(name, value);
  return header;
}

}  // namespace tiqu::serving
