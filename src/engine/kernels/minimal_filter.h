// Filters of three taps with six products for four outputs instead of twelve: Winograd's minimal filtering F(4, 3)
// (S. Winograd, Arithmetic Complexity of Computations, 1980; Lavin and Gray, Fast Algorithms for Convolutional Neural
// Networks, CVPR 2016), as Toom and Cook multiply polynomials: at the points 0, a, -a, b, -b and infinity.
//
//   y_i = x_i w_0 + x_i+1 w_1 + x_i+2 w_2,  i = 0 .. 3        m_p = u_p v_p at each point p
//
// With a = 3/4 and b = 3/2 all constants of u and y are exact, and on inputs of one size the error is twice that of the
// plain sum (with the usual 1 and 2 it is three times). It goes with the largest input of a quad: every output sees all
// six of them, and those that it does not depend on cancel; so does not an infinity. Here the x are rows of a sequence,
// the w matrices, and the products are taken for many quads of outputs at once. Vectorised with Highway and dispatched
// at run time.
//
// Thread safety: free functions.
#pragma once

#include <cstdint>

#include "engine/kernels/quantize.h"

namespace tiqu::kernels {

inline constexpr int64_t kFilterOutputs = 4;
inline constexpr int64_t kFilterProducts = 6;  // of so many inputs

// A sequence filtered at a dilation falls into quads: outputs t, t + rate, t + 2 rate, t + 3 rate, as far as they are
// there. How many quads `length` outputs make, and the first output of each.
inline int64_t CountQuads(int64_t length, int64_t rate) {
  const int64_t group = kFilterOutputs * rate, rest = length % group;
  return length / group * rate + (rest < rate ? rest : rate);
}
inline int64_t FirstOfQuad(int64_t quad, int64_t rate) { return quad / rate * kFilterOutputs * rate + quad % rate; }

// w: three taps of n elements each, v: [kFilterProducts, n].
void TransformFilter(int64_t n, const float* const w[3], float* v);

// The left sides of the products for one quad, of `d` elements each, written at out, out + plane, ...
void CombineInputs(int64_t d, const float* const x[kFilterProducts], int64_t plane, float* out);

// The same in eight bits, as QuantizeRows makes them (quantize.h): a row of padded_d bytes and its scale in each plane,
// `plane` rows apart. scratch: room for kFilterProducts rows of d.
void CombineInputsInt8(QuantRange range, int64_t d, const float* const x[kFilterProducts], int64_t padded_d,
                       int64_t plane, uint8_t* out, float* scales, float* scratch);

// m: the products of n elements each, `plane` apart. Turns the first four into the outputs.
void CombineProducts(int64_t n, int64_t plane, float* m);

// For gradients, the transposes of the last and the first: what the gradients `d_y` of four outputs, n elements each,
// are for the products, written at out, out + plane, ...
void SpreadOutputs(int64_t n, const float* const d_y[kFilterOutputs], int64_t plane, float* out);
// Adds to d_w [3, n] what the gradients d_v: [kFilterProducts, n] come to.
void AddFilterGradient(int64_t n, const float* d_v, float* d_w);

}  // namespace tiqu::kernels
