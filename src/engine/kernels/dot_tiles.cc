#include "engine/kernels/dot_tiles.h"

#include <algorithm>
#include <cstring>

#include "engine/kernels/amx_tiles.h"
#include "engine/kernels/cpu_isa.h"
#include "engine/kernels/dot_kinds.h"

namespace tiqu::kernels {
namespace {

// The arguments are copies, which no store can change: they stay in registers.
template <class Kind, int kRows, int kVectors>
TIQU_AVX512 void MultiplyTile(const DotProduct p, const Kind kind, int64_t row, int64_t column) {
  typename Kind::Sum sums[kRows][kVectors] = {};
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
      const __m512 value = kind.Value(kind.At(at), sums[r][v], row + r);
      if (plain) {
        _mm512_storeu_ps(out + v * kDotColumns, value);
      } else {
        StorePart(p, at, value, out + v * kDotColumns);
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

bool UsesAmx() { return ActiveCpuIsa() >= CpuIsa::kAmx; }

}  // namespace

int64_t DotDepth(int64_t bytes) { return RoundUp(bytes, UsesAmx() ? kAmxDepth : kDotBytes); }

int64_t DotRows(int64_t m) { return UsesAmx() ? RoundUp(m, kAmxRows) : m; }

template <class T>
void PackDotTiles(int64_t k, int64_t n, const T* weights, T* tiles) {
  constexpr int64_t kSize = sizeof(T), kStep = kDotBytes / kSize;
  const int64_t depth = DotDepth(k * kSize) / kSize;
  for (int64_t column = 0; column < n; column += PanelWidth(column, n)) {
    for (int64_t at = 0; at < depth; at += kStep) {
      for (int64_t j = column; j < column + PanelWidth(column, n); ++j) {
        for (int64_t i = at; i < at + kStep; ++i) *tiles++ = i < k && j < n ? weights[i * n + j] : T{0};
      }
    }
  }
}

template void PackDotTiles<int8_t>(int64_t k, int64_t n, const int8_t* weights, int8_t* tiles);
template void PackDotTiles<uint16_t>(int64_t k, int64_t n, const uint16_t* weights, uint16_t* tiles);

void MultiplyInt8(const DotProduct& product, const Int8Scales& scales) {
  UsesAmx() ? AmxMultiplyInt8(product, scales) : MultiplyPanels(product, Int8Kind{scales});
}

void MultiplyBfloat16(const DotProduct& product) {
  UsesAmx() ? AmxMultiplyBfloat16(product) : MultiplyPanels(product, Bfloat16Kind{});
}

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
