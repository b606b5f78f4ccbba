// The dilated convolution of DilatedGatedConv1D with half of the multiplications (kernels/minimal_filter.h): the four
// outputs at t, t + rate, t + 2 rate and t + 3 rate, a quad, are made together, of the six inputs from t - rate on.
//
// Thread safety: immutable; every method may be called from any number of threads.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "absl/functional/function_ref.h"
#include "engine/kernels/minimal_filter.h"
#include "engine/kernels/packed_matrix.h"
#include "engine/node_spec.h"
#include "tensor/tensor.h"

namespace tiqu::engine {

// One sequence of a batch. Beyond `used` everything is masked.
struct ConvSequence {
  const float* x;     // [used, d]
  const float* mask;  // [used]
  int64_t used;
  float* out;  // [used, d], the layer's; the convolution leaves it alone
};

class MinimalConv1D {
 public:
  // The products' right sides: [d, 2d] each.
  using Filter = std::array<std::shared_ptr<const kernels::PackedMatrix>, kernels::kFilterProducts>;

  // kernel: [3, d, 2d]. The transformed weights are made once, at the load's precision, for all nodes that use the same
  // ones. Rounding them and what is transformed changes the outputs up to twice as much as rounding the plain
  // convolution.
  MinimalConv1D(LoadContext* load, const Tensor& kernel, int64_t rate);

  // Whether there is less to multiply than without; depends on the sequence's own length and mask alone.
  bool Pays(const ConvSequence& sequence) const;

  int64_t scratch_floats() const;

  // Gets h = Conv1D(x * mask) of `rows` rows of the sequence from t on.
  using Sink = absl::FunctionRef<void(const ConvSequence& sequence, int64_t t, int64_t rows, const float* h)>;

  class Run;

 private:
  // Quads that go through all steps while they are in cache: as many rows as one product takes (kernels/gemm.cc).
  static constexpr int64_t kQuads = 48;
  static_assert(kQuads % kernels::Int8Matrix::kRowMultiple == 0);

  const float* RowAt(const ConvSequence& sequence, int64_t t) const;
  // Of the products, where they take rows in eight bits; else null.
  const kernels::Int8Matrix* int8() const { return filter_->front()->AsInt8(); }
  int64_t row_floats() const;  // the room for a left side of a product

  int64_t d_ = 0, rate_ = 1;
  std::shared_ptr<const Filter> filter_;
  Tensor zeros_;  // [d], what stands outside and under the mask
};

// Takes the sequences of a batch one after the other. The quads of several go through the products together: those of
// a question alone would make less work than reading the weights. A sequence's bits do not depend on the others.
//
// Thread safety: for one thread.
class MinimalConv1D::Run {
 public:
  // `scratch` has room for scratch_floats(); it, `conv` and what `sink` refers to must outlive this.
  Run(const MinimalConv1D& conv, float* scratch, Sink sink);

  // REQUIRES: conv.Pays(sequence). Every row of it is given to the sink by the end of Finish.
  void Add(const ConvSequence& sequence);
  void Finish();

 private:
  struct Part {  // neighbouring quads of a sequence
    ConvSequence sequence;
    int64_t begin, end;
  };

  void Combine(const float* const x[kernels::kFilterProducts]) const;  // of the next quad
  void Multiply();
  void GiveRows(const Part& part, const float* outputs) const;

  const MinimalConv1D& conv_;
  const kernels::Int8Matrix* const int8_;
  float* const inputs_;    // [kFilterProducts, kQuads, d], or in eight bits
  float* const products_;  // [kFilterProducts, kQuads, 2d]
  float* const quad_;      // [kFilterProducts, d]: of one quad, before it is rounded
  uint8_t* const bytes_;   // [kFilterProducts, kQuads, row_bytes], at inputs_
  float* const scales_;    // [kFilterProducts, kQuads], behind them
  const Sink sink_;
  std::array<Part, kQuads> parts_;
  size_t part_count_ = 0;
  int64_t quads_ = 0;  // of all parts
};

}  // namespace tiqu::engine
