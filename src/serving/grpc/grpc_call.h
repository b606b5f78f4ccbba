// What all methods share: who may call, how long, what is counted, and how errors go back.
//
// gRPC's own threads only read and write: the work is done on others, of which there are `most_threads` at most;
// further calls wait in a queue. Calls that run no model have a queue of their own, so that nothing hides how the
// server is.
//
// Thread safety: every method may be called from any number of threads.
#pragma once

#include <functional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "base/task_queue.h"
#include "grpcpp/server_context.h"
#include "grpcpp/support/server_callback.h"
#include "serving/metrics/metrics.h"
#include "serving/models/run_limits.h"

namespace tiqu::serving {

// The same code and message; a long message is cut, since it travels in headers.
grpc::Status ToGrpc(const absl::Status& status);

class GrpcCalls {
 public:
  // An empty token: nobody has to show one. `metrics` must outlive the object.
  GrpcCalls(Metrics* metrics, std::string bearer_token, int most_threads)
      : metrics_(*metrics),
        bearer_token_(std::move(bearer_token)),
        inference_(most_threads),
        management_(kManagementThreads) {}

  // Runs `work` under the call's deadline and cancellation, and counts it as a request of `model` to `api` ("Predict").
  // The request and the response live until the call is finished.
  grpc::ServerUnaryReactor* Infer(grpc::CallbackServerContext* context, const char* api, std::string model,
                                  std::function<absl::Status(const RunLimits&)> work);

  // The same for calls that run no model and are not counted.
  grpc::ServerUnaryReactor* Manage(grpc::CallbackServerContext* context, std::function<absl::Status()> work);

 private:
  static constexpr int kManagementThreads = 4;  // a reload holds one while models load

  absl::Status Authenticate(const grpc::CallbackServerContext& context) const;
  // Ends the call with what `work` gives, from a thread of `queue`.
  grpc::ServerUnaryReactor* Answer(grpc::CallbackServerContext* context, TaskQueue* queue,
                                   std::function<absl::Status()> work) const;

  Metrics& metrics_;
  const std::string bearer_token_;
  TaskQueue inference_;
  TaskQueue management_;
};

}  // namespace tiqu::serving
