// For what must not throw: exceptions of libraries, which all but always mean memory, become errors.
//
// Thread safety: a free function.
#pragma once

#include <exception>
#include <new>

#include "absl/status/status.h"

namespace tiqu::serving {

// What `work` returns, an absl::Status or StatusOr; RESOURCE_EXHAUSTED when it throws.
template <typename Work>
auto Guarded(const Work& work) -> decltype(work()) {
  try {
    return work();
  } catch (const std::bad_alloc&) {
    return absl::ResourceExhaustedError("memory does not suffice for this request");
  } catch (const std::exception& error) {
    return absl::ResourceExhaustedError(error.what());
  }
}

}  // namespace tiqu::serving
