// HTTP/1.1 over TCP or TLS: keep-alive, chunked and compressed bodies, limits and timeouts, and a way to end without
// cutting anybody off.
//
//   TIQU_ASSIGN_OR_RETURN(auto server, HttpServer::Start(&handler, options, &metrics));
//   ... server->port() ...
//   server->Stop(absl::Seconds(30));
//
// The handler runs on threads of its own, not on those that read and write; but for what it can start at once
// (HttpHandler::CanStart).
//
// Thread safety: every method may be called from any number of threads, but for the destructor.
#pragma once

#include <memory>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "serving/http/http_options.h"
#include "serving/metrics/metrics.h"
#include "serving/rest/http_handler.h"

namespace tiqu::serving {

class HttpServer {
 public:
  // Listens from now on. The handler, and the metrics where they are not null, must outlive the server. Errors:
  // UNAVAILABLE (the address cannot be listened on; names it), INVALID_ARGUMENT (an address or TLS texts that cannot be
  // read).
  static absl::StatusOr<std::unique_ptr<HttpServer>> Start(const HttpHandler* handler, const HttpServerOptions& options,
                                                           Metrics* metrics);
  // Stops at once.
  ~HttpServer();

  int port() const;
  int connections() const;

  // Takes no connections any more, closes idle ones, and waits up to `grace` for the requests that run; then it cancels
  // what is left. Returns when no thread of the server is left. Says whether every request was answered.
  bool Stop(absl::Duration grace);

 private:
  struct State;
  explicit HttpServer(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace tiqu::serving
