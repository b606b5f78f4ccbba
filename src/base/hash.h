// FNV-1a of 64 bits (Fowler, Noll, Vo): tells whole files from damaged ones. Not for hostile input.
//
//   Fnv1a64("a") = 0xaf63dc4c8601ec8c
//
// Thread safety: free functions.
#pragma once

#include <cstdint>
#include <string_view>

namespace tiqu {

inline constexpr uint64_t kFnvBasis = 0xcbf29ce484222325ULL;

// The hash of what `hash` covers followed by `bytes`.
inline uint64_t Fnv1a64(std::string_view bytes, uint64_t hash = kFnvBasis) {
  for (const char byte : bytes) hash = (hash ^ static_cast<unsigned char>(byte)) * 0x100000001b3ULL;
  return hash;
}

}  // namespace tiqu
