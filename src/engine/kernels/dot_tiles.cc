#include "engine/kernels/dot_tiles.h"

#include <immintrin.h>

#include <algorithm>
#include <cstring>

// The compiler uses an instruction of VNNI or BF16 only where it is called by name: each kind runs without the other.
#define TIQU_AVX512 __attribute__((target("avx512f,avx512bw,avx512vl,avx512vnni,avx512bf16")))

namespace tiqu::kernels {
namespace {

constexpr __mmask16 kAllLanes = 0xFFFF;
constexpr int64_t kPanelVectors = 4;
constexpr int64_t kPanelColumns = kPanelVectors * kDotColumns;

// Columns that stand together in the tiles, from `column` on: as many as a whole panel, or a vector at the end.
int64_t PanelWidth(int64_t column, int64_t n) {
  return column + kPanelColumns <= RoundUp(n, kDotColumns) ? kPanelColumns : kDotColumns;
}

// At the columns that are there, and added to them.
TIQU_AVX512 inline void StoreMasked(const DotProduct& p, int64_t column, __m512 value, float* to) {
  const auto mask = static_cast<__mmask16>((1U << std::min(kDotColumns, p.n - column)) - 1);
  if (p.accumulate) value = _mm512_add_ps(_mm512_maskz_loadu_ps(mask, to), value);
  _mm512_mask_storeu_ps(to, mask, value);
}

struct Int8Kind {
  const Int8Scales scales;
  using Sum = __m512i;

  TIQU_AVX512 Sum Start(int64_t column) const { return _mm512_loadu_si512(scales.offsets + column); }
  // In place of _mm512_dpbusd_epi32, before and after which GCC 12 copies each sum: half of the speed.
  TIQU_AVX512 static Sum Add(Sum sum, __m512i row, __m512i column) {
    asm("vpdpbusd %2, %1, %0" : "+v"(sum) : "v"(row), "v"(column));
    return sum;
  }
  TIQU_AVX512 __m512 Value(Sum sum, int64_t row, int64_t column) const {
    // Not _mm512_cvtepi32_ps: GCC 12 warns of what its header does there (bug 105593).
    const __m512 whole = _mm512_maskz_cvtepi32_ps(kAllLanes, sum);
    const __m512 scaled = _mm512_mul_ps(whole, _mm512_loadu_ps(scales.column_scales + column));
    return _mm512_mul_ps(scaled, _mm512_set1_ps(scales.row_scales[row]));
  }
};

struct Bfloat16Kind {
  using Sum = __m512;

