// Makes a servable of a version's folder; the model store calls it on its load threads.
//
// Thread safety: Load may be called from several threads.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "serving/models/servable.h"

namespace tiqu::serving {

class ServableLoader {
 public:
  virtual ~ServableLoader() = default;

  // The servable is whole and warm: it may be published at once. An error of a folder that is not whole yet is like any
  // other: the load is tried again.
  virtual absl::StatusOr<std::unique_ptr<const Servable>> Load(const std::string& model_name, int64_t version,
                                                               const std::string& path) = 0;
};

}  // namespace tiqu::serving
