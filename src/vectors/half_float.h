// IEEE 754 half precision (1 sign, 5 exponent, 10 fraction bits) to and from single.
//
//   ToHalf(1.0f) = 0x3c00     FromHalf(0x3555) = 0.33325195f
//
// Thread safety: free functions.
#pragma once

#include <cstdint>

namespace tiqu::vectors {

// To nearest, ties to even. Above 65504 it gives infinity; a NaN stays one.
uint16_t ToHalf(float value);
float FromHalf(uint16_t half);

}  // namespace tiqu::vectors
