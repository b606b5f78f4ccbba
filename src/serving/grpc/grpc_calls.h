// What all methods share: who may call, how long, what is counted, and how errors go back.
//
//   GrpcCalls calls(&metrics, "", 8);
//   calls.Start(builder.AddCompletionQueue());
//   server = builder.BuildAndStart();
//   calls.Infer("Predict", method);
//   ...
//   server->Shutdown();
//   calls.Stop();
//
// A few threads take what gRPC gives and read the requests; the work is done on others, of which there are
// `most_threads` at most; further calls wait in a queue. What a method can start without keeping a thread is started
// where it was read. Calls that run no model have a queue and threads of
// their own, so that a busy server still says how it is.
//
// Thread safety: for one thread. Methods run on many at once.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "base/open_count.h"
#include "base/task_queue.h"
#include "grpcpp/completion_queue.h"
#include "serving/grpc/grpc_call.h"
#include "serving/metrics/metrics.h"

namespace tiqu::serving {

// The same code and message; a long message is cut, since it travels in headers.
grpc::Status ToGrpc(const absl::Status& status);

class GrpcCalls {
 public:
  // An empty token: nobody has to show one. `metrics` must outlive the object.
  GrpcCalls(Metrics* metrics, std::string bearer_token, int most_threads);
  ~GrpcCalls();

  // From here on events of `events` are looked at.
  void Start(std::unique_ptr<grpc::ServerCompletionQueue> events);
  // Waits for all calls to be over, and ends. REQUIRES: the server is shut down, or never started.
  void Stop();

  // Takes up calls of `method`, which run under the client's deadline and cancellation and are counted as requests to
  // `api` ("Predict"). REQUIRES: the server has started.
  template <typename Request, typename Response>
  void Infer(const char* api, GrpcMethod<Request, Response> method) {
    Serve(api, &inference_, std::move(method));
  }

  // The same for a method that runs no model; its calls are not counted.
  template <typename Request, typename Response>
  void Manage(GrpcMethod<Request, Response> method) {
    Serve("", &management_, std::move(method));
  }

 private:
  class Served;
  using TakeUp = std::function<void(GrpcCall::Owner*, grpc::ServerCompletionQueue*)>;

  template <typename Request, typename Response>
  void Serve(const char* api, TaskQueue* queue, GrpcMethod<Request, Response> method) {
    Serve(api, queue, [method = std::move(method)](GrpcCall::Owner* owner, grpc::ServerCompletionQueue* events) {
      UnaryCall<Request, Response>::TakeUp(method, owner, events);
    });
  }
  // api: empty where calls are not counted.
  void Serve(const char* api, TaskQueue* queue, TakeUp take_up);

  absl::Status Authenticate(const grpc::ServerContext& context) const;
  absl::Status Run(const char* api, GrpcCall* call) const;
  void Count(const char* api, const GrpcCall& call, const absl::Status& status) const;

  Metrics& metrics_;
  const std::string bearer_token_;
  TaskQueue inference_, management_;
  std::unique_ptr<grpc::ServerCompletionQueue> events_;
  OpenCount open_;  // calls that gRPC may take up or that are not over: grpc::Server::Wait does not wait for them
  std::vector<std::unique_ptr<Served>> methods_;
  std::vector<std::thread> threads_;  // that wait for events
};

}  // namespace tiqu::serving
