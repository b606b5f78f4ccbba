#include "serving/grpc/grpc_call.h"

#include <exception>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "serving/metrics/request_metrics.h"
#include "serving/rest/bearer_token.h"

namespace tiqu::serving {
namespace {

constexpr size_t kMostMessageBytes = 1024;

RunLimits LimitsOf(grpc::CallbackServerContext* context) {
  RunLimits limits;
  if (context->deadline() < std::chrono::system_clock::time_point::max()) {
    limits.deadline = absl::FromChrono(context->deadline());
  }
  limits.cancelled = [context] { return context->IsCancelled(); };
  return limits;
}

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
void FinishCall(grpc::ServerUnaryReactor* reactor, const Work& work) {
  grpc::Status status(grpc::StatusCode::RESOURCE_EXHAUSTED, "");
  try {
    status = ToGrpc(RunGuarded(work));
  } catch (const std::exception&) {
  }
  reactor->Finish(std::move(status));
}

}  // namespace

grpc::Status ToGrpc(const absl::Status& status) {
  if (status.ok()) return grpc::Status::OK;
  std::string message(status.message());
  if (message.size() > kMostMessageBytes) message = message.substr(0, kMostMessageBytes) + "...TRUNCATED";
  return grpc::Status(static_cast<grpc::StatusCode>(status.raw_code()), message);
}

absl::Status GrpcCalls::Authenticate(const grpc::CallbackServerContext& context) const {
  if (bearer_token_.empty()) return absl::OkStatus();
  const auto [begin, end] = context.client_metadata().equal_range("authorization");
  for (auto it = begin; it != end; ++it) {
    if (HasBearerToken({it->second.data(), it->second.size()}, bearer_token_)) return absl::OkStatus();
  }
  return absl::UnauthenticatedError("a bearer token is needed: metadata 'authorization: Bearer TOKEN'");
}

grpc::ServerUnaryReactor* GrpcCalls::Answer(grpc::CallbackServerContext* context, TaskQueue* queue,
                                            std::function<absl::Status()> work) const {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  const absl::Status queued = RunGuarded([&]() -> absl::Status {
    TIQU_RETURN_IF_ERROR(Authenticate(*context));
    queue->Submit([reactor, work = std::move(work)] { FinishCall(reactor, work); });
    return absl::OkStatus();
  });
  if (!queued.ok()) FinishCall(reactor, [&queued] { return queued; });
  return reactor;
}

grpc::ServerUnaryReactor* GrpcCalls::Infer(grpc::CallbackServerContext* context, const char* api, std::string model,
                                           std::function<absl::Status(const RunLimits&)> work) {
  const absl::Time start = absl::Now();
  return Answer(context, &inference_, [this, context, api, start, model = std::move(model), work = std::move(work)] {
    const absl::Status status = RunGuarded([&]() -> absl::Status {
      const RunLimits limits = LimitsOf(context);
      TIQU_RETURN_IF_ERROR(limits.Check());  // it may have waited for long
      return work(limits);
    });
    CountRequest(&metrics_, {model, api, "GRPC"}, status, absl::Now() - start);
    return status;
  });
}

grpc::ServerUnaryReactor* GrpcCalls::Manage(grpc::CallbackServerContext* context, std::function<absl::Status()> work) {
  return Answer(context, &management_, std::move(work));
}

}  // namespace tiqu::serving
