#include "serving/grpc/grpc_call.h"

#include <chrono>

#include "absl/time/clock.h"

namespace tiqu::serving {

RunLimits GrpcCall::Limits() const {
  RunLimits limits;
  if (context_.deadline() < std::chrono::system_clock::time_point::max()) {
    limits.deadline = absl::FromChrono(context_.deadline());
  }
  limits.cancelled = [this] { return cancelled_.load(std::memory_order_relaxed); };
  return limits;
}

void GrpcCall::OnArrived(bool ok) {
  if (!ok) return owner_.End(this);
  start_ = absl::Now();
  owner_.Begin(this);
}

void GrpcCall::Answer(const grpc::Status& status) {
  Finish(status);
  LetGo();
}

// gRPC says so in any case, also of a call that was answered.
void GrpcCall::OnOver(bool /*ok*/) {
  if (context_.IsCancelled()) {
    cancelled_ = true;
    OnCancelled();
  }
  LetGo();
}

void GrpcCall::LetGo() {
  if (--holders_ == 0) owner_.End(this);
}

}  // namespace tiqu::serving
