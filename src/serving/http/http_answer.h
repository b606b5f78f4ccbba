// From a request as it came over the wire to the answer as it goes out: decompression, the handler, compression, the
// request's identifier and the log line. No sockets.
//
// Thread safety: every method may be called from any number of threads.
#pragma once

#include <string>

#include "serving/http/http_options.h"
#include "serving/metrics/metrics.h"
#include "serving/rest/http_handler.h"

namespace tiqu::serving {

class HttpAnswerer {
 public:
  // Handler and metrics must outlive it; metrics may be null.
  HttpAnswerer(const HttpHandler* handler, const HttpServerOptions& options, Metrics* metrics);

  // `peer` is the client's address, for the log. Never throws.
  HttpResponse Answer(HttpRequest request, const RequestContext& context, const std::string& peer) const;

  // Whether Start takes the request (HttpHandler::CanStart).
  bool CanStart(const HttpRequest& request) const;
  // As Answer, without keeping the thread; `done`, which must not throw, comes once, before this returns or later, on
  // any thread. REQUIRES: CanStart
  void Start(HttpRequest request, const RequestContext& context, std::string peer, HttpHandler::Done done) const;

  // For a request that is refused before its body is read, by the handler or by the server.
  std::optional<HttpResponse> Refuse(const HttpRequest& head, const std::string& peer) const;
  HttpResponse Refusal(const HttpRequest& head, int status, std::string_view message, const std::string& peer) const;

 private:
  HttpResponse HandleSafely(const HttpRequest& request, const RequestContext& context) const;
  void Complete(const HttpRequest& request, absl::Time received, const std::string& peer, HttpResponse* response) const;
  void Compress(const HttpRequest& request, HttpResponse* response) const;
  // The identifier that the client sent, or one that is made up, goes back to it.
  void Finish(const HttpRequest& request, absl::Time received, const std::string& peer, HttpResponse* response) const;

  const HttpHandler& handler_;
  HttpServerOptions options_;
  Metrics* metrics_;
};

}  // namespace tiqu::serving
