#include "serving/grpc/health_service.h"

#include <memory>
#include <optional>
#include <string_view>
#include <utility>

namespace tiqu::serving {
namespace {

using grpc::health::v1::Health;
using grpc::health::v1::HealthCheckRequest;
using grpc::health::v1::HealthCheckResponse;

bool IsServed(std::string_view name) {
  // TensorFlow Serving knows the short ones.
  for (const std::string_view known : {"", "ModelService", "PredictionService", "tensorflow.serving.ModelService",
                                       "tensorflow.serving.PredictionService"}) {
    if (name == known) return true;
  }
  return false;
}

}  // namespace

// One client that watches. All but the overridden methods is for whoever holds the service's mutex.
class HealthService::WatchCall final : public GrpcCall {
 public:
  static void TakeUp(HealthService* health, Owner* owner, const GrpcEvents& events) {
    auto call = std::make_unique<WatchCall>(health, owner);
    health->service_.RequestWatch(&call->context_, &call->request_, &call->writer_, events.ends(), events.arrivals(),
                                  call->TagOf(&call->arrived_));
    static_cast<void>(call.release());
  }

  WatchCall(HealthService* health, Owner* owner) : GrpcCall(owner), health_(*health) {}

  std::string model() const override { return ""; }
  absl::Status Run(const RunLimits& /*limits*/) override { return absl::InternalError("a watch is started"); }

  bool Start(const RunLimits& /*limits*/, Done done) override {
    const std::lock_guard<std::mutex> lock(health_.mutex_);
    if (!IsServed(request_.service())) *request_.mutable_service() = std::string("?");  // a long name is not kept
    health_.watches_.insert(this);
    done_ = std::move(done);
    health_.Advance(this);
    return true;
  }

 private:
  friend class HealthService;

  void Finish(const grpc::Status& status) override { writer_.Finish(status, TagOf(&answered_)); }

  void OnCancelled() override {
    const std::lock_guard<std::mutex> lock(health_.mutex_);
    end_ = absl::CancelledError("");
    health_.Advance(this);
  }

  void OnWritten(bool /*ok*/) {
    const std::lock_guard<std::mutex> lock(health_.mutex_);
    writing_ = false;
    health_.Advance(this);
  }

  HealthService& health_;
  HealthCheckRequest request_;
  grpc::ServerAsyncWriter<HealthCheckResponse> writer_{&context_};
  Event written_{static_cast<void (GrpcCall::*)(bool)>(&WatchCall::OnWritten)};
  Done done_;  // null: not begun, or ended
  bool writing_ = false;
  std::optional<Status> told_;
  std::optional<absl::Status> end_;
};

void HealthService::Serve(GrpcCalls* calls) {
  calls->Probe(MethodOf<HealthCheckRequest, HealthCheckResponse>(
      &service_, &Service::RequestCheck,
      [this](const HealthCheckRequest& request, const RunLimits& /*limits*/,
             HealthCheckResponse* response) -> absl::Status {
        if (!IsServed(request.service())) {
          return absl::NotFoundError("unknown service");
        }
        const std::lock_guard<std::mutex> lock(mutex_);
        response->set_status(StatusOf(request.service()));
        return absl::OkStatus();
      },
      [](const HealthCheckRequest& /*request*/) { return ""; }));
  calls->Probe([this](GrpcCall::Owner* owner, const GrpcEvents& events) { WatchCall::TakeUp(this, owner, events); });
}

void HealthService::SetServing(bool serving) {
  const std::lock_guard<std::mutex> lock(mutex_);
  serving_ = serving && !ended_;
  AdvanceAll();
}

void HealthService::End() {
  const std::lock_guard<std::mutex> lock(mutex_);
  serving_ = false;
  ended_ = true;
  AdvanceAll();
}

HealthService::Status HealthService::StatusOf(const std::string& name) const {
  if (!IsServed(name)) return HealthCheckResponse::SERVICE_UNKNOWN;
  return serving_ ? HealthCheckResponse::SERVING : HealthCheckResponse::NOT_SERVING;
}

void HealthService::AdvanceAll() {
  for (auto watch = watches_.begin(); watch != watches_.end();) Advance(*watch++);  // which may leave
}

// Whatever can be done next: gRPC writes one message at a time, and ends a call only when none is being written.
void HealthService::Advance(WatchCall* watch) {
  if (watch->writing_ || watch->done_ == nullptr) return;
  const Status status = StatusOf(watch->request_.service());
  if (!watch->end_.has_value() && watch->told_ != status) {
    HealthCheckResponse response;
    response.set_status(status);
    watch->told_ = status;
    watch->writing_ = true;
    watch->writer_.Write(response, watch->TagOf(&watch->written_));
    return;
  }
  if (ended_ && !watch->end_.has_value()) watch->end_ = server_ends_;
  if (!watch->end_.has_value()) return;
  watches_.erase(watch);
  const GrpcCall::Done done = std::exchange(watch->done_, nullptr);
  const absl::Status end = *watch->end_;
  done(end);  // the watch may be gone
}

}  // namespace tiqu::serving
