// A matrix of weights made ready, once, for many products with it at a chosen precision.
//
//   const auto packed = PackMatrix(Precision::kInt8, 384, 256, weights);
//   packed->Multiply(rows, a, 384, Into::kOverwrite, out, 256);
//
// The bits of a row of the result do not depend on the other rows or on their number; int8 up to k = 65,536 gives the
// same bits on all processors with VNNI, and on all without.
//
// Thread safety: immutable but for Pack; Multiply may be called from any number of threads and runs on the calling one.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "engine/kernels/amx_tiles.h"
#include "engine/kernels/quantize.h"
#include "tiqu/options.h"

namespace tiqu::kernels {

enum class Into { kOverwrite, kAdd };

class Int8Matrix;

class PackedMatrix {
 public:
  virtual ~PackedMatrix() = default;

  // This, where it is one; else null.
  virtual const Int8Matrix* AsInt8() const { return nullptr; }

  // out[m, n] = a[m, k] W, or += with kAdd. lda, ldc: elements between rows.
  virtual void Multiply(int64_t m, const float* a, int64_t lda, Into into, float* out, int64_t ldc) const = 0;

  virtual int64_t bytes() const = 0;  // of the packed weights

  // Other weights of the same shape, without allocating. REQUIRES: no other thread uses the matrix.
  virtual void Pack(const float* weights) = 0;
};

// One that also takes rows in eight bits, from whoever has made them so.
class Int8Matrix : public PackedMatrix {
 public:
  const Int8Matrix* AsInt8() const override { return this; }

  virtual QuantRange range() const = 0;
  virtual int64_t row_bytes() const = 0;  // of a row, filled up: padded_k of QuantizeRows (quantize.h)

  // rows, scales: as QuantizeRows makes them. There are rows up to a multiple of kRowMultiple, with anything in them:
  // enough for DotRows (dot_tiles.h), whatever the processor.
  virtual void MultiplyInt8Rows(int64_t m, const uint8_t* rows, const float* scales, Into into, float* out,
                                int64_t ldc) const = 0;
  static constexpr int64_t kRowMultiple = 16;
};

// weights: [k, n], row-major. kFloat32 keeps the pointer, which must outlive the result; the others copy.
std::shared_ptr<PackedMatrix> PackMatrix(Precision precision, int64_t k, int64_t n, const float* weights);

// For weights that a run makes: the same on the calling thread's own memory, which its next call with this precision
// and shape packs anew. `weights` must outlive the use.
const PackedMatrix& PackForThread(Precision precision, int64_t k, int64_t n, const float* weights);

// While one lives, what the processor's tiles take to be set up (AMX) is paid once for all products of the thread.
// REQUIRES: that of AmxScope.
class ProductScope {
 public:
  explicit ProductScope(Precision precision);

 private:
  std::optional<AmxScope> amx_;
};

// Whether the processor is faster with products of bfloat16 than with those of floats. Where it is not, kBfloat16
// rounds the weights and is fp32 beyond that.
bool MultipliesBfloat16();
// Whether kInt8 has all eight bits of an integer, which takes VNNI, or seven.
bool MultipliesWholeBytes();
void RoundToBfloat16(int64_t count, const float* values, float* rounded);

// The kinds that copy, each in its own file.
std::shared_ptr<PackedMatrix> PackBfloat16(int64_t k, int64_t n, const float* weights);
std::shared_ptr<PackedMatrix> PackInt8(int64_t k, int64_t n, const float* weights);

}  // namespace tiqu::kernels
