// The one place where statuses of the inside become those of the public interface.
//
// Thread safety: free functions.
#pragma once

#include "absl/status/status.h"
#include "tiqu/status.h"

namespace tiqu::answer {

// Both sides use gRPC's codes under gRPC's numbers.
inline Status ToPublic(const absl::Status& status) {
  return Status(static_cast<StatusCode>(status.raw_code()), std::string(status.message()));
}

}  // namespace tiqu::answer
