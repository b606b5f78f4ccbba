// Warm-up records as requests: a part of warm_up.h.
#include "base/status.h"
#include "fmt/format.h"
#include "savedmodel/saved_model.h"
#include "serving/inference/classify.h"
#include "serving/inference/predict.h"
#include "serving/models/model_registry.h"
#include "serving/models/warm_up.h"

namespace tiqu::serving {
namespace {

// Knows one servable, which is meant by whatever is asked for.
class OneServable : public ModelRegistry {
 public:
  explicit OneServable(ServableHandle servable) : servable_(std::move(servable)) {}

  absl::StatusOr<ServableHandle> Find(const pb::ModelSpec&) const override { return servable_; }
  absl::StatusOr<std::vector<VersionStatus>> Status(const pb::ModelSpec&) const override {
    return std::vector<VersionStatus>();
  }
  absl::Status Reload(const pb::ModelServerConfig&) override {
    return absl::UnimplementedError("not while warming up");
  }
  std::vector<std::string> ModelNames() const override { return {servable_->model_name()}; }
  bool Ready() const override { return true; }

 private:
  ServableHandle servable_;
};

}  // namespace

absl::Status ReplayOn(const ServableHandle& servable, const pb::PredictionLog& log) {
  const OneServable models(servable);
  const std::string& name = servable->model_name();
  switch (log.log_type_case()) {
    case pb::PredictionLog::kPredictLog: {
      pb::PredictRequest request = log.predict_log().request();
      request.mutable_model_spec()->set_name(name);
      pb::PredictResponse response;
      return Predict(models, request, {}, {}, &response);
    }
    case pb::PredictionLog::kClassifyLog: {
      pb::ClassificationRequest request = log.classify_log().request();
      request.mutable_model_spec()->set_name(name);
      pb::ClassificationResponse response;
      return Classify(models, request, {}, {}, &response);
    }
    case pb::PredictionLog::kRegressLog: {
      pb::RegressionRequest request = log.regress_log().request();
      request.mutable_model_spec()->set_name(name);
      pb::RegressionResponse response;
      return Regress(models, request, {}, {}, &response);
    }
    case pb::PredictionLog::kMultiInferenceLog: {
      pb::MultiInferenceRequest request = log.multi_inference_log().request();
      for (pb::InferenceTask& task : *request.mutable_tasks()) task.mutable_model_spec()->set_name(name);
      pb::MultiInferenceResponse response;
      return MultiInference(models, request, {}, &response);
    }
    default:
      return absl::UnimplementedError(fmt::format("Unsupported log_type for warmup: {}", log.log_type_case()));
  }
}

absl::Status WarmUp(const ServableHandle& servable, const std::string& version_dir, int iterations) {
  const absl::StatusOr<std::string> bytes = savedmodel::ReadExtra(version_dir, kWarmUpFile);
  if (absl::IsNotFound(bytes.status())) return absl::OkStatus();
  if (!bytes.ok()) return bytes.status();
  return ReplayRecords(*bytes, fmt::format("{}/assets.extra/{}", version_dir, kWarmUpFile), iterations,
                       [&servable](const tensorflow::serving::PredictionLog& log) { return ReplayOn(servable, log); });
}

}  // namespace tiqu::serving
