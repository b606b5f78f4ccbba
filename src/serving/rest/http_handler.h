// What the HTTP server asks for an answer.
//
// Thread safety: every method may be called from any number of threads.
#pragma once

#include <functional>
#include <optional>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "serving/rest/http_message.h"

namespace tiqu::serving {

struct RequestContext {
  absl::Time received = absl::Now();          // when its last byte had come
  std::function<bool()> cancelled = nullptr;  // whether the client has gone; none: never
};

class HttpHandler {
 public:
  virtual ~HttpHandler() = default;

  // The answer to a request that is refused for its head alone; its body is empty yet and need not be waited for.
  virtual std::optional<HttpResponse> Refuse(const HttpRequest& /*head*/) const { return std::nullopt; }

  virtual HttpResponse Handle(const HttpRequest& request, const RequestContext& context) const = 0;
};

}  // namespace tiqu::serving
