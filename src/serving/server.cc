#include "serving/server.h"

#include <algorithm>
#include <memory>
#include <string>
#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "base/log.h"
#include "base/status.h"
#include "serving/grpc/grpc_server.h"
#include "serving/http/http_server.h"
#include "serving/metrics/metrics.h"
#include "serving/metrics/version_metrics.h"
#include "serving/models/model_store.h"
#include "serving/models/run_gate.h"
#include "serving/models/saved_model_loader.h"
#include "serving/models/server_config.h"
#include "serving/models/text_config.h"
#include "serving/models/text_threads.h"
#include "serving/models/version_log.h"
#include "serving/rest/rest_handler.h"
#include "serving/server_settings.h"

namespace tiqu::serving {
namespace {

constexpr absl::Duration kStopPoll = absl::Milliseconds(50);

class Server {
 public:
  explicit Server(const ServerOptions& options) : options_(options) {}

  absl::Status Start(const std::function<bool()>& stop) {
    TIQU_ASSIGN_OR_RETURN(const ServerFiles files, ReadServerFiles(options_));
    TIQU_RETURN_IF_ERROR(CheckPorts());
    text_threads_ = std::make_unique<TextThreads>(RunWidth(options_.tensorflow_session_parallelism));
    TIQU_ASSIGN_OR_RETURN(ModelStoreOptions store, MakeStoreOptions(options_, text_threads_.get(), &metrics_));
    store.on_event = [this](const VersionEvent& event) {
      LogVersionEvent(event);
      CountVersionEvent(&metrics_, event);
    };
    TIQU_ASSIGN_OR_RETURN(store_, ModelStore::Start(files.models, std::move(store)));
    TIQU_RETURN_IF_ERROR(store_->WaitUntilServing(stop));
    TIQU_RETURN_IF_ERROR(StartGrpc(files));
    return StartRest(files);
  }

  void Serve(const std::function<bool()>& stop) {
    while (!stop()) absl::SleepFor(kStopPoll);
    TIQU_LOG_INFO("stopping: no more requests are taken, those that run have {} s", options_.drain_seconds);
    const absl::Duration patience = absl::Seconds(options_.drain_seconds);
    if (grpc_ != nullptr) grpc_->SetServing(false);
    // Both at once, so that neither waits for the other.
    std::thread rest([this, patience] {
      if (http_ != nullptr) http_->Stop(patience);
    });
    if (grpc_ != nullptr) grpc_->Drain(patience);
    rest.join();
    store_->Stop();
  }

 private:
  absl::Status CheckPorts() const {
    if (options_.port != options_.rest_api_port || options_.port == 0) return absl::OkStatus();
    return absl::InvalidArgumentError(
        absl::StrCat("rest_api_port: http_port cannot be same as grpc_port, and both are ", options_.port));
  }

  absl::Status StartGrpc(const ServerFiles& files) {
    if (options_.port == 0 && options_.grpc_socket_path.empty()) return absl::OkStatus();
    TIQU_ASSIGN_OR_RETURN(grpc_, GrpcServer::Start(store_.get(), &metrics_, MakeGrpcOptions(options_, files)));
    if (options_.port != 0) TIQU_LOG_INFO("Running gRPC ModelServer at {}:{} ...", ShownAddress(), grpc_->port());
    if (!options_.grpc_socket_path.empty()) TIQU_LOG_INFO("gRPC at unix:{}", options_.grpc_socket_path);
    return absl::OkStatus();
  }

  absl::Status StartRest(const ServerFiles& files) {
    if (options_.rest_api_port == 0) return absl::OkStatus();
    rest_ = std::make_unique<RestHandler>(store_.get(), &metrics_, MakeRestOptions(options_, files));
    TIQU_ASSIGN_OR_RETURN(http_, HttpServer::Start(rest_.get(), MakeHttpOptions(options_, files), &metrics_));
    TIQU_LOG_INFO("Exporting HTTP/REST API at:{}:{} ...", ShownAddress(), http_->port());
    return absl::OkStatus();
  }

  std::string ShownAddress() const { return options_.listen_address.empty() ? "0.0.0.0" : options_.listen_address; }

  const ServerOptions& options_;
  Metrics metrics_;
  std::unique_ptr<TextThreads> text_threads_;
  std::unique_ptr<ModelStore> store_;
  std::unique_ptr<GrpcServer> grpc_;
  std::unique_ptr<RestHandler> rest_;
  std::unique_ptr<HttpServer> http_;
};

}  // namespace

absl::Status RunServer(const ServerOptions& options, const std::function<bool()>& stop) {
  // Debian's Abseil is built with its search for deadlocks, which gRPC's locks would pay for in every call.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  Server server(options);
  const absl::Status started = server.Start(stop);
  if (absl::IsCancelled(started)) return absl::OkStatus();  // told to stop while it loaded
  if (!started.ok()) {
    return absl::Status(started.code(),
                        absl::StrCat("Failed to start server. Error: ", absl::StatusCodeToString(started.code()), ": ",
                                     std::string(started.message())));
  }
  server.Serve(stop);
  return absl::OkStatus();
}

}  // namespace tiqu::serving
