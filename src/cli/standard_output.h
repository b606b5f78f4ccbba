// Bytes to standard output with the errors of a full disk or a closed pipe as statuses.
//
// Thread safety: yes, but lines of several threads may mix.
#pragma once

#include <string_view>

#include "absl/status/status.h"

namespace tiqu::cli {

// Written and flushed. Errors: RESOURCE_EXHAUSTED and others that say what the operating system said.
absl::Status WriteStandardOutput(std::string_view bytes);

}  // namespace tiqu::cli
