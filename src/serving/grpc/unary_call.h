// Methods with one request and one response, and their calls.
//
// Thread safety: see GrpcCall.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <type_traits>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/arena.h"
#include "grpcpp/impl/codegen/proto_utils.h"
#include "grpcpp/server_context.h"
#include "grpcpp/support/async_unary_call.h"
#include "grpcpp/support/byte_buffer.h"
#include "serving/grpc/grpc_call.h"
#include "serving/grpc/grpc_events.h"
#include "serving/models/servable.h"

namespace tiqu::serving {

// A function of generated code (WithRawMethod_...) that lets gRPC take up one call of a service's method.
template <typename Service>
using RequestCall = void (Service::*)(grpc::ServerContext*, grpc::ByteBuffer*,
                                      grpc::ServerAsyncResponseWriter<grpc::ByteBuffer>*, grpc::CompletionQueue*,
                                      grpc::ServerCompletionQueue*, void* tag);

// What a method does. Called from several threads at once.
template <typename Request, typename Response>
struct GrpcMethod {
  // A RequestCall of a service, with the queues.
  std::function<void(grpc::ServerContext*, grpc::ByteBuffer*, grpc::ServerAsyncResponseWriter<grpc::ByteBuffer>*,
                     const GrpcEvents&, void* tag)>
      take_up;
  std::function<absl::Status(const Request& request, const RunLimits& limits, Response* response)> run;
  std::function<std::string(const Request& request)> model;  // that is asked
  // GrpcCall::Start; null: the method cannot. Request and response last until `done`.
  std::function<bool(const Request& request, const RunLimits& limits, Response* response, GrpcCall::Done done)> start =
      nullptr;
};

// The method of `service` whose calls `request_call` takes up.
template <typename Request, typename Response, typename Base>
GrpcMethod<Request, Response> MethodOf(
    std::type_identity_t<Base>* service, RequestCall<Base> request_call,
    std::type_identity_t<std::function<absl::Status(const Request&, const RunLimits&, Response*)>> run,
    std::type_identity_t<std::function<std::string(const Request&)>> model) {
  return {[=](grpc::ServerContext* context, grpc::ByteBuffer* request,
              grpc::ServerAsyncResponseWriter<grpc::ByteBuffer>* writer, const GrpcEvents& events,
              void* tag) { (service->*request_call)(context, request, writer, events.ends(), events.arrivals(), tag); },
          std::move(run), std::move(model)};
}

template <typename Request, typename Response>
class UnaryCall final : public GrpcCall {
 public:
  // Makes a call and lets gRPC take it up; from then on it belongs to `owner`. REQUIRES: `method` outlives it.
  static void TakeUp(const GrpcMethod<Request, Response>& method, Owner* owner, const GrpcEvents& events) {
    auto call = std::make_unique<UnaryCall>(method, owner);
    method.take_up(&call->context_, &call->bytes_, &call->writer_, events, call->TagOf(&call->arrived_));
    static_cast<void>(call.release());
  }

  UnaryCall(const GrpcMethod<Request, Response>& method, Owner* owner) : GrpcCall(owner), method_(method) {}

  bool is_long() const override { return bytes_.Length() > kMostStartedBytes; }
  absl::Status Read() override {
    const bool good = grpc::SerializationTraits<Request>::Deserialize(&bytes_, &request_).ok();
    return good ? absl::OkStatus()
                : absl::InternalError(absl::StrCat("the request is no ", Request::descriptor()->full_name()));
  }
  std::string model() const override { return method_.model(request_); }
  absl::Status Run(const RunLimits& limits) override { return method_.run(request_, limits, &response_); }
  bool Start(const RunLimits& limits, Done done) override {
    return method_.start && method_.start(request_, limits, &response_, std::move(done));
  }

 private:
  // Each thread that fills a message takes a block of this.
  static google::protobuf::ArenaOptions Blocks(std::span<char> first) {
    google::protobuf::ArenaOptions options;
    options.start_block_size = 4 << 10;
    options.initial_block = first.data();
    options.initial_block_size = first.size();
    return options;
  }

  void Finish(const grpc::Status& status) override {
    grpc::ByteBuffer bytes;
    bool own = false;
    const grpc::Status written =
        status.ok() ? grpc::SerializationTraits<Response>::Serialize(response_, &bytes, &own) : status;
    writer_.Finish(bytes, written, TagOf(&answered_));
  }

  const GrpcMethod<Request, Response>& method_;
  grpc::ServerAsyncResponseWriter<grpc::ByteBuffer> writer_{&context_};
  grpc::ByteBuffer bytes_;                       // of the request
  alignas(8) std::array<char, 2 << 10> memory_;  // for the request; both of them in few pieces and gone in one
  google::protobuf::Arena arena_{Blocks(memory_)};
  Request& request_ = *google::protobuf::Arena::CreateMessage<Request>(&arena_);
  Response& response_ = *google::protobuf::Arena::CreateMessage<Response>(&arena_);
};

}  // namespace tiqu::serving
