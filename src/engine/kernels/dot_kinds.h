// What the two kinds of products of dot_tiles.h make of their sums: shared by the ways to add them up.
#pragma once

#include <immintrin.h>

#include <algorithm>

#include "engine/kernels/dot_tiles.h"

// The compiler uses an instruction of VNNI or BF16 only where it is called by name: each kind runs without the other.
#define TIQU_AVX512 __attribute__((target("avx512f,avx512bw,avx512vl,avx512vnni,avx512bf16")))

namespace tiqu::kernels {

// Columns that stand together in the tiles: as many as a whole panel, or a vector at the end.
inline constexpr int64_t kPanelVectors = 4;
inline constexpr int64_t kPanelColumns = kPanelVectors * kDotColumns;

// Of the panel from `column` on.
inline int64_t PanelWidth(int64_t column, int64_t n) {
  return column + kPanelColumns <= RoundUp(n, kDotColumns) ? kPanelColumns : kDotColumns;
}

struct Int8Kind {
  const Int8Scales scales;
  using Sum = __m512i;
  struct Columns {
    __m512i offsets;
    __m512 scales;
  };

  TIQU_AVX512 Columns At(int64_t column) const {
    return {_mm512_loadu_si512(scales.offsets + column), _mm512_loadu_ps(scales.column_scales + column)};
  }
  // In place of _mm512_dpbusd_epi32, before and after which GCC 12 copies each sum: half of the speed.
  TIQU_AVX512 static Sum Add(Sum sum, __m512i row, __m512i column) {
    asm("vpdpbusd %2, %1, %0" : "+v"(sum) : "v"(row), "v"(column));
    return sum;
  }
  TIQU_AVX512 static Sum Load(const void* from) { return _mm512_load_si512(from); }
  TIQU_AVX512 __m512 Value(const Columns& columns, Sum sum, int64_t row) const {
    const __m512i whole = _mm512_add_epi32(sum, columns.offsets);
    // Not _mm512_cvtepi32_ps: GCC 12 warns of what its header does there (bug 105593).
    const __m512 scaled = _mm512_mul_ps(_mm512_maskz_cvtepi32_ps(0xFFFF, whole), columns.scales);
    return _mm512_mul_ps(scaled, _mm512_set1_ps(scales.row_scales[row]));
  }
};

struct Bfloat16Kind {
  using Sum = __m512;
  struct Columns {};

  TIQU_AVX512 static Columns At(int64_t /*column*/) { return {}; }
  TIQU_AVX512 static Sum Add(Sum sum, __m512i row, __m512i column) {
    return _mm512_dpbf16_ps(sum, reinterpret_cast<__m512bh>(row), reinterpret_cast<__m512bh>(column));
  }
  TIQU_AVX512 static Sum Load(const void* from) { return _mm512_load_ps(from); }
  TIQU_AVX512 static __m512 Value(const Columns& /*columns*/, Sum sum, int64_t /*row*/) { return sum; }
};

// At the columns that are there, and added to them when the product says so.
TIQU_AVX512 inline void StorePart(const DotProduct& p, int64_t column, __m512 value, float* to) {
  const auto mask = static_cast<__mmask16>((1U << std::min(kDotColumns, p.n - column)) - 1);
  if (p.accumulate) value = _mm512_add_ps(_mm512_maskz_loadu_ps(mask, to), value);
  _mm512_mask_storeu_ps(to, mask, value);
}

}  // namespace tiqu::kernels
