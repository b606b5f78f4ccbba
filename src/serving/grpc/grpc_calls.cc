#include "serving/grpc/grpc_calls.h"

#include <algorithm>
#include <exception>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/status.h"
#include "serving/metrics/request_metrics.h"
#include "serving/models/guarded.h"
#include "serving/rest/bearer_token.h"

namespace tiqu::serving {
namespace {

constexpr size_t kMostMessageBytes = 1024;
constexpr int kManagementThreads = 4;  // a reload holds one while models load
constexpr int kOfferedCalls = 4;       // of a method, that gRPC may take up

// One reads a large request, another takes the next call.
int EventThreads() { return std::clamp(static_cast<int>(std::thread::hardware_concurrency()) / 2, 2, 8); }

// Ends the call with what `work` gives, and if that is more than memory allows, without a message.
template <typename Work>
void FinishCall(GrpcCall* call, const Work& work) {
  grpc::Status status(grpc::StatusCode::RESOURCE_EXHAUSTED, "");
  try {
    status = ToGrpc(Guarded(work));
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
  Served(GrpcCalls* calls, const char* api, TaskQueue* queue, TakeUp take_up)
      : calls_(*calls), api_(api), queue_(*queue), take_up_(std::move(take_up)) {}

  void Begin(GrpcCall* call) override {
    TakeUpMore(1);
    try {
      if (calls_.Authenticate(call->context()).ok()) {
        if (Start(call)) return;
        queue_.Submit([this, call] { FinishCall(call, [this, call] { return calls_.Run(api_, call); }); });
        return;
      }
    } catch (const std::exception&) {
      return call->Answer(grpc::Status(grpc::StatusCode::RESOURCE_EXHAUSTED, ""));
    }
    FinishCall(call, [this, call] { return calls_.Authenticate(call->context()); });
  }

  void End(GrpcCall* call) override {
    delete call;
    TakeUpMore(0);
    calls_.open_.Remove();
  }

  // Whether the call needs no thread that waits for it.
  bool Start(GrpcCall* call) {
    return call->Start(call->Limits(), [this, call](const absl::Status& status) {
      FinishCall(call, [&] {
        calls_.Count(api_, *call, status);
        return status;
      });
    });
  }

  // So many more, and those for which memory did not suffice before: the end of a call leaves room for another.
  void TakeUpMore(int count) {
    const std::lock_guard<std::mutex> lock(mutex_);
    for (missing_ += count; missing_ > 0; --missing_) {
      calls_.open_.Add();
      try {
        take_up_(this, calls_.events_.get());
      } catch (const std::exception&) {
        return calls_.open_.Remove();
      }
    }
  }

 private:
  GrpcCalls& calls_;
  const char* const api_;
  TaskQueue& queue_;
  const TakeUp take_up_;
  std::mutex mutex_;
  int missing_ = 0;
};

GrpcCalls::GrpcCalls(Metrics* metrics, std::string bearer_token, int most_threads)
    : metrics_(*metrics),
      bearer_token_(std::move(bearer_token)),
      inference_(most_threads),
      management_(kManagementThreads) {}

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
  if (events_ == nullptr) return;
  open_.WaitForNone();
  events_->Shutdown();
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
  events_.reset();
}

void GrpcCalls::Serve(const char* api, TaskQueue* queue, TakeUp take_up) {
  methods_.push_back(std::make_unique<Served>(this, api, queue, std::move(take_up)));
  methods_.back()->TakeUpMore(kOfferedCalls);
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
  const absl::Status status = Guarded([&]() -> absl::Status {
    TIQU_RETURN_IF_ERROR(limits.Check());  // it may have waited for long
    return call->Run(limits);
  });
  Count(api, *call, status);
  return status;
}

void GrpcCalls::Count(const char* api, const GrpcCall& call, const absl::Status& status) const {
  CountRequest(&metrics_, {call.model(), api, "GRPC"}, status, absl::Now() - call.start());
}

}  // namespace tiqu::serving
