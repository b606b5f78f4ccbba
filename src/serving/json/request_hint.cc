#include "serving/json/request_hint.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "serving/json/json_text.h"
#include "serving/json/tensor_values.h"

namespace tiqu::serving {
namespace {

constexpr int64_t kShownItems = 4;    // of a list; longer ones end in ...
constexpr int64_t kUnknownItems = 2;  // stand for a dimension that may be anything
constexpr size_t kShownBytes = 400;

std::string ShapeWords(const engine::TensorSpec& spec) {
  return spec.unknown_rank ? "(any rank)" : ShapeToString(spec.shape);
}

const char* ExampleValue(DataType type) {
  switch (type) {
    case DataType::kFloat:
    case DataType::kDouble:
      return "1.0";
    case DataType::kBool:
      return "true";
    case DataType::kString:
      return "\"text\"";
    default:
      return "1";
  }
}

void AppendExample(const engine::TensorSpec& spec, size_t axis, std::string* out) {
  if (out->size() > kShownBytes) return;
  if (spec.unknown_rank || axis >= spec.shape.size()) {
    out->append(ExampleValue(spec.type));
    return;
  }
  const int64_t size = spec.shape[axis] < 0 ? kUnknownItems : spec.shape[axis];
  out->push_back('[');
  for (int64_t i = 0; i < std::min(size, kShownItems); ++i) {
    if (i > 0) out->append(", ");
    AppendExample(spec, axis + 1, out);
  }
  out->append(size > kShownItems ? ", ...]" : "]");
}

// Of one row (axis 1) or of the whole tensors (axis 0).
void AppendValues(const PredictTarget& target, size_t first_axis, std::string* out) {
  const auto& inputs = target.signature->inputs;
  if (inputs.size() == 1) return AppendExample(inputs.begin()->second, first_axis, out);
  const char* before = "{";
  for (const auto& [name, spec] : inputs) {
    out->append(before);
    AppendJsonString(name, out);
    out->append(": ");
    AppendExample(spec, first_axis, out);
    before = ", ";
  }
  out->append("}");
}

}  // namespace

std::string DescribeInputs(const engine::Signature& signature) {
  return absl::StrJoin(signature.inputs, ", ", [](std::string* out, const auto& input) {
    absl::StrAppend(out, input.first, ": ", TypeWord(input.second.type), " ", ShapeWords(input.second));
  });
}

std::string ExampleRequest(const PredictTarget& target, PredictForm form) {
  std::string body = "{";
  if (!target.signature_name.empty()) {
    body += "\"signature_name\": ";
    AppendJsonString(target.signature_name, &body);
    body += ", ";
  }
  if (form == PredictForm::kRow) {
    body += "\"instances\": [";
    AppendValues(target, 1, &body);
    body += "]}";
  } else {
    body += "\"inputs\": ";
    AppendValues(target, 0, &body);
    body += "}";
  }
  return body;
}

std::string RequestHint(const PredictTarget& target, PredictForm form) {
  const std::string name = target.signature_name.empty() ? "serving_default" : target.signature_name;
  return absl::StrCat(". The signature \"", name, "\" takes ", DescribeInputs(*target.signature), "; for example ",
                      ExampleRequest(target, form));
}

std::string BatchDimensionHint(const PredictTarget& target, const PredictInputs& inputs) {
  if (inputs.form != PredictForm::kRow) return "";
  for (const auto& [name, tensor] : inputs.tensors) {
    const auto spec = target.signature->inputs.find(name);
    if (spec == target.signature->inputs.end() || spec->second.unknown_rank) continue;
    if (tensor.shape().size() != spec->second.shape.size() + 1) continue;
    return absl::StrCat(". Each item of \"instances\" is one row, without the batch dimension: \"", name,
                        "\" came to the shape ", ShapeToString(tensor.shape()), ", and the signature takes ",
                        ShapeToString(spec->second.shape), "; for example ", ExampleRequest(target, inputs.form));
  }
  return "";
}

}  // namespace tiqu::serving
