#include "serving/grpc/grpc_server.h"

#include <chrono>
#include <limits>
#include <mutex>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/status.h"
#include "grpcpp/ext/proto_server_reflection_plugin.h"
#include "grpcpp/resource_quota.h"
#include "grpcpp/server.h"
#include "grpcpp/server_builder.h"
#include "serving/grpc/health_service.h"
#include "serving/grpc/services.h"

namespace tiqu::serving {
namespace {

constexpr int kPollersPerQueue = 2;

std::shared_ptr<grpc::ServerCredentials> CredentialsOf(const pb::SSLConfig& ssl) {
  if (ssl.server_key().empty()) return grpc::InsecureServerCredentials();
  grpc::SslServerCredentialsOptions options(ssl.client_verify()
                                                ? GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY
                                                : GRPC_SSL_DONT_REQUEST_CLIENT_CERTIFICATE);
  options.pem_root_certs = ssl.custom_ca();
  options.pem_key_cert_pairs.push_back({ssl.server_key(), ssl.server_cert()});
  return grpc::SslServerCredentials(options);
}

absl::Status AddChannelArguments(const std::string& arguments, grpc::ServerBuilder* builder) {
  for (const auto& argument : absl::StrSplit(arguments, ',', absl::SkipEmpty())) {
    const std::vector<std::string> parts = absl::StrSplit(argument, absl::MaxSplits('=', 1));
    if (parts.size() != 2 || parts[0].empty()) {
      return absl::InvalidArgumentError(
          absl::StrCat("grpc_channel_arguments: '", argument, "' is not of the form NAME=VALUE"));
    }
    int number = 0;
    if (absl::SimpleAtoi(parts[1], &number)) {
      builder->AddChannelArgument(parts[0], number);
    } else {
      builder->AddChannelArgument(parts[0], parts[1]);
    }
  }
  return absl::OkStatus();
}

}  // namespace

class GrpcServer::Impl {
 public:
  Impl(ModelRegistry* models, Metrics* metrics, const GrpcOptions& options)
      : models_(*models), metrics_(*metrics), calls_(metrics, options.bearer_token, options.max_threads) {}
  ~Impl() { Drain(absl::ZeroDuration()); }

  absl::Status Start(const GrpcOptions& options) {
    grpc::reflection::InitProtoReflectionServerBuilderPlugin();
    grpc::ServerBuilder builder;
    if (!options.address.empty()) builder.AddListeningPort(options.address, CredentialsOf(options.ssl), &port_);
    if (!options.socket_path.empty()) {
      builder.AddListeningPort(absl::StrCat("unix:", options.socket_path), grpc::InsecureServerCredentials());
    }
    TIQU_RETURN_IF_ERROR(AddChannelArguments(options.channel_arguments, &builder));
    // One port has one server: without this a second one would share it and take half of its calls.
    builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
    builder.SetMaxMessageSize(std::numeric_limits<int>::max());
    builder.RegisterService(&prediction_service_).RegisterService(&model_service_);
    grpc::ResourceQuota quota;
    builder.SetResourceQuota(quota.SetMaxThreads(options.max_threads));
    builder.SetSyncServerOption(grpc::ServerBuilder::MAX_POLLERS, kPollersPerQueue);
    if (options.health) builder.RegisterService(health_.service());
    calls_.Start(&builder);
    server_ = builder.BuildAndStart();
    if (server_ == nullptr || (!options.address.empty() && port_ == 0)) {
      return absl::UnavailableError(
          absl::StrCat("gRPC cannot listen on ", options.address.empty() ? options.socket_path : options.address));
    }
    ServePredictionService(models_, &metrics_, {options.tensor_content}, options.classify, &prediction_service_,
                           &calls_);
    ServeModelService(&models_, &model_service_, &calls_);
    SetServing(true);
    if (options.health) health_.Serve(&calls_);
    return absl::OkStatus();
  }

  int port() const { return port_; }

  void SetServing(bool serving) { health_.SetServing(serving); }

  void Drain(absl::Duration patience) {
    if (server_ == nullptr) return;
    const std::lock_guard<std::mutex> lock(draining_);
    health_.End();
    server_->Shutdown(std::chrono::system_clock::now() + absl::ToChronoMilliseconds(patience));
    server_->Wait();
    calls_.Stop();
  }

 private:
  ModelRegistry& models_;
  Metrics& metrics_;
  // Before the calls, which refer to them.
  RawPredictionService prediction_service_;
  RawModelService model_service_;
  HealthService health_;
  int port_ = 0;
  std::mutex draining_;
  std::unique_ptr<grpc::Server> server_;
  GrpcCalls calls_;
};

GrpcServer::GrpcServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
GrpcServer::~GrpcServer() = default;

absl::StatusOr<std::unique_ptr<GrpcServer>> GrpcServer::Start(ModelRegistry* models, Metrics* metrics,
                                                              const GrpcOptions& options) {
  auto impl = std::make_unique<Impl>(models, metrics, options);
  TIQU_RETURN_IF_ERROR(impl->Start(options));
  return std::unique_ptr<GrpcServer>(new GrpcServer(std::move(impl)));
}

int GrpcServer::port() const { return impl_->port(); }
void GrpcServer::SetServing(bool serving) { impl_->SetServing(serving); }
void GrpcServer::Drain(absl::Duration patience) { impl_->Drain(patience); }

}  // namespace tiqu::serving
