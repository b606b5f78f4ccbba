// What all methods share: who may call, how long, what is counted, and how errors go back.
//
//   GrpcCalls calls(&metrics, "", 8);
//   calls.Start(&builder);
//   server = builder.BuildAndStart();
//   calls.Infer("Predict", method);
//   ...
//   server->Shutdown();
//   calls.Stop();
//
// The threads of GrpcEvents take what gRPC gives and read short requests; the work is done on others, of which there
// are `most_threads` at most and which read long requests; further calls wait in a queue. What a method can start
// without keeping a thread is started where it was read. Calls that run no model have a queue and threads of their own,
// so that a busy server still says how it is.
//
// Thread safety: for one thread. Methods run on many at once.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "base/open_count.h"
#include "base/task_queue.h"
#include "grpcpp/server_builder.h"
#include "serving/grpc/grpc_call.h"
#include "serving/grpc/grpc_events.h"
#include "serving/grpc/unary_call.h"
#include "serving/metrics/metrics.h"

namespace tiqu::serving {

// The same code and message; a long message is cut, since it travels in headers.
grpc::Status ToGrpc(const absl::Status& status);

class GrpcCalls {
 public:
  // An empty token: nobody has to show one. `metrics` must outlive the object.
  GrpcCalls(Metrics* metrics, std::string bearer_token, int most_threads);
  ~GrpcCalls();

  // For the server that `builder` is about to build.
  void Start(grpc::ServerBuilder* builder);
  // Waits for all calls to be over, and ends. REQUIRES: the server is shut down, or never started.
  void Stop();

  // Takes up calls of `method`, which run under the client's deadline and cancellation and are counted as requests to
  // `api` ("Predict"). REQUIRES: the server has started.
  template <typename Request, typename Response>
  void Infer(const char* api, GrpcMethod<Request, Response> method) {
    Serve(api, &inference_, TakesUp(std::move(method)));
  }

  // The same for a method that runs no model; its calls are not counted.
  template <typename Request, typename Response>
  void Manage(GrpcMethod<Request, Response> method) {
    Serve("", &management_, TakesUp(std::move(method)));
  }

  // Takes up calls of a method that anybody may call, with a token or without, and that takes no time: it runs where
  // the request was read.
  template <typename Request, typename Response>
  void Probe(GrpcMethod<Request, Response> method) {
    Probe(TakesUp(std::move(method)));
  }
  // The same for a method of another kind: makes a call and lets gRPC take it up.
  using TakeUp = std::function<void(GrpcCall::Owner* owner, const GrpcEvents& events)>;
  void Probe(TakeUp take_up) { Serve("", nullptr, std::move(take_up)); }

 private:
  class Served;

  template <typename Request, typename Response>
  static TakeUp TakesUp(GrpcMethod<Request, Response> method) {
    return [method = std::move(method)](GrpcCall::Owner* owner, const GrpcEvents& events) {
      UnaryCall<Request, Response>::TakeUp(method, owner, events);
    };
  }
  // api: empty where calls are not counted. queue: null for those that run where they were read.
  void Serve(const char* api, TaskQueue* queue, TakeUp take_up);

  absl::Status Authenticate(const grpc::ServerContext& context) const;
  absl::Status Run(const char* api, GrpcCall* call) const;
  void Count(const char* api, const GrpcCall& call, const absl::Status& status) const;

  Metrics& metrics_;
  const std::string bearer_token_;
  TaskQueue inference_, management_;
  GrpcEvents events_;
  OpenCount open_;  // calls that gRPC may take up or that are not over: grpc::Server::Wait does not wait for them
  std::vector<std::unique_ptr<Served>> methods_;
};

}  // namespace tiqu::serving
