// CRC-32C (Castagnoli) and the masked form that stands in tables and bundles: a checksum of bytes that hold checksums
// is weak, so what is stored is rotated and shifted.
//
//   Crc32c("123456789") = 0xe3069283, masked 0xc78ab0e5
//
// Uses the processor's instruction when there is one. Thread safety: free functions without state.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace tiqu::savedmodel {

// The checksum of what `crc` covers followed by `bytes`; 0 to begin.
uint32_t ExtendCrc32c(uint32_t crc, const void* bytes, size_t size);
inline uint32_t Crc32c(std::string_view bytes) { return ExtendCrc32c(0, bytes.data(), bytes.size()); }

inline uint32_t MaskCrc(uint32_t crc) { return ((crc >> 15) | (crc << 17)) + 0xa282ead8U; }

}  // namespace tiqu::savedmodel
