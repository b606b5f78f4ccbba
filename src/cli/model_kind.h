// Which kind of model a folder holds, so that a verb works with either.
//
// Thread safety: a free function.
#pragma once

#include <string>

#include "absl/status/statusor.h"

namespace tiqu::cli {

// True for a tagger, false for a reader. Errors: NOT_FOUND (no model there), FAILED_PRECONDITION (not one of Tiqu's),
// DATA_LOSS (a damaged tiqu.json).
absl::StatusOr<bool> IsTagger(const std::string& model_dir);

}  // namespace tiqu::cli
