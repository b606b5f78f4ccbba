// One call, from the moment at which gRPC may take it up to the moment at which its answer is away.
//
// gRPC's callback interface would be shorter, but in Debian's version the threads that run callbacks sleep for 100 ms
// after each second without a call, whoever calls meanwhile.
//
// Thread safety: gRPC's events come from several threads at once; all else is for one thread.
#pragma once

#include <atomic>
#include <functional>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "grpcpp/server_context.h"
#include "serving/models/run_limits.h"

namespace tiqu::serving {

class GrpcCall {
 public:
  class Owner {
   public:
    virtual ~Owner() = default;
    virtual void Begin(GrpcCall* call) = 0;  // a client has called
    virtual void End(GrpcCall* call) = 0;    // gRPC knows nothing of the call any more: it is to be deleted
  };

  explicit GrpcCall(Owner* owner) : owner_(*owner) { context_.AsyncNotifyWhenDone(TagOf(&over_)); }
  virtual ~GrpcCall() = default;
  GrpcCall(const GrpcCall&) = delete;
  GrpcCall& operator=(const GrpcCall&) = delete;

  // What a completion queue gives back.
  static void Happen(void* tag, bool ok) {
    const Event& event = *static_cast<const Event*>(tag);
    (event.call.load(std::memory_order_acquire)->*event.happen)(ok);
  }

  const grpc::ServerContext& context() const { return context_; }
  absl::Time start() const { return start_; }  // when the client's request was read
  bool begun() const { return start_ != absl::InfinitePast(); }
  // What the client allows; of use until Answer.
  RunLimits Limits() const;

  // Whether the request takes time to read.
  virtual bool is_long() const { return false; }
  // Before what follows. Errors: INTERNAL (bytes that are no request).
  virtual absl::Status Read() { return absl::OkStatus(); }
  virtual std::string model() const = 0;
  virtual absl::Status Run(const RunLimits& limits) = 0;
  // Does the same without keeping the thread, if the method can for this request: true, and `done`, which must not
  // throw, comes once, before this returns or later, on any thread.
  using Done = std::function<void(const absl::Status& status)>;
  virtual bool Start(const RunLimits& limits, Done done) = 0;
  // Nothing may be done with the call any more: its end may come at once.
  void Answer(const grpc::Status& status);

 protected:
  struct Event {
    void (GrpcCall::*happen)(bool ok);
    std::atomic<GrpcCall*> call = nullptr;
  };

  // The tag of an event. Whoever gets it back sees all that was done before: gRPC sees to that, too, but under locks
  // that the thread sanitizer does not know.
  void* TagOf(Event* event) {
    event->call.store(this, std::memory_order_release);
    return event;
  }

  virtual void Finish(const grpc::Status& status) = 0;
  // The client has gone, or the server waits no longer; Limits().cancelled says so, too.
  virtual void OnCancelled() {}

  grpc::ServerContext context_;
  Event arrived_{&GrpcCall::OnArrived};
  Event answered_{&GrpcCall::OnAnswered};

 private:
  // Not ok: the server shuts down before anybody called.
  void OnArrived(bool ok);
  void OnOver(bool ok);
  void OnAnswered(bool /*ok*/) { LetGo(); }
  void LetGo();

  Owner& owner_;
  absl::Time start_ = absl::InfinitePast();
  Event over_{&GrpcCall::OnOver};
  std::atomic<bool> cancelled_ = false;
  std::atomic<int> holders_ = 3;  // OnOver and OnAnswered, which are to come, and whoever answers
};

}  // namespace tiqu::serving
