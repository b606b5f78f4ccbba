// Floating-point numbers of 16 bits to and from single precision, as their bits.
//
//   ToHalf(1.0f) = 0x3c00     FromHalf(0x3555) = 0.33325195f     ToBfloat16(1.0f) = 0x3f80
//
// Thread safety: free functions.
#pragma once

#include <bit>
#include <cstdint>

namespace tiqu {

// IEEE 754 half precision (1 sign, 5 exponent, 10 fraction bits). To nearest, ties to even. Above 65504 it gives
// infinity; a NaN stays one.
uint16_t ToHalf(float value);
float FromHalf(uint16_t half);

// bfloat16, the upper half of a single. To nearest, ties to even; a NaN stays one.
inline uint16_t ToBfloat16(float value) {
  if (value != value) return 0x7FC0;
  const auto bits = std::bit_cast<uint32_t>(value);
  return static_cast<uint16_t>((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
}
inline float FromBfloat16(uint16_t bits) { return std::bit_cast<float>(static_cast<uint32_t>(bits) << 16); }

}  // namespace tiqu
