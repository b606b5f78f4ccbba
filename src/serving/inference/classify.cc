#include "serving/inference/classify.h"

#include <set>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "serving/inference/example_signature.h"
#include "serving/inference/examples.h"
#include "serving/inference/model_spec.h"
#include "serving/inference/predict.h"

namespace tiqu::serving {
namespace {

// What a classify or regress request asks for: the model, its signature, the examples as a tensor.
struct ExampleRun {
  ServableHandle servable;
  std::string signature;
  Tensor examples;
};

template <typename Request>
absl::StatusOr<ExampleRun> PrepareExampleRun(const ModelRegistry& models, const Request& request, ExampleMethod method,
                                             bool check_method_name) {
  ExampleRun run;
  TIQU_ASSIGN_OR_RETURN(run.servable, FindServable(models, request));
  run.signature = ExampleSignatureKey(*run.servable, request.model_spec().signature_name(), method);
  const auto found = run.servable->signature_defs().find(run.signature);
  if (found == run.servable->signature_defs().end()) {
    return absl::InvalidArgumentError(absl::StrCat("No signature was found with the name: ", run.signature,
                                                   ". The model has: ", SignatureNames(*run.servable)));
  }
  TIQU_RETURN_IF_ERROR(CheckExampleSignature(found->second, method, check_method_name));
  TIQU_ASSIGN_OR_RETURN(run.examples, SerializeExamples(request.input()));
  return run;
}

absl::StatusOr<TensorMap> RunExamples(const ExampleRun& run, const RunLimits& limits) {
  return run.servable->Run(run.signature, {{kExamplesInput, run.examples}}, limits);
}

// One task of a MultiInference request, checked.
struct Task {
  std::string signature;
  ExampleMethod method;
};

absl::StatusOr<Task> CheckTask(const Servable& servable, const pb::InferenceTask& task) {
  const std::string signature = SignatureKey(task.model_spec().signature_name());
  const auto found = servable.signature_defs().find(signature);
  if (found == servable.signature_defs().end()) {
    return absl::InvalidArgumentError(absl::StrCat("Requested signature not found in model graph: ", signature));
  }
  const std::optional<ExampleMethod> method = MethodOfName(task.method_name());
  if (!method) {
    return absl::UnimplementedError(absl::StrCat("Unsupported signature method_name: ", task.method_name()));
  }
  TIQU_RETURN_IF_ERROR(CheckExampleSignature(found->second, *method, false));
  return Task{signature, *method};
}

absl::StatusOr<std::vector<Task>> CheckTasks(const Servable& servable, const pb::MultiInferenceRequest& request) {
  std::vector<Task> tasks;
  std::set<std::string> signatures;
  for (const pb::InferenceTask& task : request.tasks()) {
    const std::string& name = task.model_spec().name();
    if (name.empty()) return absl::InvalidArgumentError("Found ModelSpec with an empty model name.");
    if (name != request.tasks(0).model_spec().name()) {
      return absl::InvalidArgumentError("All ModelSpecs in a MultiInferenceRequest must access the same model name.");
    }
    const std::string signature = SignatureKey(task.model_spec().signature_name());
    if (!signatures.insert(signature).second) {
      return absl::InvalidArgumentError(absl::StrCat("Duplicate evaluation of signature: ", signature));
    }
    TIQU_ASSIGN_OR_RETURN(Task checked, CheckTask(servable, task));
    tasks.push_back(std::move(checked));
  }
  return tasks;
}

absl::Status FillTask(const Task& task, int64_t examples, const TensorMap& outputs, pb::InferenceResult* result) {
  if (task.method == ExampleMethod::kClassify) {
    return FillClassification(outputs, examples, result->mutable_classification_result());
  }
  return FillRegression(outputs, examples, result->mutable_regression_result());
}

}  // namespace

absl::Status Classify(const ModelRegistry& models, const pb::ClassificationRequest& request,
                      const ClassifyOptions& options, const RunLimits& limits, pb::ClassificationResponse* response) {
  TIQU_ASSIGN_OR_RETURN(const ExampleRun run,
                        PrepareExampleRun(models, request, ExampleMethod::kClassify, options.check_method_name));
  TIQU_ASSIGN_OR_RETURN(const TensorMap outputs, RunExamples(run, limits));
  TIQU_RETURN_IF_ERROR(FillClassification(outputs, run.examples.size(), response->mutable_result()));
  FillModelSpec(*run.servable, run.signature, response->mutable_model_spec());
  return absl::OkStatus();
}

absl::Status Regress(const ModelRegistry& models, const pb::RegressionRequest& request, const ClassifyOptions& options,
                     const RunLimits& limits, pb::RegressionResponse* response) {
  TIQU_ASSIGN_OR_RETURN(const ExampleRun run,
                        PrepareExampleRun(models, request, ExampleMethod::kRegress, options.check_method_name));
  TIQU_ASSIGN_OR_RETURN(const TensorMap outputs, RunExamples(run, limits));
  TIQU_RETURN_IF_ERROR(FillRegression(outputs, run.examples.size(), response->mutable_result()));
  FillModelSpec(*run.servable, run.signature, response->mutable_model_spec());
  return absl::OkStatus();
}

absl::Status MultiInference(const ModelRegistry& models, const pb::MultiInferenceRequest& request,
                            const RunLimits& limits, pb::MultiInferenceResponse* response) {
  if (request.tasks().empty()) return absl::InvalidArgumentError("MultiInferenceRequest must have at least one task");
  TIQU_ASSIGN_OR_RETURN(const ServableHandle servable, FindServable(models, request.tasks(0)));
  TIQU_ASSIGN_OR_RETURN(const std::vector<Task> tasks, CheckTasks(*servable, request));
  TIQU_ASSIGN_OR_RETURN(const Tensor examples, SerializeExamples(request.input()));
  for (const Task& task : tasks) {
    TIQU_ASSIGN_OR_RETURN(const TensorMap outputs, servable->Run(task.signature, {{kExamplesInput, examples}}, limits));
    pb::InferenceResult* result = response->add_results();
    TIQU_RETURN_IF_ERROR(FillTask(task, examples.size(), outputs, result));
    FillModelSpec(*servable, task.signature, result->mutable_model_spec());
  }
  return absl::OkStatus();
}

}  // namespace tiqu::serving
