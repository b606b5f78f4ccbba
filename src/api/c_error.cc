// Errors and versions of the C interface.
#include "api/c_error.h"

#include <iterator>

namespace tiqu::api {
namespace {

constexpr const char* kStatusNames[] = {
    "OK",        "CANCELLED",       "UNKNOWN",           "INVALID_ARGUMENT",   "DEADLINE_EXCEEDED",
    "NOT_FOUND", "ALREADY_EXISTS",  "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION",
    "ABORTED",   "OUT_OF_RANGE",    "UNIMPLEMENTED",     "INTERNAL",           "UNAVAILABLE",
    "DATA_LOSS", "UNAUTHENTICATED",
};

#define TIQU_TEXT_OF_INNER(number) #number
#define TIQU_TEXT_OF(number) TIQU_TEXT_OF_INNER(number)
static_assert(std::string_view(TIQU_VERSION) == TIQU_TEXT_OF(TIQU_VERSION_MAJOR) "." TIQU_TEXT_OF(
                                                    TIQU_VERSION_MINOR) "." TIQU_TEXT_OF(TIQU_VERSION_PATCH),
              "tiqu.h has another version than the project");

// Stands in for an error object that there is no memory for; nobody frees it.
tiqu_error out_of_memory = {TIQU_RESOURCE_EXHAUSTED, "out of memory"};

}  // namespace

tiqu_status ReportOutOfMemory(tiqu_error** error) noexcept {
  if (error != nullptr) *error = &out_of_memory;
  return TIQU_RESOURCE_EXHAUSTED;
}

tiqu_status Report(const Status& status, tiqu_error** error) noexcept {
  const auto code = static_cast<tiqu_status>(status.code());
  if (error == nullptr) return code;
  try {
    *error = new tiqu_error{code, status.message()};
    return code;
  } catch (const std::bad_alloc&) {
    return ReportOutOfMemory(error);
  }
}

Status NullArgument(std::string_view name) {
  return Status(StatusCode::kInvalidArgument, std::string(name).append(" is NULL"));
}

}  // namespace tiqu::api

extern "C" {

const char* tiqu_version(void) { return TIQU_VERSION; }
int32_t tiqu_abi_version(void) { return TIQU_ABI_VERSION; }

const char* tiqu_status_name(tiqu_status status) {
  const bool known = status >= 0 && status < static_cast<int>(std::size(tiqu::api::kStatusNames));
  return tiqu::api::kStatusNames[known ? status : TIQU_UNKNOWN];
}

tiqu_status tiqu_error_status(const tiqu_error* error) { return error == nullptr ? TIQU_OK : error->status; }
const char* tiqu_error_message(const tiqu_error* error) { return error == nullptr ? "" : error->message.c_str(); }
void tiqu_error_free(tiqu_error* error) {
  if (error != &tiqu::api::out_of_memory) delete error;
}

}  // extern "C"
