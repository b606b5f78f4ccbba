#include "serving/inference/metadata.h"

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "serving/inference/model_spec.h"

namespace tiqu::serving {
namespace {

constexpr char kSignatureDef[] = "signature_def";

}  // namespace

absl::Status GetModelMetadata(const ModelRegistry& models, const pb::GetModelMetadataRequest& request,
                              pb::GetModelMetadataResponse* response) {
  if (!request.has_model_spec()) return absl::InvalidArgumentError("Missing ModelSpec");
  if (request.metadata_field().empty()) {
    return absl::InvalidArgumentError(
        "GetModelMetadataRequest must specify at least one metadata_field; the one there is: \"signature_def\"");
  }
  for (const std::string& field : request.metadata_field()) {
    if (field != kSignatureDef) {
      return absl::InvalidArgumentError(
          absl::StrCat("Metadata field ", field, " is not supported; the one there is: \"signature_def\""));
    }
  }
  TIQU_ASSIGN_OR_RETURN(const ServableHandle servable, FindServable(models, request));
  pb::SignatureDefMap signatures;
  *signatures.mutable_signature_def() = servable->signature_defs();
  response->mutable_model_spec()->set_name(servable->model_name());
  response->mutable_model_spec()->mutable_version()->set_value(servable->version());
  (*response->mutable_metadata())[kSignatureDef].PackFrom(signatures);
  return absl::OkStatus();
}

absl::Status GetModelStatus(const ModelRegistry& models, const pb::GetModelStatusRequest& request,
                            pb::GetModelStatusResponse* response) {
  if (!request.has_model_spec()) return absl::InvalidArgumentError("Missing ModelSpec");
  TIQU_ASSIGN_OR_RETURN(const std::vector<VersionStatus> versions, models.Status(request.model_spec()));
  for (const VersionStatus& version : versions) {
    pb::ModelVersionStatus* proto = response->add_model_version_status();
    proto->set_version(version.version);
    proto->set_state(version.state);
    proto->mutable_status()->set_error_code(static_cast<tensorflow::error::Code>(version.status.raw_code()));
    proto->mutable_status()->set_error_message(std::string(version.status.message()));
  }
  return absl::OkStatus();
}

}  // namespace tiqu::serving
