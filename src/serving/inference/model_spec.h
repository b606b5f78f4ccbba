// From a request's ModelSpec to the model, and back into the answer.
//
// Thread safety: free functions without state.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/str_join.h"
#include "serving/models/model_registry.h"

namespace tiqu::serving {

// Errors: INVALID_ARGUMENT ("Missing ModelSpec"), those of ModelRegistry::Find.
template <typename Request>
absl::StatusOr<ServableHandle> FindServable(const ModelRegistry& models, const Request& request) {
  if (!request.has_model_spec()) return absl::InvalidArgumentError("Missing ModelSpec");
  return models.Find(request.model_spec());
}

// Name, the version that really answered, and the signature; a label is not echoed.
inline void FillModelSpec(const Servable& servable, const std::string& signature, pb::ModelSpec* spec) {
  spec->set_name(servable.model_name());
  spec->mutable_version()->set_value(servable.version());
  spec->set_signature_name(signature);
}

// "qa, serving_default", for messages.
inline std::string SignatureNames(const Servable& servable) {
  return absl::StrJoin(servable.signatures(), ", ",
                       [](std::string* out, const auto& entry) { out->append(entry.first); });
}

}  // namespace tiqu::serving
