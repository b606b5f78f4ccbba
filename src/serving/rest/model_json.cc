#include "serving/rest/model_json.h"

#include <google/protobuf/util/json_util.h>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "serving/inference/metadata.h"

namespace tiqu::serving {
namespace {

constexpr char kSignatureField[] = "signature_def";

absl::StatusOr<std::string> ToJson(const google::protobuf::Message& message) {
  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = true;
  options.always_print_primitive_fields = true;
  options.preserve_proto_field_names = true;
  std::string json;
  const auto status = google::protobuf::util::MessageToJsonString(message, &json, options);
  if (status.ok()) return json;
  return absl::InternalError(absl::StrCat("Failed to convert proto to json. Error: ", status.ToString()));
}

}  // namespace

absl::StatusOr<std::string> StatusJson(const ModelRegistry& models, const pb::ModelSpec& spec) {
  pb::GetModelStatusRequest request;
  *request.mutable_model_spec() = spec;
  pb::GetModelStatusResponse response;
  TIQU_RETURN_IF_ERROR(GetModelStatus(models, request, &response));
  return ToJson(response);
}

absl::StatusOr<std::string> MetadataJson(const ModelRegistry& models, const pb::ModelSpec& spec) {
  pb::GetModelMetadataRequest request;
  *request.mutable_model_spec() = spec;
  request.add_metadata_field(kSignatureField);
  pb::GetModelMetadataResponse response;
  TIQU_RETURN_IF_ERROR(GetModelMetadata(models, request, &response));
  pb::SignatureDefMap signatures;
  if (!response.metadata().at(kSignatureField).UnpackTo(&signatures)) {
    return absl::InternalError("the metadata is no map of signatures");
  }
  TIQU_ASSIGN_OR_RETURN(const std::string model, ToJson(response.model_spec()));
  TIQU_ASSIGN_OR_RETURN(const std::string definitions, ToJson(signatures));
  return absl::StrCat("{\n\"model_spec\":", model, ",\n\"metadata\": {\"", kSignatureField, "\": ", definitions,
                      "}\n}\n");
}

}  // namespace tiqu::serving
