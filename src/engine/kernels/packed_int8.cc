// Weights in eight bits with a scale a column, activations with a scale a row, found when the row comes by (dynamic
// quantisation): nothing has to be calibrated, and a row's result depends on nothing but the row.
#include <algorithm>
#include <cmath>
#include <vector>

#include "engine/kernels/cpu_isa.h"
#include "engine/kernels/int8_tiles.h"
#include "engine/kernels/packed_matrix.h"
#include "engine/kernels/quantize.h"
#include "engine/kernels/single_thread.h"
#include "hwy/aligned_allocator.h"
#include "oneapi/dnnl/dnnl.h"

namespace tiqu::kernels {
namespace {

int64_t RoundUp(int64_t value, int64_t step) { return (value + step - 1) / step * step; }

struct QuantizedWeights {
  std::vector<int8_t> values;        // [k, n]
  std::vector<float> column_scales;  // [n], padded with zeros
  std::vector<int32_t> offsets;      // what kQuantZero adds to the sums of each column, negated; padded with zeros
};

void QuantizeColumn(int64_t k, int64_t n, int64_t column, const float* weights, QuantizedWeights* out) {
  float largest = 0, poison = 0;  // value * 0 is NaN for what is not finite
  for (int64_t i = 0; i < k; ++i) {
    largest = std::max(largest, std::fabs(weights[i * n + column]));
    poison += weights[i * n + column] * 0.0F;
  }
  const float scale = largest / kQuantSteps + poison;
  out->column_scales[column] = scale;
  int32_t sum = 0;
  for (int64_t i = 0; i < k; ++i) {
    const float steps = scale > 0 ? std::nearbyint(weights[i * n + column] / scale) : 0.0F;
    const auto value = static_cast<int8_t>(std::clamp(steps, -float{kQuantSteps}, float{kQuantSteps}));
    out->values[i * n + column] = value;
    sum += value;
  }
  out->offsets[column] = -kQuantZero * sum;
}

QuantizedWeights Quantize(int64_t k, int64_t n, const float* weights) {
  QuantizedWeights out;
  const int64_t padded = RoundUp(n, kTileColumns);
  out.values.resize(k * n);
  out.column_scales.resize(padded);
  out.offsets.resize(padded);
  for (int64_t column = 0; column < n; ++column) QuantizeColumn(k, n, column, weights, &out);
  return out;
}

// The rows of one product in eight bits; kept by the thread, so that nothing is allocated in the long run.
struct QuantizedRows {
  std::vector<uint8_t> values;
  std::vector<float> scales;
  std::vector<int32_t> sums;
};

QuantizedRows& RowsOf(int64_t m, int64_t k, const float* a, int64_t lda, int64_t padded_k) {
  thread_local QuantizedRows rows;
  rows.values.resize(m * padded_k);
  rows.scales.resize(m);
  QuantizeRows(m, k, a, lda, padded_k, rows.values.data(), rows.scales.data());
  return rows;
}

class TiledInt8Matrix : public PackedMatrix {
 public:
  TiledInt8Matrix(int64_t k, int64_t n, QuantizedWeights weights)
      : k_(k),
        n_(n),
        padded_k_(RoundUp(k, kTileDepth)),
        tile_bytes_(padded_k_ * RoundUp(n, kTileColumns)),
        tiles_(hwy::AllocateAligned<int8_t>(tile_bytes_)) {
    PackTiles(k, n, weights.values.data(), padded_k_, tiles_.get());
    column_scales_ = std::move(weights.column_scales);
    offsets_ = std::move(weights.offsets);
  }

  void Multiply(int64_t m, const float* a, int64_t lda, Into into, float* out, int64_t ldc) const override {
    const QuantizedRows& rows = RowsOf(m, k_, a, lda, padded_k_);
    MultiplyTiles({m, n_, padded_k_, rows.values.data(), rows.scales.data(), tiles_.get(), offsets_.data(),
                   column_scales_.data(), into == Into::kAdd, out, ldc});
  }

  int64_t bytes() const override { return tile_bytes_; }

 private:
  int64_t k_, n_, padded_k_, tile_bytes_;
  hwy::AlignedFreeUniquePtr<int8_t[]> tiles_;
  std::vector<float> column_scales_;
  std::vector<int32_t> offsets_;
};

// oneDNN's product, which has VNNI.
class DnnlInt8Matrix : public PackedMatrix {
 public:
  DnnlInt8Matrix(int64_t k, int64_t n, QuantizedWeights weights) : k_(k), n_(n), weights_(std::move(weights)) {}

  void Multiply(int64_t m, const float* a, int64_t lda, Into into, float* out, int64_t ldc) const override {
    QuantizedRows& rows = RowsOf(m, k_, a, lda, k_);
    rows.sums.resize(m * n_);
    Sum(m, rows);
    DequantizeRows(m, n_, rows.sums.data(), n_, rows.scales.data(), weights_.column_scales.data(), into == Into::kAdd,
                   out, ldc);
  }

  int64_t bytes() const override { return static_cast<int64_t>(weights_.values.size()); }

 private:
  void Sum(int64_t m, QuantizedRows& rows) const {
    SingleThreadScope single_thread;
    const dnnl_status_t status =
        dnnl_gemm_u8s8s32('N', 'N', 'R', m, n_, k_, 1.0F, rows.values.data(), k_, 0, weights_.values.data(), n_, 0,
                          0.0F, rows.sums.data(), n_, weights_.offsets.data());
    if (status == dnnl_success) return;
    for (int64_t i = 0; i < m; ++i) {  // out of memory, or dimensions beyond the library's limits
      for (int64_t j = 0; j < n_; ++j) {
        int32_t sum = weights_.offsets[j];
        for (int64_t p = 0; p < k_; ++p) sum += rows.values[i * k_ + p] * weights_.values[p * n_ + j];
        rows.sums[i * n_ + j] = sum;
      }
    }
  }

  int64_t k_, n_;
  QuantizedWeights weights_;
};

}  // namespace

std::shared_ptr<const PackedMatrix> PackInt8(int64_t k, int64_t n, const float* weights) {
  QuantizedWeights quantized = Quantize(k, n, weights);
  if (const CpuIsa isa = ActiveCpuIsa(); isa == CpuIsa::kAvx2) {
    return std::make_shared<TiledInt8Matrix>(k, n, std::move(quantized));
  }
  return std::make_shared<DnnlInt8Matrix>(k, n, std::move(quantized));
}

}  // namespace tiqu::kernels
