// Bytes of a gRPC request, as any client may send them: the first byte says to which method.
#include <cstddef>
#include <cstdint>

#include "serving/inference/classify.h"
#include "serving/inference/metadata.h"
#include "serving/inference/predict.h"
#include "serving/rest/half_plus_two.h"

namespace {

using namespace tiqu::serving;

template <typename Request, typename Response, typename Call>
void Try(const std::string& bytes, const Call& call) {
  Request request;
  Response response;
  if (!request.ParseFromString(bytes)) return;
  if (call(request, &response).ok()) response.SerializeAsString();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const HalfPlusTwoModels models;
  if (size == 0) return 0;
  const std::string bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] % 6) {
    case 0:
      Try<pb::PredictRequest, pb::PredictResponse>(
          bytes, [](const auto& request, auto* response) { return Predict(models, request, {}, {}, response); });
      break;
    case 1:
      Try<pb::ClassificationRequest, pb::ClassificationResponse>(
          bytes, [](const auto& request, auto* response) { return Classify(models, request, {}, {}, response); });
      break;
    case 2:
      Try<pb::RegressionRequest, pb::RegressionResponse>(
          bytes, [](const auto& request, auto* response) { return Regress(models, request, {}, {}, response); });
      break;
    case 3:
      Try<pb::MultiInferenceRequest, pb::MultiInferenceResponse>(
          bytes, [](const auto& request, auto* response) { return MultiInference(models, request, {}, response); });
      break;
    case 4:
      Try<pb::GetModelMetadataRequest, pb::GetModelMetadataResponse>(
          bytes, [](const auto& request, auto* response) { return GetModelMetadata(models, request, response); });
      break;
    default:
      Try<pb::GetModelStatusRequest, pb::GetModelStatusResponse>(
          bytes, [](const auto& request, auto* response) { return GetModelStatus(models, request, response); });
  }
  return 0;
}
