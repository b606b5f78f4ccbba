// Weights and activations rounded to bfloat16, products summed in 32-bit floats, where the processor has instructions
// that make it faster; elsewhere products of floats with weights that hold rounded values, as fast as fp32.
#include <algorithm>
#include <vector>

#include "base/short_floats.h"
#include "engine/kernels/aligned_rows.h"
#include "engine/kernels/cpu_isa.h"
#include "engine/kernels/dot_tiles.h"
#include "engine/kernels/gemm.h"
#include "engine/kernels/packed_matrix.h"
#include "hwy/aligned_allocator.h"

namespace tiqu::kernels {
namespace {

class RoundedMatrix : public PackedMatrix {
 public:
  RoundedMatrix(int64_t k, int64_t n, const float* weights) : k_(k), n_(n), weights_(k * n) {
    RoundedMatrix::Pack(weights);
  }

  void Multiply(int64_t m, const float* a, int64_t lda, Into into, float* out, int64_t ldc) const override {
    Gemm({.m = m, .n = n_, .k = k_}, 1.0F, a, lda, weights_.data(), n_, into == Into::kAdd ? 1.0F : 0.0F, out, ldc);
  }

  int64_t bytes() const override { return static_cast<int64_t>(weights_.size() * sizeof(float)); }

  void Pack(const float* weights) override { RoundToBfloat16(k_ * n_, weights, weights_.data()); }

 private:
  int64_t k_, n_;
  std::vector<float> weights_;
};

// With BF16 or AMX.
class DotBfloat16Matrix : public PackedMatrix {
 public:
  DotBfloat16Matrix(int64_t k, int64_t n, const float* weights)
      : k_(k),
        n_(n),
        padded_k_(DotDepth(k * kBytes) / kBytes),
        tile_count_(padded_k_ * RoundUp(n, kDotColumns)),
        tiles_(hwy::AllocateAligned<uint16_t>(tile_count_)) {
    DotBfloat16Matrix::Pack(weights);
  }

  void Multiply(int64_t m, const float* a, int64_t lda, Into into, float* out, int64_t ldc) const override {
    thread_local AlignedRows<uint16_t> room;
    uint16_t* const rows = room.Room(DotRows(std::min(m, kRowsAtOnce)) * padded_k_);
    for (int64_t row = 0; row < m; row += kRowsAtOnce) {
      const int64_t count = std::min(kRowsAtOnce, m - row);
      NarrowRows(count, k_, a + row * lda, lda, padded_k_, rows);
      MultiplyBfloat16({count, n_, padded_k_ * kBytes, rows, tiles_.get(), into == Into::kAdd, out + row * ldc, ldc});
    }
  }

  int64_t bytes() const override { return tile_count_ * kBytes; }

  void Pack(const float* weights) override {
    thread_local std::vector<uint16_t> rounded;
    rounded.resize(k_ * n_);
    NarrowRows(k_, n_, weights, n_, n_, rounded.data());
    PackDotTiles(k_, n_, rounded.data(), tiles_.get());
  }

 private:
  static constexpr int64_t kBytes = sizeof(uint16_t);
  static constexpr int64_t kRowsAtOnce = 96;  // stay in cache

  int64_t k_, n_, padded_k_, tile_count_;
  hwy::AlignedFreeUniquePtr<uint16_t[]> tiles_;
};

}  // namespace

// Intel's instruction for vectors takes longer than two products of floats; that for tiles, and AMD's, do not.
bool MultipliesBfloat16() {
  static const bool fast = ActiveCpuIsa() >= (__builtin_cpu_is("intel") ? CpuIsa::kAmx : CpuIsa::kAvx512Bf16);
  return fast;
}

void RoundToBfloat16(int64_t count, const float* values, float* rounded) {
  std::transform(values, values + count, rounded, [](float value) { return FromBfloat16(ToBfloat16(value)); });
}

std::shared_ptr<PackedMatrix> PackBfloat16(int64_t k, int64_t n, const float* weights) {
  if (MultipliesBfloat16()) return std::make_shared<DotBfloat16Matrix>(k, n, weights);
  return std::make_shared<RoundedMatrix>(k, n, weights);
}

}  // namespace tiqu::kernels
