// How deep the brackets of a text stand in one another, to be asked before a recursive reader takes it.
//
//   if (NestsDeeperThan(json_text, kDeepestNesting)) return absl::DataLossError("...");
//
// Thread safety: free functions.
#pragma once

#include <string_view>

namespace tiqu {

// What a recursive reader is trusted with.
inline constexpr int kDeepestNesting = 100;

// Counts [, { and < outside of quotes and # comments: for JSON, and for the text form of protobuf messages, whose
// quotes end with the line at the latest.
bool NestsDeeperThan(std::string_view text, int limit);

}  // namespace tiqu
