// What every function of the C interface shares: errors as codes and objects, and no way out for an exception.
//
//   return api::Guard(error, [&]() -> Status { ...; return Status(); });
//
// Thread safety: free functions.
#pragma once

#include <exception>
#include <new>
#include <string>
#include <string_view>
#include <utility>

#include "tiqu/status.h"
#include "tiqu/tiqu.h"

struct tiqu_error {
  tiqu_status status;
  std::string message;
};

namespace tiqu::api {

// Writes the error object, if one is asked for, and gives the code.
tiqu_status Report(const Status& status, tiqu_error** error) noexcept;
// The same without taking memory.
tiqu_status ReportOutOfMemory(tiqu_error** error) noexcept;

Status NullArgument(std::string_view name);  // kInvalidArgument: "NAME is NULL"

// Runs `work`, which gives a Status.
template <typename Work>
tiqu_status Guard(tiqu_error** error, Work&& work) noexcept {
  if (error != nullptr) *error = nullptr;
  try {
    const Status status = std::forward<Work>(work)();
    return status.ok() ? TIQU_OK : Report(status, error);
  } catch (const std::bad_alloc&) {
    return ReportOutOfMemory(error);
  } catch (const std::exception& exception) {
    return Report(Status(StatusCode::kInternal, exception.what()), error);
  }
}

}  // namespace tiqu::api
