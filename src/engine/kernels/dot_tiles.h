// Products by the instructions of AVX-512 that add to each of 16 lanes what four bytes of a row times four bytes of a
// column come to: four products of 8-bit integers (VNNI) or two of bfloat16 (BF16). With AMX the same of whole tiles
// (amx_tiles.h).
//
// The bits of a row of the result do not depend on the other rows or on their number.
//
// Thread safety: free functions.
#pragma once

#include <cstdint>

namespace tiqu::kernels {

inline constexpr int64_t kDotColumns = 16;  // the lanes of a vector
inline constexpr int64_t kDotBytes = 4;     // of each row and column in a step

inline int64_t RoundUp(int64_t value, int64_t step) { return (value + step - 1) / step * step; }

// The bytes of a row, filled up to whole steps of the processor's, and the rows that must be there to be read: more
// than the product's own with AMX. What stands in those does not matter.
int64_t DotDepth(int64_t bytes);
int64_t DotRows(int64_t m);

// out = A B, or += A B. A row of A and a column of B are `depth` bytes long.
struct DotProduct {
  int64_t m, n, depth;  // depth: of DotDepth
  const void* rows;     // [DotRows(m), depth]
  const void* tiles;    // of PackDotTiles; aligned to a vector
  bool accumulate;
  float* out;  // [m, n], rows ldc apart
  int64_t ldc;
};

// How the sums of 8-bit products become floats. The arrays of columns are padded to a multiple of kDotColumns.
struct Int8Scales {
  const int32_t* offsets;  // added to the sums of a column
  const float* column_scales;
  const float* row_scales;
};

// weights: [k, n] of int8_t or of bfloat16 (uint16_t). tiles: [padded n, DotDepth bytes], filled up with zeros to
// multiples of kDotColumns columns.
template <class T>
void PackDotTiles(int64_t k, int64_t n, const T* weights, T* tiles);

// rows: of uint8_t, tiles: of int8_t. REQUIRES: AVX-512 with VNNI.
void MultiplyInt8(const DotProduct& product, const Int8Scales& scales);

// rows, tiles: of bfloat16; summed in 32-bit floats. REQUIRES: AVX-512 with BF16.
void MultiplyBfloat16(const DotProduct& product);

// Rows of k floats, `lda` apart, to the nearest bfloat16, ties to even; zeros from k to padded_k. What is too small for
// a normal float becomes zero. REQUIRES: AVX-512 with BF16.
void NarrowRows(int64_t rows, int64_t k, const float* in, int64_t lda, int64_t padded_k, uint16_t* out);

}  // namespace tiqu::kernels
