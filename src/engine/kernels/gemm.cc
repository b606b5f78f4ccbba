#include "engine/kernels/gemm.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "engine/kernels/single_thread.h"
#include "oneapi/dnnl/dnnl.h"

namespace tiqu::kernels {
namespace {

// What C becomes when there is nothing to add to it.
void ScaleRows(int64_t m, int64_t n, float beta, float* c, int64_t ldc) {
  for (int64_t i = 0; i < m; ++i) {
    float* row = c + i * ldc;
    if (beta == 0.0F) {
      std::fill(row, row + n, 0.0F);
    } else if (beta != 1.0F) {
      std::transform(row, row + n, row, [beta](float value) { return value * beta; });
    }
  }
}

// For the case that oneDNN refuses (out of memory, leading dimensions beyond its limits).
void PlainGemm(const GemmShape& shape, float alpha, const float* a, int64_t lda, const float* b, int64_t ldb,
               float beta, float* c, int64_t ldc) {
  ScaleRows(shape.m, shape.n, beta, c, ldc);
  for (int64_t i = 0; i < shape.m; ++i) {
    for (int64_t p = 0; p < shape.k; ++p) {
      const float left = alpha * (shape.transpose_a ? a[p * lda + i] : a[i * lda + p]);
      for (int64_t j = 0; j < shape.n; ++j) {
        c[i * ldc + j] += left * (shape.transpose_b ? b[j * ldb + p] : b[p * ldb + j]);
      }
    }
  }
}

// dnnl_sgemm and the matmul primitive run within 3 % of each other from 16 rows up (both at 95-99 % of the core's
// peak); the former needs no primitive cache and takes strides, transposes and beta as they are.
void Product(const GemmShape& shape, float alpha, const float* a, int64_t lda, const float* b, int64_t ldb, float beta,
             float* c, int64_t ldc) {
  const dnnl_status_t status = dnnl_sgemm(shape.transpose_a ? 'T' : 'N', shape.transpose_b ? 'T' : 'N', shape.m,
                                          shape.n, shape.k, alpha, a, lda, b, ldb, beta, c, ldc);
  if (status != dnnl_success) PlainGemm(shape, alpha, a, lda, b, ldb, beta, c, ldc);
}

// Below AVX-512, oneDNN's kernels take six rows at a time, and up to three left over in another order of additions,
// with other last bits; it cuts a higher product where it likes. So a row's bits would depend on how many rows there
// are.
constexpr int64_t kRowBlock = 6;
constexpr int64_t kMostRows =
    48;  // at once: whole blocks up to here give the bits of single blocks, at 98 % of the speed

// With AVX-512, few rows of a product go another way: one alone, or fewer than a vector has of a transposed right
// factor.
int64_t FewestRows(bool transpose_b) { return transpose_b ? 16 : 2; }

bool BlocksDifferFromRest() {
  static const bool differ = [] {
    const dnnl_cpu_isa_t isa = dnnl_get_effective_cpu_isa();
    return isa == dnnl_cpu_isa_sse41 || isa == dnnl_cpu_isa_avx || isa == dnnl_cpu_isa_avx2 ||
           isa == dnnl_cpu_isa_avx2_vnni;
  }();
  return differ;
}

// Few rows, as the first of `all`, the others zeros.
void FirstRows(int64_t all, GemmShape shape, float alpha, const float* a, int64_t lda, const float* b, int64_t ldb,
               float beta, float* c, int64_t ldc) {
  thread_local std::vector<float> left;
  thread_local std::vector<float> out;
  left.assign(static_cast<size_t>(all * shape.k), 0.0F);
  out.assign(static_cast<size_t>(all * shape.n), 0.0F);
  for (int64_t i = 0; i < shape.m; ++i) {
    std::copy_n(a + i * lda, shape.k, left.data() + i * shape.k);
    if (beta != 0.0F) std::copy_n(c + i * ldc, shape.n, out.data() + i * shape.n);
  }
  const int64_t rows = std::exchange(shape.m, all);
  Product(shape, alpha, left.data(), shape.k, b, ldb, beta, out.data(), shape.n);
  for (int64_t i = 0; i < rows; ++i) std::copy_n(out.data() + i * shape.n, shape.n, c + i * ldc);
}

}  // namespace

void Gemm(const GemmShape& shape, float alpha, const float* a, int64_t lda, const float* b, int64_t ldb, float beta,
          float* c, int64_t ldc) {
  if (shape.m <= 0 || shape.n <= 0) return;
  if (shape.k <= 0) return ScaleRows(shape.m, shape.n, beta, c, ldc);
  SingleThreadScope single_thread;
  if (shape.transpose_a) return Product(shape, alpha, a, lda, b, ldb, beta, c, ldc);
  if (!BlocksDifferFromRest()) {
    const int64_t fewest = FewestRows(shape.transpose_b);
    if (shape.m < fewest) return FirstRows(fewest, shape, alpha, a, lda, b, ldb, beta, c, ldc);
    return Product(shape, alpha, a, lda, b, ldb, beta, c, ldc);
  }
  GemmShape part = shape;
  const int64_t whole = shape.m - shape.m % kRowBlock;
  for (int64_t row = 0; row < whole; row += kMostRows) {
    part.m = std::min(kMostRows, whole - row);
    Product(part, alpha, a + row * lda, lda, b, ldb, beta, c + row * ldc, ldc);
  }
  part.m = shape.m - whole;
  if (part.m > 0) FirstRows(kRowBlock, part, alpha, a + whole * lda, lda, b, ldb, beta, c + whole * ldc, ldc);
}

}  // namespace tiqu::kernels