  TIQU_AVX512 static Sum Start(int64_t /*column*/) { return _mm512_setzero_ps(); }
  TIQU_AVX512 static Sum Add(Sum sum, __m512i row, __m512i column) {
    return _mm512_dpbf16_ps(sum, reinterpret_cast<__m512bh>(row), reinterpret_cast<__m512bh>(column));
  }
  TIQU_AVX512 static __m512 Value(Sum sum, int64_t /*row*/, int64_t /*column*/) { return sum; }
};

// The arguments are copies, which no store can change: they stay in registers.
template <class Kind, int kRows, int kVectors>
TIQU_AVX512 void MultiplyTile(const DotProduct p, const Kind kind, int64_t row, int64_t column) {
  typename Kind::Sum sums[kRows][kVectors];
#pragma GCC unroll 8
  for (int v = 0; v < kVectors; ++v) {
#pragma GCC unroll 8
    for (int r = 0; r < kRows; ++r) sums[r][v] = kind.Start(column + v * kDotColumns);
  }
  const auto* tile = static_cast<const __m512i*>(p.tiles) + column * p.depth / sizeof(__m512i);
  const auto* const rows = static_cast<const uint8_t*>(p.rows) + row * p.depth;
  for (int64_t at = 0; at < p.depth; at += kDotBytes, tile += kVectors) {
    __m512i columns[kVectors];
#pragma GCC unroll 8
    for (int v = 0; v < kVectors; ++v) columns[v] = _mm512_load_si512(tile + v);
#pragma GCC unroll 8
    for (int r = 0; r < kRows; ++r) {
      int32_t bytes;
      std::memcpy(&bytes, rows + r * p.depth + at, sizeof(bytes));
      const __m512i everywhere = _mm512_set1_epi32(bytes);
#pragma GCC unroll 8
      for (int v = 0; v < kVectors; ++v) sums[r][v] = Kind::Add(sums[r][v], everywhere, columns[v]);
    }
  }
  const bool plain = !p.accumulate && column + kVectors * kDotColumns <= p.n;
  float* out = p.out + row * p.ldc + column;
#pragma GCC unroll 8
  for (int r = 0; r < kRows; ++r, out += p.ldc) {
#pragma GCC unroll 8
    for (int v = 0; v < kVectors; ++v) {
      const int64_t at = column + v * kDotColumns;
      const __m512 value = kind.Value(sums[r][v], row + r, at);
      if (plain) {
        _mm512_storeu_ps(out + v * kDotColumns, value);
      } else {
        StoreMasked(p, at, value, out + v * kDotColumns);
      }
    }
  }
}

// Six rows by four vectors of columns keep 24 of the 32 registers for sums: each step loads ten times for 24 products.
template <class Kind, int kVectors>
void MultiplyPanel(const DotProduct& p, const Kind& kind, int64_t column) {
  int64_t row = 0;
  for (; row + 6 <= p.m; row += 6) MultiplyTile<Kind, 6, kVectors>(p, kind, row, column);
  for (; row + 2 <= p.m; row += 2) MultiplyTile<Kind, 2, kVectors>(p, kind, row, column);
  if (row < p.m) MultiplyTile<Kind, 1, kVectors>(p, kind, row, column);
}

// A panel at a time: its columns stay in the first-level cache while the rows pass.
template <class Kind>
void MultiplyPanels(const DotProduct& p, const Kind& kind) {
  for (int64_t column = 0; column < p.n; column += PanelWidth(column, p.n)) {
    if (PanelWidth(column, p.n) == kPanelColumns) {
      MultiplyPanel<Kind, kPanelVectors>(p, kind, column);
    } else {
      MultiplyPanel<Kind, 1>(p, kind, column);
    }
  }
}

}  // namespace

template <class T>
void PackDotTiles(int64_t k, int64_t n, const T* weights, T* tiles) {
  constexpr int64_t kStep = kDotBytes / sizeof(T);
  for (int64_t column = 0; column < n; column += PanelWidth(column, n)) {
    for (int64_t at = 0; at < k; at += kStep) {
      for (int64_t j = column; j < column + PanelWidth(column, n); ++j) {
        for (int64_t i = at; i < at + kStep; ++i) *tiles++ = i < k && j < n ? weights[i * n + j] : T{0};
      }
    }
  }
}

template void PackDotTiles<int8_t>(int64_t k, int64_t n, const int8_t* weights, int8_t* tiles);
template void PackDotTiles<uint16_t>(int64_t k, int64_t n, const uint16_t* weights, uint16_t* tiles);

void MultiplyInt8(const DotProduct& product, const Int8Scales& scales) { MultiplyPanels(product, Int8Kind{scales}); }

void MultiplyBfloat16(const DotProduct& product) { MultiplyPanels(product, Bfloat16Kind{}); }

TIQU_AVX512 void NarrowRows(int64_t rows, int64_t k, const float* in, int64_t lda, int64_t padded_k, uint16_t* out) {
  for (int64_t row = 0; row < rows; ++row, in += lda, out += padded_k) {
    for (int64_t i = 0; i < padded_k; i += kDotColumns) {
      const auto from = static_cast<__mmask16>((1U << std::clamp<int64_t>(k - i, 0, kDotColumns)) - 1);
      const auto to = static_cast<__mmask16>((1U << std::min(kDotColumns, padded_k - i)) - 1);
      const __m256bh narrow = _mm512_cvtneps_pbh(_mm512_maskz_loadu_ps(from, in + i));
      _mm256_mask_storeu_epi16(out + i, to, reinterpret_cast<__m256i>(narrow));
    }
  }
}

}  // namespace tiqu::kernels
