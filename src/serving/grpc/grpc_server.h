// TensorFlow Serving's gRPC interface: PredictionService, ModelService, health and reflection.
//
//   TIQU_ASSIGN_OR_RETURN(auto server, GrpcServer::Start(&store, &metrics, {.address = "0.0.0.0:8500"}));
//   ...
//   server->Drain(absl::Seconds(30));
//
// Thread safety: Drain and SetServing may be called from any thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "serving/inference/classify.h"
#include "serving/metrics/metrics.h"
#include "serving/models/model_registry.h"
#include "serving_config.pb.h"

namespace tiqu::serving {

struct GrpcOptions {
  std::string address;            // "0.0.0.0:8500"; a port of 0 lets the system choose; empty: no TCP
  std::string socket_path;        // of a Unix socket; empty: none
  int max_threads = 8;            // that answer requests
  std::string channel_arguments;  // "grpc.max_connection_age_ms=2000,..."
  pb::SSLConfig ssl;              // without a key: no TLS
  bool health = true;             // grpc.health.v1
  bool tensor_content = false;    // answers as bytes instead of typed lists
  ClassifyOptions classify;
  std::string bearer_token;  // empty: nobody has to show one
};

class GrpcServer {
 public:
  // `models` and `metrics` must outlive the server. Errors: INVALID_ARGUMENT (a channel argument that is not K=V),
  // UNAVAILABLE (the address or the socket cannot be listened on, a certificate that cannot be used).
  static absl::StatusOr<std::unique_ptr<GrpcServer>> Start(ModelRegistry* models, Metrics* metrics,
                                                           const GrpcOptions& options);
  ~GrpcServer();

  // The TCP port that is listened on; 0 when there is none.
  int port() const;
  // What the health service says.
  void SetServing(bool serving);
  // Takes no more calls and waits for those that run; what still runs after `patience` is cancelled.
  void Drain(absl::Duration patience);

 private:
  class Impl;
  explicit GrpcServer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace tiqu::serving
