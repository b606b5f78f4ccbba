#include "serving/json/example_json.h"

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "serving/json/json_text.h"
#include "serving/json/number_text.h"
#include "serving/json/tensor_values.h"

namespace tiqu::serving {
namespace {

using tensorflow::Example;
using tensorflow::Feature;

const char* KindWord(Feature::KindCase kind) {
  switch (kind) {
    case Feature::kBytesList:
      return "bytes";
    case Feature::kFloatList:
      return "float";
    case Feature::kInt64List:
      return "int64";
    case Feature::KIND_NOT_SET:
      break;
  }
  return "UNKNOWN";
}

// Values of one feature, all of one kind.
class FeatureReader {
 public:
  FeatureReader(std::string_view name, Feature* feature) : name_(name), feature_(feature) {}

  absl::Status Add(const JsonValue& value) {
    if (value.IsString() || IsBase64Object(value)) return AddBytes(value);
    if (value.IsBool() || (value.IsNumber() && !value.IsDouble())) return AddInteger(value);
    if (value.IsDouble()) {
      TIQU_RETURN_IF_ERROR(CheckKind(Feature::kFloatList));
      feature_->mutable_float_list()->add_value(static_cast<float>(value.GetDouble()));
      return absl::OkStatus();
    }
    return absl::InvalidArgumentError(
        absl::StrCat("Feature: ", name_, " has element with unexpected JSON type: ", JsonTypeName(value)));
  }

 private:
  absl::Status CheckKind(Feature::KindCase kind) const {
    if (feature_->kind_case() == kind || feature_->kind_case() == Feature::KIND_NOT_SET) return absl::OkStatus();
    return absl::InvalidArgumentError(absl::StrCat("Unexpected element type in feature: ", name_,
                                                   " expecting type: ", KindWord(feature_->kind_case())));
  }

  absl::Status AddBytes(const JsonValue& value) {
    TIQU_RETURN_IF_ERROR(CheckKind(Feature::kBytesList));
    std::string* bytes = feature_->mutable_bytes_list()->add_value();
    if (!value.IsString()) return DecodeBase64Object(value, bytes);
    bytes->assign(StringOf(value));
    return absl::OkStatus();
  }

  absl::Status AddInteger(const JsonValue& value) {
    TIQU_RETURN_IF_ERROR(CheckKind(Feature::kInt64List));
    if (!value.IsBool() && !value.IsInt64()) {
      return absl::InvalidArgumentError(
          absl::StrCat("Feature: ", name_, " has uint64_t element. Only int64_t is supported."));
    }
    feature_->mutable_int64_list()->add_value(value.IsBool() ? (value.GetBool() ? 1 : 0) : value.GetInt64());
    return absl::OkStatus();
  }

  std::string name_;
  Feature* feature_;
};

absl::Status ReadExample(const JsonValue& value, Example* example) {
  if (!value.IsObject()) {
    return absl::InvalidArgumentError(absl::StrCat("Example must be JSON object but got JSON ", JsonTypeName(value)));
  }
  auto& features = *example->mutable_features()->mutable_feature();
  for (auto member = value.MemberBegin(); member != value.MemberEnd(); ++member) {
    Feature feature;
    FeatureReader reader(StringOf(member->name), &feature);
    if (member->value.IsArray()) {
      for (const JsonValue& item : member->value.GetArray()) TIQU_RETURN_IF_ERROR(reader.Add(item));
    } else {
      TIQU_RETURN_IF_ERROR(reader.Add(member->value));
    }
    // Of two equal keys the first counts.
    features.insert({std::string(StringOf(member->name)), std::move(feature)});
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status ReadExamples(const JsonDocument& request, ::tensorflow::serving::Input* input) {
  const JsonValue& root = request.root();
  const auto wrong = [&root](const char* what) {
    return absl::InvalidArgumentError(
        absl::StrCat("JSON Value: ", DescribeJson(root), " ", what,
                     R"(. A valid request is, for example, {"examples": [{"question": "text", "passage": "text"}]} or )"
                     R"({"examples": [{"x": [1.0]}]}, with the features that the signature asks for)"));
  };
  const JsonValue* context = FindMember(root, "context");
  if (context != nullptr) {
    TIQU_RETURN_IF_ERROR(ReadExample(*context, input->mutable_example_list_with_context()->mutable_context()));
  }
  const JsonValue* examples = FindMember(root, "examples");
  if (examples == nullptr) return wrong("When method is classify, key 'examples' is expected and was not found");
  if (!examples->IsArray()) return wrong("Expecting 'examples' value to be an list/array");
  if (examples->Empty()) return wrong("'examples' value is an empty array");
  auto* list = context != nullptr ? input->mutable_example_list_with_context()->mutable_examples()
                                  : input->mutable_example_list()->mutable_examples();
  for (const JsonValue& example : examples->GetArray()) TIQU_RETURN_IF_ERROR(ReadExample(example, list->Add()));
  return absl::OkStatus();
}

absl::StatusOr<std::string> WriteClassifications(const ::tensorflow::serving::ClassificationResult& result) {
  if (result.classifications().empty()) {
    return absl::InvalidArgumentError("Cannot convert empty ClassificationResults to JSON");
  }
  std::string out = "{\n    \"results\": [";
  const char* before_row = "[";
  for (const auto& row : result.classifications()) {
    out.append(before_row);
    before_row = ", [";
    const char* before = "[";
    for (const auto& entry : row.classes()) {
      out.append(before);
      before = ", [";
      AppendJsonString(entry.label(), &out);
      out.append(", ");
      AppendFloat(entry.score(), &out);
      out.push_back(']');
    }
    out.push_back(']');
  }
  out.append("\n    ]\n}");
  return out;
}

absl::StatusOr<std::string> WriteRegressions(const ::tensorflow::serving::RegressionResult& result) {
  if (result.regressions().empty()) {
    return absl::InvalidArgumentError("Cannot convert empty RegressionResults to JSON");
  }
  std::string out = "{\n    \"results\": [";
  const char* before = "";
  for (const auto& regression : result.regressions()) {
    out.append(before);
    before = ", ";
    AppendFloat(regression.value(), &out);
  }
  out.append("]\n}");
  return out;
}

}  // namespace tiqu::serving
