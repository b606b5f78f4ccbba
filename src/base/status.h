// absl::Status with two macros and a way to say where an error happened.
//
//   TIQU_RETURN_IF_ERROR(WriteFile(path, bytes));
//   TIQU_ASSIGN_OR_RETURN(std::string text, ReadFile(path));
//   return Annotate(status, "line 12");     // "line 12: byte 3 is not UTF-8"
#pragma once

#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace tiqu {

// The same code with "context: " before the message; OK stays OK.
absl::Status Annotate(const absl::Status& status, std::string_view context);

}  // namespace tiqu

#define TIQU_RETURN_IF_ERROR(expr)                                                \
  do {                                                                            \
    if (absl::Status tiqu_status = (expr); !tiqu_status.ok()) return tiqu_status; \
  } while (false)

#define TIQU_CONCAT_INNER(a, b) a##b
#define TIQU_CONCAT(a, b) TIQU_CONCAT_INNER(a, b)
#define TIQU_ASSIGN_OR_RETURN(lhs, expr) TIQU_ASSIGN_OR_RETURN_IMPL(TIQU_CONCAT(tiqu_result_, __LINE__), lhs, expr)
#define TIQU_ASSIGN_OR_RETURN_IMPL(result, lhs, expr) \
  auto result = (expr);                               \
  if (!result.ok()) return result.status();           \
  lhs = std::move(result).value()
