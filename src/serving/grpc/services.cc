#include "serving/grpc/services.h"

#include "serving/inference/metadata.h"
#include "serving/metrics/request_metrics.h"

namespace tiqu::serving {

grpc::ServerUnaryReactor* PredictionServiceImpl::Classify(grpc::CallbackServerContext* context,
                                                          const pb::ClassificationRequest* request,
                                                          pb::ClassificationResponse* response) {
  return calls_.Infer(context, "Classify", request->model_spec().name(), [=, this](const RunLimits& limits) {
    CountExamples(&metrics_, request->model_spec().name(), request->input());
    return serving::Classify(models_, *request, classify_, limits, response);
  });
}

grpc::ServerUnaryReactor* PredictionServiceImpl::Regress(grpc::CallbackServerContext* context,
                                                         const pb::RegressionRequest* request,
                                                         pb::RegressionResponse* response) {
  return calls_.Infer(context, "Regress", request->model_spec().name(), [=, this](const RunLimits& limits) {
    CountExamples(&metrics_, request->model_spec().name(), request->input());
    return serving::Regress(models_, *request, classify_, limits, response);
  });
}

grpc::ServerUnaryReactor* PredictionServiceImpl::Predict(grpc::CallbackServerContext* context,
                                                         const pb::PredictRequest* request,
                                                         pb::PredictResponse* response) {
  return calls_.Infer(context, "Predict", request->model_spec().name(), [=, this](const RunLimits& limits) {
    return serving::Predict(models_, *request, predict_, limits, response);
  });
}

grpc::ServerUnaryReactor* PredictionServiceImpl::MultiInference(grpc::CallbackServerContext* context,
                                                                const pb::MultiInferenceRequest* request,
                                                                pb::MultiInferenceResponse* response) {
  const std::string model = request->tasks().empty() ? "" : request->tasks(0).model_spec().name();
  return calls_.Infer(context, "MultiInference", model, [=, this](const RunLimits& limits) {
    CountExamples(&metrics_, model, request->input());
    return serving::MultiInference(models_, *request, limits, response);
  });
}

grpc::ServerUnaryReactor* PredictionServiceImpl::GetModelMetadata(grpc::CallbackServerContext* context,
                                                                  const pb::GetModelMetadataRequest* request,
                                                                  pb::GetModelMetadataResponse* response) {
  return calls_.Manage(context, [=, this] { return serving::GetModelMetadata(models_, *request, response); });
}

grpc::ServerUnaryReactor* ModelServiceImpl::GetModelStatus(grpc::CallbackServerContext* context,
                                                           const pb::GetModelStatusRequest* request,
                                                           pb::GetModelStatusResponse* response) {
  return calls_.Manage(context, [=, this] { return serving::GetModelStatus(models_, *request, response); });
}

absl::Status ModelServiceImpl::Reload(const pb::ModelServerConfig& config) {
  if (config.has_model_config_list()) return models_.Reload(config);
  return absl::InvalidArgumentError(
      "ServerModelConfig type not supported by HandleReloadConfigRequest. Only ModelConfigList is currently supported");
}

grpc::ServerUnaryReactor* ModelServiceImpl::HandleReloadConfigRequest(grpc::CallbackServerContext* context,
                                                                      const pb::ReloadConfigRequest* request,
                                                                      pb::ReloadConfigResponse* response) {
  return calls_.Manage(context, [=, this] {
    const absl::Status status = Reload(request->config());
    response->mutable_status()->set_error_code(static_cast<tensorflow::error::Code>(status.raw_code()));
    response->mutable_status()->set_error_message(std::string(status.message()));
    return status;
  });
}

}  // namespace tiqu::serving
