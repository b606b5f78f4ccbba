// What the interfaces ask of the models: find one, say how its versions are, take another configuration. The model
// store (model_store.h) is one; tests bring their own.
//
// Thread safety: every method may be called from any number of threads.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "serving/models/servable.h"
#include "serving_config.pb.h"
#include "serving_management.pb.h"
#include "serving_model.pb.h"

namespace tiqu::serving {

namespace pb = ::tensorflow::serving;

// A version that the server knows of.
struct VersionStatus {
  int64_t version = 0;
  pb::ModelVersionStatus::State state = pb::ModelVersionStatus::UNKNOWN;
  absl::Status status;  // why it ended, or why it is not loaded yet
};

class ModelRegistry {
 public:
  virtual ~ModelRegistry() = default;

  // The version, the one behind the label, or the latest available one. Errors: INVALID_ARGUMENT ("Missing ModelSpec"
  // is the caller's; "ModelSpec has no name specified."; "Unrecognized servable version label: L"), NOT_FOUND
  // ("Servable not found for request: Latest(M)" or "Specific(M, N)"), UNAVAILABLE ("Model labels does not init yet.").
  virtual absl::StatusOr<ServableHandle> Find(const pb::ModelSpec& spec) const = 0;

  // The version of the spec, or all of them, newest first. Errors: NOT_FOUND ("Could not find any versions of model M",
  // "Could not find version N of model M").
  virtual absl::StatusOr<std::vector<VersionStatus>> Status(const pb::ModelSpec& spec) const = 0;

  // Replaces the models by those of `config`; returns when each new model has a version available or has failed.
  // Errors: INVALID_ARGUMENT and FAILED_PRECONDITION with TensorFlow Serving's texts; nothing is changed then.
  virtual absl::Status Reload(const pb::ModelServerConfig& config) = 0;

  // Names of all configured models, sorted.
  virtual std::vector<std::string> ModelNames() const = 0;
  // Whether every configured model has a version available.
  virtual bool Ready() const = 0;
};

}  // namespace tiqu::serving
