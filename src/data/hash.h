// A 64-bit fingerprint that is the same on every machine and in every release (FNV-1a with a final mix): splits and
// random choices are keyed on it.
//
// Thread safety: free functions.
#pragma once

#include <cstdint>
#include <string_view>

namespace tiqu::data {

constexpr uint64_t Fingerprint(std::string_view bytes, uint64_t start = 0) {
  uint64_t hash = 0xcbf29ce484222325ULL ^ start;
  for (const char c : bytes) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  // MurmurHash3's finaliser: FNV alone leaves the high bits of short strings alike.
  hash = (hash ^ (hash >> 33)) * 0xff51afd7ed558ccdULL;
  hash = (hash ^ (hash >> 33)) * 0xc4ceb9fe1a85ec53ULL;
  return hash ^ (hash >> 33);
}

}  // namespace tiqu::data
