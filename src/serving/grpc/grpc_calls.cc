#include "serving/grpc/grpc_calls.h"

#include <algorithm>
#include <exception>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/status.h"
#include "serving/metrics/request_metrics.h"
#include "serving/rest/bearer_token.h"

namespace tiqu::serving {
namespace {

constexpr size_t kMostMessageBytes = 1024;
constexpr int kManagementThreads = 4;  // a reload holds one while models load
constexpr int kWaitingCalls = 4;       // of a method, that gRPC may take up

// One reads a large request, another takes the next call.
int EventThreads() { return std::clamp(static_cast<int>(std::thread::hardware_concurrency()) / 2, 2, 8); }

// Exceptions of libraries end here.
template <typename Work>
absl::Status RunGuarded(const Work& work) {
  try {
    return work();
  } catch (const std::exception& error) {
    return absl::ResourceExhaustedError(error.what());  // memory
  }
}

// Ends the call with what `work` gives, and if that is more than memory allows, without a message.
template <typename Work>
void FinishCall(GrpcCall* call, const Work& work) {
  grpc::Status status(grpc::StatusCode::RESOURCE_EXHAUSTED, "");
  try {
    status = ToGrpc(RunGuarded(work));
  } catch (const std::exception&) {
  }
  call->Answer(status);
}

}  // namespace

grpc::Status ToGrpc(const absl::Status& status) {
  if (status.ok()) return grpc::Status::OK;
  std::string message(status.message());
  if (message.size() > kMostMessageBytes) message = message.substr(0, kMostMessageBytes) + "...TRUNCATED";
  return grpc::Status(static_cast<grpc::StatusCode>(status.raw_code()), message);
}

// A method, and the calls of it that gRPC may take up.
class GrpcCalls::Served final : public GrpcCall::Owner {
 public:
  Served(const GrpcCalls* calls, const char* api, std::optional<TaskQueue>* queue, TakeUp take_up)
      : calls_(*calls), api_(api), queue_(*queue), take_up_(std::move(take_up)) {}

  void Begin(GrpcCall* call) override {
    TakeUpMore(1);
    const absl::Status queued = RunGuarded([&]() -> absl::Status {
      TIQU_RETURN_IF_ERROR(calls_.Authenticate(call->context()));
      queue_->Submit([this, call] { FinishCall(call, [this, call] { return calls_.Run(api_, call); }); });
      return absl::OkStatus();
    });
    if (!queued.ok()) FinishCall(call, [&queued] { return queued; });
  }

  void End(GrpcCall* call) override {
    delete call;
    TakeUpMore(0);
  }

  // So many more, and those for which memory did not suffice before.
  void TakeUpMore(int count) {
    const std::lock_guard<std::mutex> lock(mutex_);
    missing_ += count;
    const absl::Status status = RunGuarded([this] {
      for (; missing_ > 0 && !stopped_; --missing_) take_up_(this, calls_.events_.get());
      return absl::OkStatus();
    });
    static_cast<void>(status);
  }

  void Stop() {
    const std::lock_guard<std::mutex> lock(mutex_);
    stopped_ = true;
  }

 private:
  const GrpcCalls& calls_;
  const char* const api_;
  std::optional<TaskQueue>& queue_;
  const TakeUp take_up_;
  std::mutex mutex_;
  int missing_ = 0;
  bool stopped_ = false;
};

GrpcCalls::GrpcCalls(Metrics* metrics, std::string bearer_token, int most_threads)
    : metrics_(*metrics), bearer_token_(std::move(bearer_token)) {
  inference_.emplace(most_threads);
  management_.emplace(kManagementThreads);
}

GrpcCalls::~GrpcCalls() { Stop(); }

void GrpcCalls::Start(std::unique_ptr<grpc::ServerCompletionQueue> events) {
  events_ = std::move(events);
  for (int i = 0; i < EventThreads(); ++i) {
    threads_.emplace_back([this] {
      void* tag = nullptr;
      for (bool ok = false; events_->Next(&tag, &ok);) GrpcCall::Happen(tag, ok);
    });
  }
}

void GrpcCalls::Stop() {
  inference_.reset();
  management_.reset();
  for (const auto& method : methods_) method->Stop();
  if (events_ == nullptr) return;
  events_->Shutdown();
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
  events_.reset();
}

void GrpcCalls::Serve(const char* api, std::optional<TaskQueue>* queue, TakeUp take_up) {
  methods_.push_back(std::make_unique<Served>(this, api, queue, std::move(take_up)));
  methods_.back()->TakeUpMore(kWaitingCalls);
}

absl::Status GrpcCalls::Authenticate(const grpc::ServerContext& context) const {
  if (bearer_token_.empty()) return absl::OkStatus();
  const auto [begin, end] = context.client_metadata().equal_range("authorization");
  for (auto it = begin; it != end; ++it) {
    if (HasBearerToken({it->second.data(), it->second.size()}, bearer_token_)) return absl::OkStatus();
  }
  return absl::UnauthenticatedError("a bearer token is needed: metadata 'authorization: Bearer TOKEN'");
}

absl::Status GrpcCalls::Run(const char* api, GrpcCall* call) const {
  const RunLimits limits = call->Limits();
  if (*api == '\0') return call->Run(limits);
  const absl::Status status = RunGuarded([&]() -> absl::Status {
    TIQU_RETURN_IF_ERROR(limits.Check());  // it may have waited for long
    return call->Run(limits);
  });
  CountRequest(&metrics_, {call->model(), api, "GRPC"}, status, absl::Now() - call->start());
  return status;
}

}  // namespace tiqu::serving
