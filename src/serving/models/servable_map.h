// What can be found at one moment: the available versions of every model, and the labels. The model store puts a new
// map in the place of the old one whenever that changes, so that a lookup never waits for a load.
//
// Thread safety: immutable once it is published.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "absl/status/statusor.h"
#include "serving/models/model_registry.h"
#include "serving/models/servable.h"

namespace tiqu::serving {

struct ServableMap {
  struct Model {
    std::map<int64_t, ServableHandle> versions;
    std::map<std::string, int64_t> labels;
  };
  std::map<std::string, Model> models;
  bool labels_known = false;

  // As ModelRegistry::Find.
  absl::StatusOr<ServableHandle> Find(const pb::ModelSpec& spec) const;
};

}  // namespace tiqu::serving
