// Single-precision matrix product on oneDNN, on the calling thread.
//
// Thread safety: free functions, reentrant.
#pragma once

#include <cstdint>

namespace tiqu::kernels {

// C[m,n] = alpha * op(A)[m,k] op(B)[k,n] + beta * C, row-major. lda, ldb, ldc: elements between rows as stored.
// op is the transpose when the flag is set. Shapes of zero are allowed. Where A is not transposed, the bits of a row of
// C do not depend on the number of rows: what a batch is padded to, or a passage batched with, changes nothing.
struct GemmShape {
  int64_t m = 0;
  int64_t n = 0;
  int64_t k = 0;
  bool transpose_a = false;
  bool transpose_b = false;
};
void Gemm(const GemmShape& shape, float alpha, const float* a, int64_t lda, const float* b, int64_t ldb, float beta,
          float* c, int64_t ldc);

}  // namespace tiqu::kernels
