#include "serving/grpc/services.h"

#include <functional>
#include <string>
#include <type_traits>
#include <utility>

#include "serving/inference/metadata.h"
#include "serving/metrics/request_metrics.h"

namespace tiqu::serving {
namespace {

template <typename Request>
std::string ModelOf(const Request& request) {
  return request.model_spec().name();
}
std::string ModelOf(const pb::MultiInferenceRequest& request) {
  return request.tasks().empty() ? "" : request.tasks(0).model_spec().name();
}
std::string ModelOf(const pb::ReloadConfigRequest& /*request*/) { return ""; }

// With the model that a request asks for.
template <typename Request, typename Response, typename Base>
GrpcMethod<Request, Response> ModelMethod(
    std::type_identity_t<Base>* service, RequestCall<Base> request_call,
    std::type_identity_t<std::function<absl::Status(const Request&, const RunLimits&, Response*)>> run) {
  return MethodOf<Request, Response>(service, request_call, std::move(run),
                                     [](const Request& request) { return ModelOf(request); });
}

// Errors: those of ModelRegistry::Reload, INVALID_ARGUMENT (not a list of models).
absl::Status Reload(ModelRegistry* models, const pb::ModelServerConfig& config) {
  if (config.has_model_config_list()) return models->Reload(config);
  return absl::InvalidArgumentError(
      "ServerModelConfig type not supported by HandleReloadConfigRequest. Only ModelConfigList is currently supported");
}

}  // namespace

void ServePredictionService(const ModelRegistry& models, Metrics* metrics, PredictOptions predict,
                            const ClassifyOptions& classify, RawPredictionService* service, GrpcCalls* calls) {
  using Service = RawPredictionService;
  auto predict_method = ModelMethod<pb::PredictRequest, pb::PredictResponse>(
      service, &Service::RequestPredict,
      [&models, predict](const auto& request, const RunLimits& limits, auto* response) {
        return Predict(models, request, predict, limits, response);
      });
  predict_method.start = [&models, predict](const auto& request, const RunLimits& limits, auto* response,
                                            GrpcCall::Done done) {
    return StartPredict(models, request, predict, limits, response, std::move(done));
  };
  calls->Infer("Predict", std::move(predict_method));
  calls->Infer("Classify", ModelMethod<pb::ClassificationRequest, pb::ClassificationResponse>(
                               service, &Service::RequestClassify,
                               [=, &models](const auto& request, const RunLimits& limits, auto* response) {
                                 CountExamples(metrics, ModelOf(request), request.input());
                                 return Classify(models, request, classify, limits, response);
                               }));
  calls->Infer("Regress", ModelMethod<pb::RegressionRequest, pb::RegressionResponse>(
                              service, &Service::RequestRegress,
                              [=, &models](const auto& request, const RunLimits& limits, auto* response) {
                                CountExamples(metrics, ModelOf(request), request.input());
                                return Regress(models, request, classify, limits, response);
                              }));
  calls->Infer("MultiInference", ModelMethod<pb::MultiInferenceRequest, pb::MultiInferenceResponse>(
                                     service, &Service::RequestMultiInference,
                                     [=, &models](const auto& request, const RunLimits& limits, auto* response) {
                                       CountExamples(metrics, ModelOf(request), request.input());
                                       return MultiInference(models, request, limits, response);
                                     }));
  calls->Manage(ModelMethod<pb::GetModelMetadataRequest, pb::GetModelMetadataResponse>(
      service, &Service::RequestGetModelMetadata,
      [&models](const auto& request, const RunLimits& /*limits*/, auto* response) {
        return GetModelMetadata(models, request, response);
      }));
}

void ServeModelService(ModelRegistry* models, RawModelService* service, GrpcCalls* calls) {
  using Service = RawModelService;
  calls->Manage(ModelMethod<pb::GetModelStatusRequest, pb::GetModelStatusResponse>(
      service, &Service::RequestGetModelStatus,
      [models](const auto& request, const RunLimits& /*limits*/, auto* response) {
        return GetModelStatus(*models, request, response);
      }));
  calls->Manage(ModelMethod<pb::ReloadConfigRequest, pb::ReloadConfigResponse>(
      service, &Service::RequestHandleReloadConfigRequest,
      [models](const auto& request, const RunLimits& /*limits*/, auto* response) {
        const absl::Status status = Reload(models, request.config());
        response->mutable_status()->set_error_code(static_cast<tensorflow::error::Code>(status.raw_code()));
        response->mutable_status()->set_error_message(std::string(status.message()));
        return status;
      }));
}

}  // namespace tiqu::serving
