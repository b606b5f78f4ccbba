// The two services of TensorFlow Serving, each method a call of the function that REST shares.
//
// Thread safety: gRPC calls the methods from many threads.
#pragma once

#include "serving/grpc/grpc_call.h"
#include "serving/inference/classify.h"
#include "serving/inference/predict.h"
#include "serving/models/model_registry.h"
#include "serving_inference.grpc.pb.h"
#include "serving_management.grpc.pb.h"

namespace tiqu::serving {

class PredictionServiceImpl final : public pb::PredictionService::Service {
 public:
  PredictionServiceImpl(const ModelRegistry* models, const GrpcCalls* calls, Metrics* metrics, PredictOptions predict,
                        ClassifyOptions classify)
      : models_(*models), calls_(*calls), metrics_(*metrics), predict_(predict), classify_(classify) {}

  grpc::Status Classify(grpc::ServerContext* context, const pb::ClassificationRequest* request,
                        pb::ClassificationResponse* response) override;
  grpc::Status Regress(grpc::ServerContext* context, const pb::RegressionRequest* request,
                       pb::RegressionResponse* response) override;
  grpc::Status Predict(grpc::ServerContext* context, const pb::PredictRequest* request,
                       pb::PredictResponse* response) override;
  grpc::Status MultiInference(grpc::ServerContext* context, const pb::MultiInferenceRequest* request,
                              pb::MultiInferenceResponse* response) override;
  grpc::Status GetModelMetadata(grpc::ServerContext* context, const pb::GetModelMetadataRequest* request,
                                pb::GetModelMetadataResponse* response) override;

 private:
  const ModelRegistry& models_;
  const GrpcCalls& calls_;
  Metrics& metrics_;
  const PredictOptions predict_;
  const ClassifyOptions classify_;
};

class ModelServiceImpl final : public pb::ModelService::Service {
 public:
  ModelServiceImpl(ModelRegistry* models, const GrpcCalls* calls) : models_(*models), calls_(*calls) {}

  grpc::Status GetModelStatus(grpc::ServerContext* context, const pb::GetModelStatusRequest* request,
                              pb::GetModelStatusResponse* response) override;
  grpc::Status HandleReloadConfigRequest(grpc::ServerContext* context, const pb::ReloadConfigRequest* request,
                                         pb::ReloadConfigResponse* response) override;

 private:
  // Errors: those of ModelRegistry::Reload, INVALID_ARGUMENT (not a list of models).
  absl::Status Reload(const pb::ModelServerConfig& config);

  ModelRegistry& models_;
  const GrpcCalls& calls_;
};

}  // namespace tiqu::serving
