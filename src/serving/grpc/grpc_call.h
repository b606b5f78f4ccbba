// What all methods share: who may call, how long, what is counted, and how errors go back.
//
// Thread safety: immutable; every method may be called from any number of threads.
#pragma once

#include <functional>
#include <string>

#include "absl/status/status.h"
#include "grpcpp/server_context.h"
#include "serving/metrics/metrics.h"
#include "serving/models/run_limits.h"

namespace tiqu::serving {

// The same code and message; a long message is cut, since it travels in headers.
grpc::Status ToGrpc(const absl::Status& status);

class GrpcCalls {
 public:
  // An empty token: nobody has to show one. `metrics` must outlive the object.
  GrpcCalls(Metrics* metrics, std::string bearer_token) : metrics_(*metrics), bearer_token_(std::move(bearer_token)) {}

  // Runs `work` under the call's deadline and cancellation, and counts it as a request of `model` to `api` ("Predict").
  grpc::Status Infer(grpc::ServerContext* context, const char* api, const std::string& model,
                     const std::function<absl::Status(const RunLimits&)>& work) const;

  // The same for calls that run no model and are not counted.
  grpc::Status Manage(grpc::ServerContext* context, const std::function<absl::Status()>& work) const;

 private:
  absl::Status Authenticate(const grpc::ServerContext& context) const;

  Metrics& metrics_;
  const std::string bearer_token_;
};

}  // namespace tiqu::serving
