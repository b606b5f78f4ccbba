// The inner loops of a linear chain: rows of tags against a matrix of moves. Rows and matrices are padded to whole
// vectors, so that the compiler needs no rest loops; one copy an instruction set.
//
// Thread safety: free functions.
#pragma once

#include <cstddef>
#include <cstdint>

namespace tiqu::decode {

// What `tags` columns are padded to.
inline size_t PaddedTags(size_t tags) { return (tags + 7) / 8 * 8; }

// out[j] = sum_i x[i] matrix[i][j] for all columns. x: [rows], matrix: [rows, columns], out: [columns].
// REQUIRES: columns is a multiple of 8
void MultiplyRow(size_t rows, size_t columns, const double* x, const double* matrix, double* out);

// best[j] = max_i x[i] + matrix[i][j], from[j] = the lowest such i. Shapes as above.
void BestMoves(size_t rows, size_t columns, const float* x, const float* matrix, float* best, int32_t* from);

// x <- exp(x) for x in [-700, 0], within 4e-16 relative.
void ExpRow(size_t count, double* x);

}  // namespace tiqu::decode
