// One call, from the moment at which gRPC may take it up to the moment at which its answer is away.
//
// gRPC's callback interface would be shorter, but in Debian's version the threads that run callbacks sleep for 100 ms
// after each second without a call, whoever calls meanwhile.
//
// Thread safety: gRPC's events come from several threads at once; all else is for one thread.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "grpcpp/completion_queue.h"
#include "grpcpp/server_context.h"
#include "grpcpp/support/async_unary_call.h"
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
  // What the client allows; of use until Answer.
  RunLimits Limits() const;

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
  absl::Time start_;
  Event over_{&GrpcCall::OnOver};
  std::atomic<bool> cancelled_ = false;
  std::atomic<int> holders_ = 3;  // OnOver and OnAnswered, which are to come, and whoever answers
};

// What a method does. Called from several threads at once.
template <typename Request, typename Response>
struct GrpcMethod {
  // Lets gRPC take up one call: the service's own function for that.
  std::function<void(grpc::ServerContext*, Request*, grpc::ServerAsyncResponseWriter<Response>*,
                     grpc::ServerCompletionQueue*, void* tag)>
      take_up;
  std::function<absl::Status(const Request& request, const RunLimits& limits, Response* response)> run;
  std::function<std::string(const Request& request)> model;  // that is asked
  // GrpcCall::Start; none: the method cannot. Request and response last until `done`.
  std::function<bool(const Request& request, const RunLimits& limits, Response* response, GrpcCall::Done done)> start =
      nullptr;
};

template <typename Request, typename Response>
class UnaryCall final : public GrpcCall {
 public:
  // Makes a call and lets gRPC take it up; from then on it belongs to `owner`. REQUIRES: `method` outlives it.
  static void TakeUp(const GrpcMethod<Request, Response>& method, Owner* owner, grpc::ServerCompletionQueue* queue) {
    auto call = std::make_unique<UnaryCall>(method, owner);
    method.take_up(&call->context_, &call->request_, &call->writer_, queue, call->TagOf(&call->arrived_));
    static_cast<void>(call.release());
  }

  UnaryCall(const GrpcMethod<Request, Response>& method, Owner* owner) : GrpcCall(owner), method_(method) {}

  std::string model() const override { return method_.model(request_); }
  absl::Status Run(const RunLimits& limits) override { return method_.run(request_, limits, &response_); }
  bool Start(const RunLimits& limits, Done done) override {
    return method_.start && method_.start(request_, limits, &response_, std::move(done));
  }

 private:
  void Finish(const grpc::Status& status) override { writer_.Finish(response_, status, TagOf(&answered_)); }

  const GrpcMethod<Request, Response>& method_;
  grpc::ServerAsyncResponseWriter<Response> writer_{&context_};
  Request request_;
  Response response_;
};

}  // namespace tiqu::serving
