// What gRPC has to say: the queues in which it comes, and the threads that take it out.
//
//   GrpcEvents events;
//   events.Start(&builder, happen);      // happen(tag, ok) for whatever comes
//   server = builder.BuildAndStart();
//   ...                                  // calls are taken up with arrivals() and ends()
//   server->Shutdown();
//   events.Stop();
//
// Calls arrive in one queue, on which the threads sleep; their ends come in another, on which nobody does: it is looked
// through whenever a call arrives, and every 20 ms while calls run. So whoever answers a call wakes no other thread,
// which would push it from its core to hear only that the answer is away, and a client that has gone is noticed 20 ms
// later.
//
// Thread safety: Begin and End may be called from any number of threads, all else from one.
#pragma once

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include "grpcpp/completion_queue.h"
#include "grpcpp/server_builder.h"

namespace tiqu::serving {

class GrpcEvents {
 public:
  // What is done with what comes; must not throw.
  using Happen = void (*)(void* tag, bool ok);

  ~GrpcEvents() { Stop(); }

  // Adds the queues to the server that `builder` is about to build, and starts the threads.
  void Start(grpc::ServerBuilder* builder, Happen happen);
  // REQUIRES: the server is shut down or was not built, and no call is left.
  void Stop();

  // For calls that begin. Whatever else comes here wakes a thread at once.
  grpc::ServerCompletionQueue* arrivals() const { return arrivals_.get(); }
  // For what becomes of calls that have begun.
  grpc::CompletionQueue* ends() const { return ends_.get(); }

  // A call whose end comes in ends().
  void Begin() { ++running_; }
  void End() { --running_; }

 private:
  void TakeAll();
  void TakeEnds();

  Happen happen_ = nullptr;
  std::unique_ptr<grpc::ServerCompletionQueue> arrivals_, ends_;
  std::atomic<int> running_ = 0;
  std::vector<std::thread> threads_;
};

}  // namespace tiqu::serving
