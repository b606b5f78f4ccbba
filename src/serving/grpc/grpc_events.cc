#include "serving/grpc/grpc_events.h"

#include <algorithm>
#include <chrono>

namespace tiqu::serving {
namespace {

constexpr auto kEndsInterval = std::chrono::milliseconds(20);

// One for four cores: with more, gRPC hands the watch over its sockets from one to the other with every event.
int ThreadCount() { return std::clamp(static_cast<int>(std::thread::hardware_concurrency()) / 4, 1, 8); }

}  // namespace

void GrpcEvents::Start(grpc::ServerBuilder* builder, Happen happen) {
  happen_ = happen;
  arrivals_ = builder->AddCompletionQueue();
  ends_ = builder->AddCompletionQueue(/*is_frequently_polled=*/false);
  for (int i = 0; i < ThreadCount(); ++i) threads_.emplace_back([this] { TakeAll(); });
}

void GrpcEvents::Stop() {
  if (arrivals_ == nullptr) return;
  arrivals_->Shutdown();
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
  if (ends_ != nullptr) {
    ends_->Shutdown();
    TakeEnds();
  }
  arrivals_.reset();
  ends_.reset();
}

void GrpcEvents::TakeAll() {
  using Time = std::chrono::system_clock::time_point;
  void* tag = nullptr;
  bool ok = false;
  for (;;) {
    // A thread that sees no call may sleep: the one with which a call begins looks for its end.
    const Time until = running_ > 0 ? std::chrono::system_clock::now() + kEndsInterval : Time::max();
    const auto next = arrivals_->AsyncNext(&tag, &ok, until);
    if (next == grpc::CompletionQueue::SHUTDOWN) return;
    if (next == grpc::CompletionQueue::GOT_EVENT) happen_(tag, ok);
    TakeEnds();
  }
}

void GrpcEvents::TakeEnds() {
  void* tag = nullptr;
  bool ok = false;
  const gpr_timespec at_once = gpr_time_0(GPR_CLOCK_REALTIME);
  while (ends_->AsyncNext(&tag, &ok, at_once) == grpc::CompletionQueue::GOT_EVENT) happen_(tag, ok);
}

}  // namespace tiqu::serving
