// The products of dot_tiles.h by AMX: one instruction multiplies 16 rows of 64 bytes with 16 columns, eight to sixteen
// times as much in the same time; a whole product gains less, since rows and sums go in and out as before.
//
// What the tiles hold is lost over a call, as the x86-64 calling convention says.
//
// Thread safety: free functions.
#pragma once

#include <cstdint>

#include "engine/kernels/dot_tiles.h"

namespace tiqu::kernels {

inline constexpr int64_t kAmxRows = 16, kAmxDepth = 64;  // of a tile; depth in bytes

// Sets the tiles up for the calling thread, unless one around it did so; the products below do it for themselves.
// REQUIRES: while one lives, nothing else on the thread uses tiles, as oneDNN's products of bfloat16 and bytes do.
class AmxScope {
 public:
  AmxScope();
  ~AmxScope();
  AmxScope(const AmxScope&) = delete;
  AmxScope& operator=(const AmxScope&) = delete;
};

// The sums are the same integers as without AMX.
void AmxMultiplyInt8(const DotProduct& product, const Int8Scales& scales);

// The even and the odd values of 64 bytes are added up apart, in 32-bit floats.
void AmxMultiplyBfloat16(const DotProduct& product);

}  // namespace tiqu::kernels
