// A server of gRPC on a port of its own, for tests of its services.
#pragma once

#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "grpcpp/create_channel.h"
#include "gtest/gtest.h"
#include "serving/grpc/grpc_server.h"
#include "serving/rest/half_plus_two.h"

namespace tiqu::serving {

class GrpcServerFixture : public testing::Test {
 protected:
  void StartServer(GrpcOptions options) {
    options.address = "127.0.0.1:0";
    auto server = GrpcServer::Start(&models_, &metrics_, options);
    ASSERT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
    channel_ = grpc::CreateChannel(absl::StrCat("127.0.0.1:", server_->port()), grpc::InsecureChannelCredentials());
  }

  HalfPlusTwoModels models_;
  Metrics metrics_;
  std::unique_ptr<GrpcServer> server_;
  std::shared_ptr<grpc::Channel> channel_;
};

}  // namespace tiqu::serving
