#include "engine/kernels/int8_tiles.h"

#include <immintrin.h>

#include <algorithm>
#include <array>
#include <cstring>

#define TIQU_AVX2 __attribute__((target("avx2")))

namespace tiqu::kernels {
namespace {

constexpr int64_t kLanes = 8;  // of 32 bits
constexpr int64_t kStepBytes = kTileColumns * kTileDepth;

// Four activations in every lane.
TIQU_AVX2 inline __m256i BroadcastFour(const uint8_t* from) {
  int32_t four;
  std::memcpy(&four, from, sizeof(four));
  return _mm256_set1_epi32(four);
}

TIQU_AVX2 inline __m256i LoadBytes(const int8_t* from) {
  return _mm256_load_si256(reinterpret_cast<const __m256i*>(from));
}

// Eight products a lane: first * w_first + second * w_second, added up.
TIQU_AVX2 inline __m256i AddProducts(__m256i sum, __m256i first, __m256i w_first, __m256i second, __m256i w_second) {
  const __m256i pairs = _mm256_add_epi16(_mm256_maddubs_epi16(first, w_first), _mm256_maddubs_epi16(second, w_second));
  return _mm256_add_epi32(sum, _mm256_madd_epi16(pairs, _mm256_set1_epi16(1)));
}

TIQU_AVX2 inline __m256 Scaled(const Int8Product& p, int64_t row, int64_t column, __m256i sum) {
  const auto* offsets = reinterpret_cast<const __m256i*>(p.offsets + column);
  const __m256 whole = _mm256_cvtepi32_ps(_mm256_add_epi32(sum, _mm256_loadu_si256(offsets)));
  return _mm256_mul_ps(_mm256_mul_ps(whole, _mm256_loadu_ps(p.column_scales + column)),
                       _mm256_set1_ps(p.row_scales[row]));
}

TIQU_AVX2 inline void Store(const Int8Product& p, int64_t row, int64_t column, __m256 value) {
  float* const to = p.out + row * p.ldc + column;
  if (column + kLanes <= p.n) {
    _mm256_storeu_ps(to, p.accumulate ? _mm256_add_ps(_mm256_loadu_ps(to), value) : value);
    return;
  }
  std::array<float, kLanes> part;
  _mm256_storeu_ps(part.data(), value);
  for (int64_t j = 0; column + j < p.n; ++j) to[j] = p.accumulate ? to[j] + part[j] : part[j];
}

// kRows rows by kTileColumns columns.
template <int kRows>
TIQU_AVX2 void MultiplyTile(const Int8Product& p, int64_t row, int64_t column) {
  __m256i left[kRows], right[kRows];  // sums of columns 0 to 7 and 8 to 15
  for (int r = 0; r < kRows; ++r) left[r] = right[r] = _mm256_setzero_si256();
  const int8_t* w = p.tiles + column * p.padded_k;
  const uint8_t* a = p.a + row * p.padded_k;
  for (int64_t k = 0; k < p.padded_k; k += kTileDepth, w += kStepBytes) {
    const __m256i w0 = LoadBytes(w), w1 = LoadBytes(w + 32), w2 = LoadBytes(w + 64), w3 = LoadBytes(w + 96);
    for (int r = 0; r < kRows; ++r) {
      const uint8_t* const from = a + r * p.padded_k + k;
      const __m256i first = BroadcastFour(from), second = BroadcastFour(from + 4);
      left[r] = AddProducts(left[r], first, w0, second, w2);
      right[r] = AddProducts(right[r], first, w1, second, w3);
    }
  }
  for (int r = 0; r < kRows; ++r) {
    Store(p, row + r, column, Scaled(p, row + r, column, left[r]));
    if (column + kLanes < p.n) Store(p, row + r, column + kLanes, Scaled(p, row + r, column + kLanes, right[r]));
  }
}

}  // namespace

void PackTiles(int64_t k, int64_t n, const int8_t* weights, int64_t padded_k, int8_t* tiles) {
  for (int64_t column = 0; column < n; column += kTileColumns) {
    for (int64_t at = 0; at < padded_k; at += 4) {
      for (int64_t j = 0; j < kTileColumns; ++j) {
        for (int64_t i = 0; i < 4; ++i) {
          const bool inside = at + i < k && column + j < n;
          *tiles++ = inside ? weights[(at + i) * n + column + j] : int8_t{0};
        }
      }
    }
  }
}

// A column block at a time: its weights stay in the first-level cache while the rows pass. Three rows leave registers
// for all that a step loads.
void MultiplyTiles(const Int8Product& p) {
  for (int64_t column = 0; column < p.n; column += kTileColumns) {
    int64_t row = 0;
    for (; row + 3 <= p.m; row += 3) MultiplyTile<3>(p, row, column);
    if (row + 2 == p.m) MultiplyTile<2>(p, row, column);
    if (row + 1 == p.m) MultiplyTile<1>(p, row, column);
  }
}

}  // namespace tiqu::kernels
