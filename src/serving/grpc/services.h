// The two services of TensorFlow Serving, each method a call of the function that REST shares.
//
// The methods come back at once; what they start runs on threads of GrpcCalls. Thread safety: gRPC calls the methods
// from many threads.
#pragma once

#include "serving/grpc/grpc_call.h"
#include "serving/inference/classify.h"
#include "serving/inference/predict.h"
#include "serving/models/model_registry.h"
#include "serving_inference.grpc.pb.h"
#include "serving_management.grpc.pb.h"

namespace tiqu::serving {

class PredictionServiceImpl final : public pb::PredictionService::CallbackService {
 public:
  PredictionServiceImpl(const ModelRegistry* models, GrpcCalls* calls, Metrics* metrics, PredictOptions predict,
                        ClassifyOptions classify)
      : models_(*models), calls_(*calls), metrics_(*metrics), predict_(predict), classify_(classify) {}

  grpc::ServerUnaryReactor* Classify(grpc::CallbackServerContext* context, const pb::ClassificationRequest* request,
                                     pb::ClassificationResponse* response) override;
  grpc::ServerUnaryReactor* Regress(grpc::CallbackServerContext* context, const pb::RegressionRequest* request,
                                    pb::RegressionResponse* response) override;
  grpc::ServerUnaryReactor* Predict(grpc::CallbackServerContext* context, const pb::PredictRequest* request,
                                    pb::PredictResponse* response) override;
  grpc::ServerUnaryReactor* MultiInference(grpc::CallbackServerContext* context,
                                           const pb::MultiInferenceRequest* request,
                                           pb::MultiInferenceResponse* response) override;
  grpc::ServerUnaryReactor* GetModelMetadata(grpc::CallbackServerContext* context,
                                             const pb::GetModelMetadataRequest* request,
                                             pb::GetModelMetadataResponse* response) override;

 private:
  const ModelRegistry& models_;
  GrpcCalls& calls_;
  Metrics& metrics_;
  const PredictOptions predict_;
  const ClassifyOptions classify_;
};

class ModelServiceImpl final : public pb::ModelService::CallbackService {
 public:
  ModelServiceImpl(ModelRegistry* models, GrpcCalls* calls) : models_(*models), calls_(*calls) {}

  grpc::ServerUnaryReactor* GetModelStatus(grpc::CallbackServerContext* context,
                                           const pb::GetModelStatusRequest* request,
                                           pb::GetModelStatusResponse* response) override;
  grpc::ServerUnaryReactor* HandleReloadConfigRequest(grpc::CallbackServerContext* context,
                                                      const pb::ReloadConfigRequest* request,
                                                      pb::ReloadConfigResponse* response) override;

 private:
  // Errors: those of ModelRegistry::Reload, INVALID_ARGUMENT (not a list of models).
  absl::Status Reload(const pb::ModelServerConfig& config);

  ModelRegistry& models_;
  GrpcCalls& calls_;
};

}  // namespace tiqu::serving
