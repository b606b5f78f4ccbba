// From a server's options and files to those of its parts.
//
// Thread safety: free functions without state.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "serving/grpc/grpc_server.h"
#include "serving/http/http_server.h"
#include "serving/metrics/metrics.h"
#include "serving/models/model_store.h"
#include "serving/models/text_threads.h"
#include "serving/rest/rest_handler.h"
#include "serving/server_options.h"
#include "serving_config.pb.h"

namespace tiqu::serving {

// What the files hold that the options name.
struct ServerFiles {
  pb::ModelServerConfig models;
  pb::SSLConfig ssl;
  std::string metrics_path;  // empty: no page of metrics
  std::string bearer_token;  // empty: nobody has to show one
};

// Errors: INVALID_ARGUMENT (neither --model_base_path nor --model_config_file, a file that cannot be parsed),
// NOT_FOUND.
absl::StatusOr<ServerFiles> ReadServerFiles(const ServerOptions& options);

// What batches are is counted in `metrics`. Errors: INVALID_ARGUMENT (batching parameters that cannot be used).
absl::StatusOr<ModelStoreOptions> MakeStoreOptions(const ServerOptions& options, TextThreads* text_threads,
                                                   Metrics* metrics);

GrpcOptions MakeGrpcOptions(const ServerOptions& options, const ServerFiles& files);
RestOptions MakeRestOptions(const ServerOptions& options, const ServerFiles& files);
HttpServerOptions MakeHttpOptions(const ServerOptions& options, const ServerFiles& files);

}  // namespace tiqu::serving
