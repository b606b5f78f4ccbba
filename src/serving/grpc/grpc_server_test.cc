#include "serving/grpc/grpc_server.h"

#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

#include "gmock/gmock.h"
#include "grpcpp/client_context.h"
#include "grpcpp/generic/generic_stub.h"
#include "gtest/gtest.h"
#include "serving/grpc/grpc_server_test_util.h"
#include "serving_inference.grpc.pb.h"
#include "serving_management.grpc.pb.h"

namespace tiqu::serving {
namespace {

using ::testing::HasSubstr;

class GrpcServerTest : public GrpcServerFixture {
 protected:
  void Start(const GrpcOptions& options = {}) {
    ASSERT_NO_FATAL_FAILURE(StartServer(options));
    prediction_ = pb::PredictionService::NewStub(channel_);
    model_ = pb::ModelService::NewStub(channel_);
  }

  grpc::Status Predict(grpc::ClientContext* context, const std::string& model = "m") {
    return Predict(context, model, 0, &response_);
  }

  // Version 0: the latest.
  grpc::Status Predict(grpc::ClientContext* context, const std::string& model, int version,
                       pb::PredictResponse* response) {
    pb::PredictRequest request;
    request.mutable_model_spec()->set_name(model);
    if (version != 0) request.mutable_model_spec()->mutable_version()->set_value(version);
    tensorflow::TensorProto& x = (*request.mutable_inputs())["x"];
    x.set_dtype(tensorflow::DT_FLOAT);
    x.mutable_tensor_shape()->add_dim()->set_size(1);
    x.add_float_val(2);
    return prediction_->Predict(context, request, response);
  }

