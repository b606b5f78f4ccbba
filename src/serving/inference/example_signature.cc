#include "serving/inference/example_signature.h"

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "serving/inference/predict.h"

namespace tiqu::serving {
namespace {

using tensorflow::SignatureDef;

const char* NameOfMethod(ExampleMethod method) {
  return method == ExampleMethod::kClassify ? kClassifyMethod : kRegressMethod;
}

absl::Status CheckClassification(const SignatureDef& signature) {
  const int outputs = static_cast<int>(signature.outputs_size());
  if (outputs != 1 && outputs != 2) {
    return absl::InvalidArgumentError(absl::StrCat("Expected one or two output Tensors, found ", outputs));
  }
  if (!signature.inputs().contains(kExamplesInput)) {
    return absl::InvalidArgumentError(
        absl::StrCat("No classification inputs found in SignatureDef: ", signature.DebugString()));
  }
  if (!signature.outputs().contains(kClassesOutput) && !signature.outputs().contains(kScoresOutput)) {
    return absl::InvalidArgumentError(
        absl::StrCat("Expected classification signature outputs to contain at least one "
                     "of \"classes\" or \"scores\". Signature was: ",
                     signature.DebugString()));
  }
  return absl::OkStatus();
}

absl::Status CheckRegression(const SignatureDef& signature) {
  if (signature.outputs_size() != 1) return absl::InvalidArgumentError("Expected one output Tensor.");
  if (!signature.inputs().contains(kExamplesInput)) {
    return absl::InvalidArgumentError(
        absl::StrCat("No regression inputs found in SignatureDef: ", signature.DebugString()));
  }
  if (!signature.outputs().contains(kRegressOutput)) {
    return absl::InvalidArgumentError(
        absl::StrCat("No regression outputs found in SignatureDef: ", signature.DebugString()));
  }
  return absl::OkStatus();
}

// A matrix of one row an example; null when the model does not give it.
absl::StatusOr<const Tensor*> FindMatrix(const TensorMap& outputs, const char* name, DataType type, int64_t examples) {
  const auto found = outputs.find(name);
  if (found == outputs.end()) return nullptr;
  const Tensor& tensor = found->second;
  if (tensor.type() != type) {
    return absl::InvalidArgumentError(
        absl::StrCat("Expected ", name, " Tensor of ", DataTypeName(type), ". Got: ", DataTypeName(tensor.type())));
  }
  if (tensor.shape().size() != 2) {
    return absl::InvalidArgumentError(absl::StrCat("Expected Tensor shape: [batch_size num_classes] but got ",
                                                   ShapeToString(tensor.shape()), " for ", name));
  }
  if (tensor.shape()[0] != examples) {
    return absl::InvalidArgumentError(
        absl::StrCat("Expected ", name, " output batch size of ", examples, ". Got: ", tensor.shape()[0]));
  }
  return &tensor;
}

}  // namespace

std::optional<ExampleMethod> MethodOfName(std::string_view method_name) {
  if (method_name == kClassifyMethod) return ExampleMethod::kClassify;
  if (method_name == kRegressMethod) return ExampleMethod::kRegress;
  return std::nullopt;
}

std::string ExampleSignatureKey(const Servable& servable, const std::string& name, ExampleMethod method) {
  if (name.empty() && servable.reader() != nullptr) {
    for (const auto& [key, signature] : servable.signature_defs()) {
      if (signature.method_name() == NameOfMethod(method)) return key;
    }
  }
  return SignatureKey(name);
}

absl::Status CheckExampleSignature(const SignatureDef& signature, ExampleMethod method, bool check_method_name) {
  if (check_method_name && signature.method_name() != NameOfMethod(method)) {
    return absl::InvalidArgumentError(
        absl::StrCat("Expected ", method == ExampleMethod::kClassify ? "classification" : "regression",
                     " signature method_name to be ", NameOfMethod(method), ". Was: ", signature.method_name()));
  }
  if (signature.inputs_size() != 1) return absl::InvalidArgumentError("Expected one input Tensor.");
  return method == ExampleMethod::kClassify ? CheckClassification(signature) : CheckRegression(signature);
}

absl::Status FillClassification(const TensorMap& outputs, int64_t examples,
                                tensorflow::serving::ClassificationResult* result) {
  TIQU_ASSIGN_OR_RETURN(const Tensor* classes, FindMatrix(outputs, kClassesOutput, DataType::kString, examples));
  TIQU_ASSIGN_OR_RETURN(const Tensor* scores, FindMatrix(outputs, kScoresOutput, DataType::kFloat, examples));
  if (classes != nullptr && scores != nullptr && classes->shape()[1] != scores->shape()[1]) {
    return absl::InvalidArgumentError(absl::StrCat("Tensors class and score should match in dim_size(1). Got ",
                                                   classes->shape()[1], " vs. ", scores->shape()[1]));
  }
  const int64_t count = (classes != nullptr ? classes : scores)->shape()[1];
  for (int64_t example = 0; example < examples; ++example) {
    tensorflow::serving::Classifications* row = result->add_classifications();
    for (int64_t i = example * count; i < (example + 1) * count; ++i) {
      tensorflow::serving::Class* entry = row->add_classes();
      if (classes != nullptr) entry->set_label(classes->strings()[i]);
      if (scores != nullptr) entry->set_score(scores->data<float>()[i]);
    }
  }
  return absl::OkStatus();
}

absl::Status FillRegression(const TensorMap& outputs, int64_t examples, tensorflow::serving::RegressionResult* result) {
  const Tensor& values = outputs.at(kRegressOutput);
  if (values.type() != DataType::kFloat) {
    return absl::InvalidArgumentError(
        absl::StrCat("Expected output Tensor of DT_FLOAT. Got: ", DataTypeName(values.type())));
  }
  const Shape& shape = values.shape();
  if (shape.empty() || shape.size() > 2 || (shape.size() == 2 && shape[1] != 1)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "Expected output Tensor shape to be either [batch_size] or [batch_size, 1] but got ", ShapeToString(shape)));
  }
  if (shape[0] != examples) {
    return absl::InvalidArgumentError(
        absl::StrCat("Input batch size did not match output batch size. Expected: ", examples, " Got: ", shape[0]));
  }
  for (int64_t i = 0; i < examples; ++i) result->add_regressions()->set_value(values.data<float>()[i]);
  return absl::OkStatus();
}

}  // namespace tiqu::serving
