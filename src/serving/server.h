// The whole server: models, REST, gRPC, metrics.
//
//   return RunServer(options, [] { return Interrupted(); });
//
// Thread safety: a free function; one server a process.
#pragma once

#include <functional>

#include "absl/status/status.h"
#include "serving/server_options.h"

namespace tiqu::serving {

// Loads the models, opens the ports once every model has a version, and serves until `stop` is true (it is asked
// several times a second); then it takes no more requests, finishes those that run, and returns.
// Errors: "Failed to start server. Error: ..." with the code of what failed: INVALID_ARGUMENT (options or files that
// cannot be used), NOT_FOUND, UNKNOWN (a model that cannot be loaded), UNAVAILABLE (a port that is taken).
absl::Status RunServer(const ServerOptions& options, const std::function<bool()>& stop);

}  // namespace tiqu::serving
