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

  using Done = std::function<void(HttpResponse response)>;
  // Whether Start takes the request, at once and without keeping a thread waiting.
  virtual bool CanStart(const HttpRequest& /*request*/) const { return false; }
  // As Handle, for requests that CanStart takes; `done`, which must not throw, comes once, before this returns or
  // later, on any thread. The request must last until then. Must not throw.
  virtual void Start(const HttpRequest& request, const RequestContext& context, Done done) const {
    done(Handle(request, context));
  }
};

}  // namespace tiqu::serving
