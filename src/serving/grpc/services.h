// The two services of TensorFlow Serving, each method a call of the function that REST shares.
//
// Thread safety: for one thread; the methods run on threads of GrpcCalls.
#pragma once

#include "serving/grpc/grpc_calls.h"
#include "serving/inference/classify.h"
#include "serving/inference/predict.h"
#include "serving/models/model_registry.h"
#include "serving_inference.grpc.pb.h"
#include "serving_management.grpc.pb.h"

namespace tiqu::serving {

// With requests and answers as bytes: UnaryCall reads them, where it chooses.
using RawPredictionService = pb::PredictionService::WithRawMethod_Predict<pb::PredictionService::WithRawMethod_Classify<
    pb::PredictionService::WithRawMethod_Regress<pb::PredictionService::WithRawMethod_MultiInference<
        pb::PredictionService::WithRawMethod_GetModelMetadata<pb::PredictionService::Service>>>>>;
using RawModelService = pb::ModelService::WithRawMethod_GetModelStatus<
    pb::ModelService::WithRawMethod_HandleReloadConfigRequest<pb::ModelService::Service>>;

// Both REQUIRE that the server which `service` is registered with has started, and that `models`, `metrics` and
// `service` outlive `calls`.
void ServePredictionService(const ModelRegistry& models, Metrics* metrics, PredictOptions predict,
                            const ClassifyOptions& classify, RawPredictionService* service, GrpcCalls* calls);
void ServeModelService(ModelRegistry* models, RawModelService* service, GrpcCalls* calls);

}  // namespace tiqu::serving
