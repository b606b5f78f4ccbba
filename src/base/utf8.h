// UTF-8 to code points and back. Strict: no overlong forms, no surrogates, nothing above U+10FFFF.
//
// Thread safety: free functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace tiqu {

// Errors: INVALID_ARGUMENT "byte 17 (0xff) is not UTF-8" (bytes count from 0).
absl::StatusOr<std::u32string> DecodeUtf8(std::string_view utf8);

// The text with U+FFFD for each byte that is not part of UTF-8: for messages that quote what somebody sent.
std::string ReplaceInvalidUtf8(std::string_view text);

void AppendUtf8(char32_t code_point, std::string* out);
std::string EncodeUtf8(std::u32string_view code_points);

// Code points of valid UTF-8.
int64_t CountCodePoints(std::string_view utf8);
// The bytes of code points [begin, end) of valid UTF-8. REQUIRES: begin <= end <= CountCodePoints(utf8)
std::string_view Utf8Substring(std::string_view utf8, int64_t begin, int64_t end);

}  // namespace tiqu
