#include "engine/kernels/packed_matrix.h"

#include <map>
#include <tuple>

#include "engine/kernels/cpu_isa.h"
#include "engine/kernels/gemm.h"

namespace tiqu::kernels {
namespace {

// Beyond, sums of 8-bit products could leave 32 bits: such a matrix is packed as bfloat16.
constexpr int64_t kDeepestInt8 = 1 << 16;

class Float32Matrix : public PackedMatrix {
 public:
  Float32Matrix(int64_t k, int64_t n, const float* weights) : k_(k), n_(n), weights_(weights) {}

  void Multiply(int64_t m, const float* a, int64_t lda, Into into, float* out, int64_t ldc) const override {
    GemmShape shape;
    shape.m = m;
    shape.n = n_;
    shape.k = k_;
    Gemm(shape, 1.0F, a, lda, weights_, n_, into == Into::kAdd ? 1.0F : 0.0F, out, ldc);
  }

  int64_t bytes() const override { return k_ * n_ * static_cast<int64_t>(sizeof(float)); }

  void Pack(const float* weights) override { weights_ = weights; }

 private:
  int64_t k_, n_;
  const float* weights_;
};

}  // namespace

ProductScope::ProductScope(Precision precision) {
  if (precision != Precision::kFloat32 && ActiveCpuIsa() >= CpuIsa::kAmx) amx_.emplace();
}

std::shared_ptr<PackedMatrix> PackMatrix(Precision precision, int64_t k, int64_t n, const float* weights) {
  if (k == 0 || n == 0) precision = Precision::kFloat32;  // nothing to pack
  switch (precision) {
    case Precision::kBfloat16:
      return PackBfloat16(k, n, weights);
    case Precision::kInt8:
      return k <= kDeepestInt8 ? PackInt8(k, n, weights) : PackBfloat16(k, n, weights);
    case Precision::kFloat32:
      break;
  }
  return std::make_shared<Float32Matrix>(k, n, weights);
}

const PackedMatrix& PackForThread(Precision precision, int64_t k, int64_t n, const float* weights) {
  using Shape = std::tuple<Precision, int64_t, int64_t>;
  thread_local std::map<Shape, std::shared_ptr<PackedMatrix>> matrices;
  std::shared_ptr<PackedMatrix>& matrix = matrices[{precision, k, n}];
  if (matrix == nullptr) {
    matrix = PackMatrix(precision, k, n, weights);
  } else {
    matrix->Pack(weights);
  }
  return *matrix;
}

}  // namespace tiqu::kernels
