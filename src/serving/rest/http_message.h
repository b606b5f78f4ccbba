// A request and its answer, without the socket: what the REST handler takes and gives, and the HTTP server carries.
//
// Thread safety: values.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tiqu::serving {

using HttpHeaders = std::vector<std::pair<std::string, std::string>>;

struct HttpRequest {
  std::string method;   // "POST"
  std::string target;   // path with ?query and #fragment, as sent
  HttpHeaders headers;  // names as sent
  std::string body;     // decompressed where its encoding was gzip
};

struct HttpResponse {
  int status = 200;
  HttpHeaders headers;  // Content-Type and what else belongs to the answer; lengths and dates are the HTTP server's
  std::string body;
};

// The first header of that name, in whatever case; empty when there is none.
std::string_view FindHeader(const HttpHeaders& headers, std::string_view name);

}  // namespace tiqu::serving
