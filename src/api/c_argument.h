// Reading what a C program passes in: texts with a size, options structs of any age, counted references of handles.
//
// Thread safety: free functions; Retain and Release of one handle may be called from any number of threads.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstring>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "tiqu/options.h"
#include "tiqu/status.h"
#include "tiqu/tiqu.h"

namespace tiqu::api {

// REQUIRES: text is not NULL, or size is 0
inline std::string_view ViewOf(const char* text, size_t size) {
  if (size == TIQU_TEXT_ENDS_WITH_NUL) return text;
  return {text, size};
}

// Writes `defaults` into a struct of the caller's size. What a newer header has and this library does not is zeroed.
template <typename Options>
void WriteDefaults(const Options& defaults, void* options, size_t struct_size) {
  if (options == nullptr || struct_size < sizeof(size_t)) return;
  std::memset(options, 0, struct_size);
  std::memcpy(options, &defaults, std::min(struct_size, sizeof(Options)));
  std::memcpy(options, &struct_size, sizeof(size_t));
}

// Takes `defaults`, and over them what the caller's struct has. Errors: kInvalidArgument (no size in the struct; a
// field that this library does not have is set).
template <typename Options>
Result<Options> ReadOptions(const Options& defaults, const void* options) {
  Options result = defaults;
  if (options == nullptr) return result;
  size_t struct_size = 0;
  std::memcpy(&struct_size, options, sizeof(size_t));
  if (struct_size < sizeof(size_t)) {
    return Status(StatusCode::kInvalidArgument,
                  absl::StrCat("struct_size of the options is ", struct_size, ", it should be the struct's size"));
  }
  const auto* bytes = static_cast<const char*>(options);
  std::memcpy(&result, bytes, std::min(struct_size, sizeof(Options)));
  result.struct_size = sizeof(Options);
  if (struct_size > sizeof(Options) &&
      std::any_of(bytes + sizeof(Options), bytes + struct_size, [](char byte) { return byte != 0; })) {
    return Status(StatusCode::kInvalidArgument,
                  absl::StrCat("an option is set that this library, version ", tiqu_version(), ", does not have"));
  }
  return result;
}

// What the options of both kinds of handles say. Errors: kInvalidArgument (a number that is no precision).
template <typename Options>
Result<Precision> ReadPrecision(const Options& options) {
  if (options.precision < TIQU_PRECISION_FLOAT32 || options.precision > TIQU_PRECISION_INT8) {
    return Status(StatusCode::kInvalidArgument,
                  absl::StrCat("precision is ", options.precision, ", limit ", static_cast<int>(TIQU_PRECISION_INT8)));
  }
  if (options.reserved != 0) {
    return Status(StatusCode::kInvalidArgument, absl::StrCat("reserved is ", options.reserved, ", it should be 0"));
  }
  return static_cast<Precision>(options.precision);
}

// Adds a holder; takes one away, and with the last one the handle's life. NULL is fine.
template <typename Handle>
void Retain(Handle* handle) {
  if (handle != nullptr) handle->references.fetch_add(1, std::memory_order_relaxed);
}
template <typename Handle>
void Release(Handle* handle) {
  if (handle != nullptr && handle->references.fetch_sub(1, std::memory_order_acq_rel) == 1) delete handle;
}

}  // namespace tiqu::api
