#include "decode/chain_rows.h"

#include <algorithm>
#include <bit>

#include "base/each_isa.h"

namespace tiqu::decode {
namespace {

// As many columns at a time as registers hold.
template <size_t kWidth>
[[gnu::always_inline]] inline void MultiplyColumns(size_t rows, size_t columns, const double* x, const double* matrix,
                                                   double* out) {
  double sums[kWidth] = {};
  for (size_t i = 0; i < rows; ++i, matrix += columns) {
    for (size_t j = 0; j < kWidth; ++j) sums[j] += x[i] * matrix[j];
  }
  std::copy_n(sums, kWidth, out);
}

template <size_t kWidth>
[[gnu::always_inline]] inline void BestOfColumns(size_t rows, size_t columns, const float* x, const float* matrix,
                                                 float* best, int32_t* from) {
  float most[kWidth];
  int32_t which[kWidth] = {};
  for (size_t j = 0; j < kWidth; ++j) most[j] = x[0] + matrix[j];
  for (size_t i = 1; i < rows; ++i) {
    matrix += columns;
    for (size_t j = 0; j < kWidth; ++j) {
      const float value = x[i] + matrix[j];
      which[j] = value > most[j] ? static_cast<int32_t>(i) : which[j];
      most[j] = value > most[j] ? value : most[j];
    }
  }
  std::copy_n(most, kWidth, best);
  std::copy_n(which, kWidth, from);
}

// Cephes' exp of doubles would divide; this is Taylor's row on |r| <= ln(2) / 2, whose rest is below 1e-17.
[[gnu::always_inline]] inline double ExpOf(double x) {
  constexpr double kRound = 0x1.8p52;  // brings a whole number into the lowest bits
  const double shifted = x * 1.4426950408889634 + kRound, n = shifted - kRound;
  const double r = (x - n * 6.93147180369123816490e-01) - n * 1.90821492927058770002e-10;
  constexpr double kTerms[] = {1.0 / 87178291200,
                               1.0 / 6227020800,
                               1.0 / 479001600,
                               1.0 / 39916800,
                               1.0 / 3628800,
                               1.0 / 362880,
                               1.0 / 40320,
                               1.0 / 5040,
                               1.0 / 720,
                               1.0 / 120,
                               1.0 / 24,
                               1.0 / 6,
                               1.0 / 2,
                               1.0,
                               1.0};
  double p = kTerms[0];
  for (size_t i = 1; i < std::size(kTerms); ++i) p = p * r + kTerms[i];
  const uint64_t power = (std::bit_cast<uint64_t>(shifted) + 1023) << 52;
  return p * std::bit_cast<double>(power);
}

TIQU_EACH_ISA void MultiplyAll(size_t rows, size_t columns, const double* x, const double* matrix, double* out) {
  size_t j = 0;
  for (; j + 32 <= columns; j += 32) MultiplyColumns<32>(rows, columns, x, matrix + j, out + j);
  for (; j < columns; j += 8) MultiplyColumns<8>(rows, columns, x, matrix + j, out + j);
}

TIQU_EACH_ISA void BestOfAll(size_t rows, size_t columns, const float* x, const float* matrix, float* best,
                             int32_t* from) {
  size_t j = 0;
  for (; j + 32 <= columns; j += 32) BestOfColumns<32>(rows, columns, x, matrix + j, best + j, from + j);
  for (; j < columns; j += 8) BestOfColumns<8>(rows, columns, x, matrix + j, best + j, from + j);
}

TIQU_EACH_ISA void ExpOfAll(size_t count, double* x) {
  for (size_t i = 0; i < count; ++i) x[i] = ExpOf(x[i]);
}

}  // namespace

void MultiplyRow(size_t rows, size_t columns, const double* x, const double* matrix, double* out) {
  MultiplyAll(rows, columns, x, matrix, out);
}

void BestMoves(size_t rows, size_t columns, const float* x, const float* matrix, float* best, int32_t* from) {
  BestOfAll(rows, columns, x, matrix, best, from);
}

void ExpRow(size_t count, double* x) { ExpOfAll(count, x); }

}  // namespace tiqu::decode
