// Weights in eight bits with a scale a column, activations with a scale a row, found when the row comes by (dynamic
// quantisation): nothing has to be calibrated, and a row's result depends on nothing but the row.
#include <algorithm>
#include <vector>

#include "engine/kernels/aligned_rows.h"
#include "engine/kernels/amx_tiles.h"
#include "engine/kernels/cpu_isa.h"
#include "engine/kernels/dot_tiles.h"
#include "engine/kernels/int8_tiles.h"
#include "engine/kernels/packed_matrix.h"
#include "engine/kernels/quantize.h"
#include "engine/kernels/single_thread.h"
#include "hwy/aligned_allocator.h"
#include "oneapi/dnnl/dnnl.h"

namespace tiqu::kernels {
namespace {

static_assert(kTileColumns == kDotColumns && Int8Matrix::kRowMultiple % kAmxRows == 0);

// What the columns of the weights were divided by and what the zero of activations adds to their sums, negated; padded
// with zeros for whole vectors of columns.
struct Columns {
  explicit Columns(int64_t n) : scales(RoundUp(n, kTileColumns)), offsets(RoundUp(n, kTileColumns)) {}

  std::vector<float> scales;
  std::vector<int32_t> offsets;
};

// The weights in eight bits, [k, n], on the thread's own memory.
const int8_t* Quantize(QuantRange range, int64_t k, int64_t n, const float* weights, Columns* columns) {
  thread_local std::vector<int8_t> values;
  values.resize(k * n);
  QuantizeColumns(range, k, n, weights, values.data(), columns->scales.data(), columns->offsets.data());
  return values.data();
}

// The rows of one product in eight bits.
struct QuantizedRows {
  uint8_t* values;
  float* scales;
};

// On the thread's own memory; there are `readable` rows, those beyond m hold anything.
QuantizedRows RowsOf(QuantRange range, int64_t m, int64_t k, const float* a, int64_t lda, int64_t padded_k,
                     int64_t readable) {
  thread_local AlignedRows<uint8_t> values;
  thread_local AlignedRows<float> scales;
  const QuantizedRows rows{values.Room(readable * padded_k), scales.Room(m)};
  QuantizeRows(range, m, k, a, lda, padded_k, rows.values, rows.scales);
  return rows;
}

// In the order in which a kernel of ours reads: that of VNNI, or that of AVX2.
class TiledInt8Matrix : public Int8Matrix {
 public:
  TiledInt8Matrix(int64_t k, int64_t n, const float* weights)
      : k_(k),
        n_(n),
        padded_k_(vnni_ ? DotDepth(k) : RoundUp(k, kTileDepth)),
        tile_bytes_(padded_k_ * RoundUp(n, kTileColumns)),
        tiles_(hwy::AllocateAligned<int8_t>(tile_bytes_)),
        columns_(n) {
    TiledInt8Matrix::Pack(weights);
  }

  void Multiply(int64_t m, const float* a, int64_t lda, Into into, float* out, int64_t ldc) const override {
    for (int64_t row = 0; row < m; row += kRowsAtOnce, a += kRowsAtOnce * lda, out += kRowsAtOnce * ldc) {
      const int64_t count = std::min(kRowsAtOnce, m - row);
      const QuantizedRows rows = RowsOf(range_, count, k_, a, lda, padded_k_, RoundUp(count, kRowMultiple));
      MultiplyInt8Rows(count, rows.values, rows.scales, into, out, ldc);
    }
  }

  QuantRange range() const override { return range_; }
  int64_t row_bytes() const override { return padded_k_; }

  void MultiplyInt8Rows(int64_t m, const uint8_t* rows, const float* scales, Into into, float* out,
                        int64_t ldc) const override {
    const bool add = into == Into::kAdd;
    if (vnni_) {
      MultiplyInt8({m, n_, padded_k_, rows, tiles_.get(), add, out, ldc},
                   {columns_.offsets.data(), columns_.scales.data(), scales});
    } else {
      MultiplyTiles({m, n_, padded_k_, rows, scales, tiles_.get(), columns_.offsets.data(), columns_.scales.data(), add,
                     out, ldc});
    }
  }

  int64_t bytes() const override { return tile_bytes_; }

  void Pack(const float* weights) override {
    const int8_t* const values = Quantize(range_, k_, n_, weights, &columns_);
    vnni_ ? PackDotTiles(k_, n_, values, tiles_.get()) : PackTiles(k_, n_, values, padded_k_, tiles_.get());
  }

 private:
  static constexpr int64_t kRowsAtOnce = 96;  // stay in cache

  const bool vnni_ = MultipliesWholeBytes();
  const QuantRange range_ = vnni_ ? kWideRange : kNarrowRange;
  int64_t k_, n_, padded_k_, tile_bytes_;
  hwy::AlignedFreeUniquePtr<int8_t[]> tiles_;
  Columns columns_;
};

// oneDNN's product, for processors without AVX2.
class DnnlInt8Matrix : public PackedMatrix {
 public:
  DnnlInt8Matrix(int64_t k, int64_t n, const float* weights) : k_(k), n_(n), values_(k * n), columns_(n) {
    DnnlInt8Matrix::Pack(weights);
  }

  void Multiply(int64_t m, const float* a, int64_t lda, Into into, float* out, int64_t ldc) const override {
    thread_local AlignedRows<int32_t> room;
    int32_t* const sums = room.Room(m * n_);
    const QuantizedRows rows = RowsOf(kNarrowRange, m, k_, a, lda, k_, m);
    Sum(m, rows.values, sums);
    DequantizeRows(m, n_, sums, n_, rows.scales, columns_.scales.data(), into == Into::kAdd, out, ldc);
  }

  int64_t bytes() const override { return static_cast<int64_t>(values_.size()); }

  void Pack(const float* weights) override {
    QuantizeColumns(kNarrowRange, k_, n_, weights, values_.data(), columns_.scales.data(), columns_.offsets.data());
  }

 private:
  void Sum(int64_t m, const uint8_t* rows, int32_t* sums) const {
    SingleThreadScope single_thread;
    const dnnl_status_t status = dnnl_gemm_u8s8s32('N', 'N', 'R', m, n_, k_, 1.0F, rows, k_, 0, values_.data(), n_, 0,
                                                   0.0F, sums, n_, columns_.offsets.data());
    if (status == dnnl_success) return;
    for (int64_t i = 0; i < m; ++i) {  // out of memory, or dimensions beyond the library's limits
      for (int64_t j = 0; j < n_; ++j) {
        int32_t sum = columns_.offsets[j];
        for (int64_t p = 0; p < k_; ++p) sum += rows[i * k_ + p] * values_[p * n_ + j];
        sums[i * n_ + j] = sum;
      }
    }
  }

  int64_t k_, n_;
  std::vector<int8_t> values_;
  Columns columns_;
};

}  // namespace

bool MultipliesWholeBytes() { return ActiveCpuIsa() >= CpuIsa::kAvx512Vnni; }

std::shared_ptr<PackedMatrix> PackInt8(int64_t k, int64_t n, const float* weights) {
  if (ActiveCpuIsa() >= CpuIsa::kAvx2) return std::make_shared<TiledInt8Matrix>(k, n, weights);
  return std::make_shared<DnnlInt8Matrix>(k, n, weights);
}

}  // namespace tiqu::kernels
