// Exit codes of the `tiqu` programs. Fixed: scripts rely on them.
//
//   0 done    1 failed    2 wrong command line or input    3 done, but some lines or samples were bad    130
//   interrupted
#pragma once

#include "absl/status/status.h"

namespace tiqu::cli {

inline constexpr int kExitDone = 0;
inline constexpr int kExitFailed = 1;
inline constexpr int kExitUsage = 2;
inline constexpr int kExitSomeBad = 3;
inline constexpr int kExitInterrupted = 130;

inline int ExitCodeOf(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kOk:
      return kExitDone;
    case absl::StatusCode::kInvalidArgument:
      return kExitUsage;
    case absl::StatusCode::kCancelled:
      return kExitInterrupted;
    default:
      return kExitFailed;
  }
}

}  // namespace tiqu::cli
