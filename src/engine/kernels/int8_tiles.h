// The product of 8-bit integers for processors with AVX2 and no VNNI. Two products of four are added in 16 bits before
// they are widened: three multiplying instructions for 64 products, where oneDNN's kernel takes four. The ranges of
// quantize.h make that exact.
//
// Thread safety: free functions.
#pragma once

#include <cstdint>

namespace tiqu::kernels {

inline constexpr int64_t kTileDepth = 8;     // k is padded to a multiple of this
inline constexpr int64_t kTileColumns = 16;  // n, too

struct Int8Product {
  int64_t m = 0, n = 0;
  int64_t padded_k = 0;                  // a multiple of kTileDepth
  const uint8_t* a = nullptr;            // [m, padded_k]
  const float* row_scales = nullptr;     // [m]
  const int8_t* tiles = nullptr;         // PackTiles, 32-byte aligned
  const int32_t* offsets = nullptr;      // [n up to a multiple of kTileColumns], added to the sums
  const float* column_scales = nullptr;  // the same
  bool accumulate = false;
  float* out = nullptr;  // [m, n] with ldc elements between rows
  int64_t ldc = 0;
};

// weights: [k, n] row-major; tiles: [padded n / kTileColumns][padded_k / kTileDepth][2][kTileColumns][4], zero beyond.
void PackTiles(int64_t k, int64_t n, const int8_t* weights, int64_t padded_k, int8_t* tiles);

// out = (a W + offsets) * row_scales * column_scales, plus out. REQUIRES: the processor has AVX2.
void MultiplyTiles(const Int8Product& product);

}  // namespace tiqu::kernels
