// The gate of DilatedGatedConv1D, elementwise, forward and backward (docs/model.md). Vectorised with Highway and
// dispatched at run time.
//
// Thread safety: free functions.
#pragma once

#include <cstdint>

namespace tiqu::kernels {

// h: [rows, 2d] = [u | g]; x, out: [rows, d]; mask: [rows] (0 or 1), or null for all ones; bias: [2d], added to h, or
// null.
//   out = (x * (1 - s) + u * s) * mask,  s = sigmoid(g * gate_scale), gate_scale: [rows, d] inverted dropout or null
void GateForward(int64_t rows, int64_t d, const float* h, const float* bias, const float* x, const float* mask,
                 const float* gate_scale, float* out);

// Given d_out, fills d_h [rows, 2d] and d_x [rows, d] (the direct path only: d_out * mask * (1 - s)).
void GateBackward(int64_t rows, int64_t d, const float* h, const float* bias, const float* x, const float* mask,
                  const float* gate_scale, const float* d_out, float* d_h, float* d_x);

}  // namespace tiqu::kernels
