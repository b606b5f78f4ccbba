// The dilated convolution of DilatedGatedConv1D with half of the multiplications (kernels/minimal_filter.h): the four
// outputs at t, t + rate, t + 2 rate and t + 3 rate, a quad, are made together, of the six inputs from t - rate on.
//
// Thread safety: immutable; every method may be called from any number of threads.
#pragma once

#include <cstdint>

#include "absl/functional/function_ref.h"
#include "engine/kernels/minimal_filter.h"
#include "engine/node_spec.h"
#include "tensor/tensor.h"

namespace tiqu::engine {

// One sequence of a batch. Beyond `used` everything is masked.
struct ConvSequence {
  const float* x;     // [used, d]
  const float* mask;  // [used]
  int64_t used;
};

class MinimalConv1D {
 public:
  // kernel: [3, d, 2d]. The transformed weights are made once for all nodes that use the same ones.
  MinimalConv1D(LoadContext* load, const Tensor& kernel, int64_t rate);

  // Whether there is less to multiply than without; depends on the sequence's own length and mask alone.
  bool Pays(const ConvSequence& sequence) const;

  int64_t scratch_floats() const { return kQuads * kernels::kFilterProducts * 3 * d_; }

  // Gives h = Conv1D(x * mask) of `rows` rows from t on to `sink`, part by part, until all rows are given.
  // REQUIRES: Pays; `scratch` has room for scratch_floats().
  using Sink = absl::FunctionRef<void(int64_t t, int64_t rows, const float* h)>;
  void Run(const ConvSequence& sequence, float* scratch, Sink sink) const;

 private:
  // Quads that go through all steps while they are in cache: as many rows as one product takes (kernels/gemm.cc).
  static constexpr int64_t kQuads = 48;

  const float* RowAt(const ConvSequence& sequence, int64_t t) const;
  void GiveRows(const ConvSequence& sequence, int64_t begin, int64_t end, const float* outputs, Sink sink) const;

  int64_t d_ = 0, rate_ = 1;
  Tensor filter_;  // [kFilterProducts, d, 2d]
  Tensor zeros_;   // [d], what stands outside and under the mask
};

}  // namespace tiqu::engine
