// gRPC's health service (https://github.com/grpc/grpc/blob/master/doc/health-checking.md): Check and Watch.
//
// gRPC has one of its own, on threads that wake with the calls of all services and are late themselves after a quiet
// second.
//
// Thread safety: every method may be called from any number of threads.
#pragma once

#include <mutex>
#include <set>
#include <string>

#include "serving/grpc/grpc_calls.h"
#include "serving_health.grpc.pb.h"

namespace tiqu::serving {

class HealthService {
 public:
  // To be registered with the server.
  grpc::Service* service() { return &service_; }
  // REQUIRES: the server has started; this outlives `calls`.
  void Serve(GrpcCalls* calls);

  // What is said of every service; false at first.
  void SetServing(bool serving);
  // Not serving, whatever SetServing says from now on; those that watch are told, and their calls end.
  void End();

 private:
  using Status = grpc::health::v1::HealthCheckResponse::ServingStatus;
  class WatchCall;

  // These REQUIRE that mutex_ is held.
  Status StatusOf(const std::string& name) const;
  void Advance(WatchCall* watch);
  void AdvanceAll();

  using Service = grpc::health::v1::Health::WithRawMethod_Check<
      grpc::health::v1::Health::WithAsyncMethod_Watch<grpc::health::v1::Health::Service>>;
  Service service_;
  mutable std::mutex mutex_;
  const absl::Status server_ends_ = absl::UnavailableError("the server ends");  // beforehand: takes memory
  bool serving_ = false;
  bool ended_ = false;
  std::set<WatchCall*> watches_;
};

}  // namespace tiqu::serving
