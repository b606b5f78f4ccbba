#include "serving/grpc/grpc_calls.h"

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
      : calls_(*calls), api_(api), queue_(queue), take_up_(std::move(take_up)) {}

  void Begin(GrpcCall* call) override {
    calls_.events_.Begin();
    TakeUpMore(1);
    try {
      absl::Status status = queue_ == nullptr ? absl::OkStatus() : calls_.Authenticate(call->context());
      if (status.ok()) status = ReadAndStart(call);
      if (!status.ok()) call->Answer(ToGrpc(status));
    } catch (const std::exception&) {
      call->Answer(grpc::Status(grpc::StatusCode::RESOURCE_EXHAUSTED, ""));
    }
  }

  void End(GrpcCall* call) override {
    if (call->begun()) calls_.events_.End();
    delete call;
    TakeUpMore(0);
    calls_.open_.Remove();
  }

  // Here, or on a worker what takes time. With an error the call still waits for its answer, and so it does after an
  // exception.
  absl::Status ReadAndStart(GrpcCall* call) {
    if (queue_ != nullptr && call->is_long()) {
      queue_->Submit([this, call] {
        FinishCall(call, [this, call]() -> absl::Status {
          TIQU_RETURN_IF_ERROR(call->Read());
          return calls_.Run(api_, call);
        });
      });
      return absl::OkStatus();
    }
    TIQU_RETURN_IF_ERROR(call->Read());
    if (Start(call)) return absl::OkStatus();
    const auto run = [this, call] { FinishCall(call, [this, call] { return calls_.Run(api_, call); }); };
    queue_ == nullptr ? run() : queue_->Submit(run);
    return absl::OkStatus();
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
        take_up_(this, calls_.events_);
      } catch (const std::exception&) {
        return calls_.open_.Remove();
      }
    }
  }

 private:
  GrpcCalls& calls_;
  const char* const api_;
  TaskQueue* const queue_;
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

void GrpcCalls::Start(grpc::ServerBuilder* builder) { events_.Start(builder, &GrpcCall::Happen); }

void GrpcCalls::Stop() {
  open_.WaitForNone();
  events_.Stop();
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
  const absl::Status status = Guarded([&]() -> absl::Status {
    TIQU_RETURN_IF_ERROR(limits.Check());  // it may have waited for long
    return call->Run(limits);
  });
  Count(api, *call, status);
  return status;
}

void GrpcCalls::Count(const char* api, const GrpcCall& call, const absl::Status& status) const {
  if (*api == '\0') return;
  CountRequest(&metrics_, {call.model(), api, "GRPC"}, status, absl::Now() - call.start());
}

}  // namespace tiqu::serving
