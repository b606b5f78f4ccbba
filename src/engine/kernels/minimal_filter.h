// Filters of three taps with six products for four outputs instead of twelve: Winograd's minimal filtering F(4, 3)
// (S. Winograd, Arithmetic Complexity of Computations, 1980; Lavin and Gray, Fast Algorithms for Convolutional Neural
// Networks, CVPR 2016), as Toom and Cook multiply polynomials: at the points 0, a, -a, b, -b and infinity.
//
//   y_i = x_i w_0 + x_i+1 w_1 + x_i+2 w_2,  i = 0 .. 3        m_p = u_p v_p at each point p
//
// With a = 3/4 and b = 3/2 all constants of u and y are exact, and the error is twice that of the plain sum (with the
// usual 1 and 2 it is three times). Here the x are rows of a sequence, the w matrices, and the products are taken for
// many quads of outputs at once. Vectorised with Highway and dispatched at run time.
//
// Thread safety: free functions.
#pragma once

#include <cstdint>

namespace tiqu::kernels {

inline constexpr int64_t kFilterOutputs = 4;
inline constexpr int64_t kFilterProducts = 6;  // of so many inputs

// w: three taps of n elements each, v: [kFilterProducts, n].
void TransformFilter(int64_t n, const float* const w[3], float* v);

// The left sides of the products for one quad, of `d` elements each, written at out, out + plane, ...
void CombineInputs(int64_t d, const float* const x[kFilterProducts], int64_t plane, float* out);

// m: the products of n elements each, `plane` apart. Turns the first four into the outputs.
void CombineProducts(int64_t n, int64_t plane, float* m);

// For gradients, the transposes of the last and the first: what the gradients `d_y` of four outputs, n elements each,
// are for the products, written at out, out + plane, ...
void SpreadOutputs(int64_t n, const float* const d_y[kFilterOutputs], int64_t plane, float* out);
// Adds to d_w [3, n] what the gradients d_v: [kFilterProducts, n] come to.
void AddFilterGradient(int64_t n, const float* d_v, float* d_w);

}  // namespace tiqu::kernels