  std::unique_ptr<pb::PredictionService::Stub> prediction_;
  std::unique_ptr<pb::ModelService::Stub> model_;
  pb::PredictResponse response_;
};

TEST_F(GrpcServerTest, PredictsAndCounts) {
  Start();
  grpc::ClientContext good, bad;
  const grpc::Status status = Predict(&good);
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(response_.outputs().at("y").float_val(0), 3);
  EXPECT_EQ(Predict(&bad, "foo").error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_THAT(metrics_.Text(), HasSubstr(":tensorflow:serving:request_count{model_name=\"m\",status=\"OK\"} 1"));
  EXPECT_THAT(metrics_.Text(),
              HasSubstr(":tensorflow:serving:request_count{model_name=\"foo\",status=\"NOT_FOUND\"} 1"));
}

// Two wait for a text; the only thread for other calls stays free.
TEST_F(GrpcServerTest, WhatIsStartedElsewhereKeepsNoThread) {
  GrpcOptions options;
  options.max_threads = 1;
  TaskQueue elsewhere(2);
  models_.version(2).StartElsewhere(&elsewhere);
  std::atomic<int> waiting = 0, good = 0;
  std::atomic<bool> go = false;
  models_.version(2).OnRun([&](const RunLimits& /*limits*/) {
    ++waiting;
    while (!go) absl::SleepFor(absl::Milliseconds(1));
    return absl::OkStatus();
  });
  Start(options);
  std::vector<std::thread> clients;
  for (int i = 0; i < 2; ++i) {
    clients.emplace_back([&] {
      grpc::ClientContext context;
      pb::PredictResponse response;
      const grpc::Status status = Predict(&context, "m", 0, &response);
      good += status.ok() && response.outputs().at("y").float_val(0) == 3 ? 1 : 0;
    });
  }
  while (waiting != 2) absl::SleepFor(absl::Milliseconds(1));
  grpc::ClientContext other;
  EXPECT_TRUE(Predict(&other, "m", 1, &response_).ok());
  go = true;
  for (std::thread& client : clients) client.join();
  EXPECT_EQ(good, 2);
  grpc::ClientContext bad;
  pb::PredictRequest request;
  request.mutable_model_spec()->set_name("m");
  EXPECT_THAT(prediction_->Predict(&bad, request, &response_).error_message(),
              HasSubstr("input size does not match signature: 0!=1"));
  EXPECT_THAT(metrics_.Text(), HasSubstr(":tensorflow:serving:request_count{model_name=\"m\",status=\"OK\"} 3"));
  EXPECT_THAT(metrics_.Text(),
              HasSubstr(":tensorflow:serving:request_count{model_name=\"m\",status=\"INVALID_ARGUMENT\"} 1"));
  server_.reset();
}

TEST_F(GrpcServerTest, WhatIsStartedElsewhereIsCancelledAndWaitedFor) {
  TaskQueue elsewhere(1);
  models_.version(2).StartElsewhere(&elsewhere);
  grpc::ClientContext context;
  std::atomic<bool> ended = false;
  models_.version(2).OnRun([&](const RunLimits& limits) {
    context.TryCancel();
    while (limits.Check().ok()) absl::SleepFor(absl::Milliseconds(1));
    absl::SleepFor(absl::Milliseconds(100));
    ended = true;
    return limits.Check();
  });
  Start();
  EXPECT_EQ(Predict(&context).error_code(), grpc::StatusCode::CANCELLED);
  server_.reset();
  EXPECT_TRUE(ended);
}

TEST_F(GrpcServerTest, TheClientsDeadlineReachesTheRun) {
  Start();
  absl::Time seen;
  models_.version(2).OnRun([&seen](const RunLimits& limits) {
    seen = limits.deadline;
    return absl::OkStatus();
  });
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(100));
  ASSERT_TRUE(Predict(&context).ok());
  EXPECT_LT(absl::AbsDuration(seen - absl::Now() - absl::Seconds(100)), absl::Seconds(20));
}

TEST_F(GrpcServerTest, ACancelledCallIsSeenByTheRun) {
  Start();
  grpc::ClientContext context;
  models_.version(2).OnRun([&context](const RunLimits& limits) {
    EXPECT_TRUE(limits.Check().ok());
    context.TryCancel();
    for (int i = 0; i < 1000 && limits.Check().ok(); ++i) absl::SleepFor(absl::Milliseconds(10));
    EXPECT_EQ(limits.Check().code(), absl::StatusCode::kCancelled);
    return limits.Check();
  });
  EXPECT_EQ(Predict(&context).error_code(), grpc::StatusCode::CANCELLED);
  server_.reset();  // waits for the run, which uses the context
}

TEST_F(GrpcServerTest, ATokenIsWantedWhereOneIsSet) {
  GrpcOptions options;
  options.bearer_token = "secret";
  Start(options);
  grpc::ClientContext none, wrong, right;
  EXPECT_EQ(Predict(&none).error_code(), grpc::StatusCode::UNAUTHENTICATED);
  wrong.AddMetadata("authorization", "Bearer other");
  EXPECT_EQ(Predict(&wrong).error_code(), grpc::StatusCode::UNAUTHENTICATED);
  right.AddMetadata("authorization", "Bearer secret");
  EXPECT_TRUE(Predict(&right).ok());
}

TEST_F(GrpcServerTest, LongMessagesAreCut) {
  Start();
  models_.version(2).OnRun([](const RunLimits&) { return absl::InvalidArgumentError(std::string(5000, 'x')); });
  grpc::ClientContext context;
  EXPECT_EQ(Predict(&context).error_message(), std::string(1024, 'x') + "...TRUNCATED");
}

TEST_F(GrpcServerTest, DrainingFinishesWhatRuns) {
  Start();
  std::thread drain;
  models_.version(2).OnRun([this, &drain](const RunLimits&) {
    drain = std::thread([this] { server_->Drain(absl::Seconds(30)); });
    absl::SleepFor(absl::Milliseconds(200));
    return absl::OkStatus();
  });
  grpc::ClientContext running, late;
  EXPECT_TRUE(Predict(&running).ok());
  EXPECT_EQ(Predict(&late).error_code(), grpc::StatusCode::UNAVAILABLE);
  drain.join();
}

TEST_F(GrpcServerTest, DrainingWaitsForRunsThatDoNotStop) {
  Start();
  std::atomic<bool> begun = false, ended = false;
  models_.version(2).OnRun([&](const RunLimits&) {
    begun = true;
    absl::SleepFor(absl::Milliseconds(300));
    ended = true;
    return absl::OkStatus();
  });
  std::thread client([this] {
    grpc::ClientContext context;
    EXPECT_FALSE(Predict(&context).ok());
  });
  while (!begun) absl::SleepFor(absl::Milliseconds(1));
  server_->Drain(absl::ZeroDuration());
  EXPECT_TRUE(ended);
  client.join();
}

// More of them than calls that gRPC may take up at a time: none is lost by them.
TEST_F(GrpcServerTest, BytesThatAreNoRequestAreRefusedAndTheNextCallIsAnswered) {
  Start();
  grpc::GenericStub stub(channel_);
  grpc::CompletionQueue queue;
  for (int i = 0; i < 10; ++i) {
    // Every other one is long, and read on another thread.
    const grpc::Slice bytes(std::string(i % 2 == 0 ? 3 : 100000, '\xff'));
    grpc::ClientContext context;
    const grpc::ByteBuffer request(&bytes, 1);
    auto call = stub.PrepareUnaryCall(&context, "/tensorflow.serving.PredictionService/Predict", request, &queue);
    call->StartCall();
    grpc::ByteBuffer response;
    grpc::Status status;
    call->Finish(&response, &status, nullptr);
    void* tag = nullptr;
    bool ok = false;
    ASSERT_TRUE(queue.Next(&tag, &ok));
    EXPECT_EQ(status.error_code(), grpc::StatusCode::INTERNAL) << status.error_message();
  }
  grpc::ClientContext context;
  EXPECT_TRUE(Predict(&context).ok());
}

TEST_F(GrpcServerTest, ALongRequestIsReadAndAnswered) {
  Start();
  pb::PredictRequest request;
  request.mutable_model_spec()->set_name("m");
  tensorflow::TensorProto& x = (*request.mutable_inputs())["x"];
  x.set_dtype(tensorflow::DT_FLOAT);
  constexpr int kCount = 100000;
  x.mutable_tensor_shape()->add_dim()->set_size(kCount);
  for (int i = 0; i < kCount; ++i) x.add_float_val(static_cast<float>(i));
  grpc::ClientContext context;
  const grpc::Status status = prediction_->Predict(&context, request, &response_);
  ASSERT_TRUE(status.ok()) << status.error_message();
  ASSERT_EQ(response_.outputs().at("y").float_val_size(), kCount);
  EXPECT_EQ(response_.outputs().at("y").float_val(kCount - 1), (kCount - 1) / 2.0F + 2);
}

TEST_F(GrpcServerTest, ClientsThatGoAwayAndAServerThatEndsMeanwhile) {
  for (int round = 0; round < 20; ++round) {
    Start();
    models_.version(2).OnRun([](const RunLimits& limits) {
      while (limits.Check().ok()) absl::SleepFor(absl::Milliseconds(1));
      return limits.Check();
    });
    std::vector<std::thread> clients;
    for (int i = 0; i < 6; ++i) {
      clients.emplace_back([this, i] {
        grpc::ClientContext context;
        context.set_deadline(absl::ToChronoTime(absl::Now() + absl::Milliseconds(4 * i)));
        pb::PredictRequest request;
        request.mutable_model_spec()->set_name("m");
        pb::PredictResponse response;
        EXPECT_FALSE(prediction_->Predict(&context, request, &response).ok());
      });
    }
    absl::SleepFor(absl::Milliseconds(round));
    server_.reset();
    for (std::thread& client : clients) client.join();
  }
}

// One thread, which a call holds: what comes then waits, and a call that is over when its turn comes does not run.
TEST_F(GrpcServerTest, CallsWaitForAThreadAndManagementForNone) {
  GrpcOptions options;
  options.max_threads = 1;
  Start(options);
  std::atomic<int> runs = 0;
  std::atomic<bool> go = false;
  models_.version(2).OnRun([&](const RunLimits&) {
    ++runs;
    while (!go) absl::SleepFor(absl::Milliseconds(1));
    return absl::OkStatus();
  });
  const auto predict = [this](absl::Duration patience) {
    grpc::ClientContext context;
    context.set_deadline(absl::ToChronoTime(absl::Now() + patience));
    pb::PredictRequest request;
    request.mutable_model_spec()->set_name("m");
    tensorflow::TensorProto& x = (*request.mutable_inputs())["x"];
    x.set_dtype(tensorflow::DT_FLOAT);
    x.mutable_tensor_shape()->add_dim()->set_size(1);
    x.add_float_val(2);
    pb::PredictResponse response;
    return prediction_->Predict(&context, request, &response).error_code();
  };
  std::vector<std::thread> clients;
  std::atomic<int> good = 0;
  for (int i = 0; i < 2; ++i) {
    clients.emplace_back([&] { good += predict(absl::Seconds(60)) == grpc::StatusCode::OK ? 1 : 0; });
    while (runs != 1) absl::SleepFor(absl::Milliseconds(1));
  }
  EXPECT_EQ(predict(absl::Milliseconds(50)), grpc::StatusCode::DEADLINE_EXCEEDED);
  grpc::ClientContext context;
  pb::GetModelStatusRequest request;
  request.mutable_model_spec()->set_name("m");
  pb::GetModelStatusResponse response;
  EXPECT_TRUE(model_->GetModelStatus(&context, request, &response).ok());
  go = true;
  for (std::thread& client : clients) client.join();
  server_.reset();
  EXPECT_EQ(good, 2);
  EXPECT_EQ(runs, 2);
}

// Threads of gRPC's callback interface would sleep then. The best of some, since the machine may be busy.
TEST_F(GrpcServerTest, ACallAfterAQuietSecondIsNotLate) {
  absl::Duration best = absl::InfiniteDuration();
  for (int i = 0; i < 3; ++i) {
    Start();
    EXPECT_TRUE(channel_->WaitForConnected(std::chrono::system_clock::now() + std::chrono::seconds(10)));
    absl::SleepFor(absl::Milliseconds(1040));
    const absl::Time start = absl::Now();
    grpc::ClientContext context;
    EXPECT_TRUE(Predict(&context).ok());
    best = std::min(best, absl::Now() - start);
  }
  EXPECT_LT(best, absl::Milliseconds(30));
}

TEST_F(GrpcServerTest, AnArgumentWithoutValueIsRefused) {
  GrpcOptions options;
  options.address = "127.0.0.1:0";
  options.channel_arguments = "grpc.x";
  const auto server = GrpcServer::Start(&models_, &metrics_, options);
  EXPECT_EQ(server.status(),
            absl::InvalidArgumentError("grpc_channel_arguments: 'grpc.x' is not of the form NAME=VALUE"));
}

TEST_F(GrpcServerTest, APortThatIsTakenIsAnError) {
  Start();
  GrpcOptions options;
  options.address = absl::StrCat("127.0.0.1:", server_->port());
  const auto second = GrpcServer::Start(&models_, &metrics_, options);
  EXPECT_EQ(second.status().code(), absl::StatusCode::kUnavailable);
}

TEST_F(GrpcServerTest, StatusIsAskedOfTheModelService) {
  Start();
  grpc::ClientContext context;
  pb::GetModelStatusRequest request;
  request.mutable_model_spec()->set_name("m");
  pb::GetModelStatusResponse response;
  ASSERT_TRUE(model_->GetModelStatus(&context, request, &response).ok());
  EXPECT_EQ(response.model_version_status(0).state(), pb::ModelVersionStatus::AVAILABLE);
}

}  // namespace
}  // namespace tiqu::serving
