#include "serving/grpc/health_service.h"

#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/time/clock.h"
#include "grpcpp/client_context.h"
#include "gtest/gtest.h"
#include "serving/grpc/grpc_server_test_util.h"

namespace tiqu::serving {
namespace {

using grpc::health::v1::Health;
using grpc::health::v1::HealthCheckRequest;
using grpc::health::v1::HealthCheckResponse;

class HealthServiceTest : public GrpcServerFixture {
 protected:
  void Start(const GrpcOptions& options = {}) {
    ASSERT_NO_FATAL_FAILURE(StartServer(options));
    health_ = Health::NewStub(channel_);
  }

  static HealthCheckRequest RequestFor(const std::string& service) {
    HealthCheckRequest request;
    request.set_service(service);
    return request;
  }

  grpc::Status Check(const std::string& service) {
    grpc::ClientContext context;
    return health_->Check(&context, RequestFor(service), &response_);
  }

  std::unique_ptr<Health::Stub> health_;
  HealthCheckResponse response_;
};

TEST_F(HealthServiceTest, ChecksNeedNoToken) {
  GrpcOptions options;
  options.bearer_token = "secret";
  Start(options);
  for (const char* name : {"", "ModelService", "PredictionService", "tensorflow.serving.ModelService",
                           "tensorflow.serving.PredictionService"}) {
    ASSERT_TRUE(Check(name).ok()) << name;
    EXPECT_EQ(response_.status(), HealthCheckResponse::SERVING) << name;
  }
  EXPECT_EQ(Check("other").error_code(), grpc::StatusCode::NOT_FOUND);
  server_->SetServing(false);
  ASSERT_TRUE(Check("").ok());
  EXPECT_EQ(response_.status(), HealthCheckResponse::NOT_SERVING);
}

TEST_F(HealthServiceTest, ThereIsNoneUnlessAskedFor) {
  GrpcOptions options;
  options.health = false;
  Start(options);
  EXPECT_EQ(Check("").error_code(), grpc::StatusCode::UNIMPLEMENTED);
}

TEST_F(HealthServiceTest, AWatchHearsOfEveryChangeUpToTheEnd) {
  Start();
  grpc::ClientContext context, unknown_context;
  const auto watch = health_->Watch(&context, RequestFor("PredictionService"));
  const auto unknown = health_->Watch(&unknown_context, RequestFor("other"));
  ASSERT_TRUE(watch->Read(&response_));
  EXPECT_EQ(response_.status(), HealthCheckResponse::SERVING);
  server_->SetServing(false);
  ASSERT_TRUE(watch->Read(&response_));
  EXPECT_EQ(response_.status(), HealthCheckResponse::NOT_SERVING);
  server_->SetServing(true);
  server_->SetServing(true);
  ASSERT_TRUE(watch->Read(&response_));
  EXPECT_EQ(response_.status(), HealthCheckResponse::SERVING);
  const absl::Time start = absl::Now();
  server_->Drain(absl::Seconds(60));
  EXPECT_LT(absl::Now() - start, absl::Seconds(30));
  ASSERT_TRUE(watch->Read(&response_));
  EXPECT_EQ(response_.status(), HealthCheckResponse::NOT_SERVING);
  EXPECT_FALSE(watch->Read(&response_));
  EXPECT_EQ(watch->Finish().error_code(), grpc::StatusCode::UNAVAILABLE);
  ASSERT_TRUE(unknown->Read(&response_));
  EXPECT_EQ(response_.status(), HealthCheckResponse::SERVICE_UNKNOWN);
  EXPECT_FALSE(unknown->Read(&response_));
}

TEST_F(HealthServiceTest, WatchesThatComeAndGoWhileTheStatusChangesAndTheServerEnds) {
  for (int round = 0; round < 10; ++round) {
    Start();
    std::vector<std::thread> clients;
    for (int i = 0; i < 6; ++i) {
      clients.emplace_back([this, i] {
        grpc::ClientContext context;
        context.set_deadline(std::chrono::system_clock::now() + std::chrono::milliseconds(5 * i));
        const auto watch = health_->Watch(&context, RequestFor(""));
        HealthCheckResponse response;
        while (watch->Read(&response)) {
          if (i % 2 == 0) context.TryCancel();
        }
        EXPECT_FALSE(watch->Finish().ok());
      });
    }
    for (int i = 0; i < 10 * round; ++i) {
      server_->SetServing(i % 2 == 0);
      absl::SleepFor(absl::Microseconds(200));
    }
    server_.reset();
    for (std::thread& client : clients) client.join();
  }
}

// gRPC's own service is. The best of some, since the machine may be busy.
TEST_F(HealthServiceTest, ACheckAfterAQuietSecondIsNotLate) {
  Start();
  absl::Duration best = absl::InfiniteDuration();
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(Check("").ok());
    absl::SleepFor(absl::Milliseconds(1040));
    const absl::Time start = absl::Now();
    ASSERT_TRUE(Check("").ok());
    best = std::min(best, absl::Now() - start);
  }
  EXPECT_LT(best, absl::Milliseconds(30));
}

}  // namespace
}  // namespace tiqu::serving
