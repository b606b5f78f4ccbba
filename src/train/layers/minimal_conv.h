// A dilated convolution of three taps on packed rows, forward and backward, with half of the multiplications
// (engine/kernels/minimal_filter.h): of long sequences. One shorter than twice the rate costs more than plainly, up to
// twice as much.
//
// Thread safety: ConvQuads is immutable; free functions.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/kernels/minimal_filter.h"
#include "train/layers/packing.h"

namespace tiqu::train {

// All quads of a packing; every row is an output of exactly one.
class ConvQuads {
 public:
  ConvQuads(const Packing& packing, int64_t rate);

  int64_t size() const { return static_cast<int64_t>(quads_.size()); }
  // The rows of x: [rows, d] that a quad's outputs depend on; those outside its sequence are `zeros`.
  void Inputs(int64_t quad, int64_t d, const float* x, const float* zeros, const float* rows[]) const;
  // The row of a quad's output i; -1 when it is outside the sequence.
  int64_t OutputRow(int64_t quad, int64_t i) const;

 private:
  struct Quad {
    int64_t first;       // row of output 0
    int64_t begin, end;  // of its sequence
  };

  int64_t rate_;
  std::vector<Quad> quads_;
};

// y[t] += or = x[t - r] w_0 + x[t] w_1 + x[t + r] w_2.
struct ConvShape {
  int64_t inputs = 0;      // columns of x
  int64_t outputs = 0;     // columns of y
  bool backwards = false;  // the taps in the other order and transposed: how gradients go from y to x
  bool add = false;        // to what stands in y
};
// kernel: [3, inputs, outputs]; with `backwards` [3, outputs, inputs].
void MinimalConv(const ConvQuads& quads, const ConvShape& shape, const float* kernel, const float* x, float* y);

// Adds to d_kernel: [3, d, n] the gradient of the convolution with x: [rows, d] and d_y: [rows, n].
void AddKernelGradient(const ConvQuads& quads, int64_t d, int64_t n, const float* x, const float* d_y, float* d_kernel);

}  // namespace tiqu::train
