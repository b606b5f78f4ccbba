// Elementwise operations on two operands that broadcast against each other.
//
// Thread safety: free functions without state.
#pragma once

#include <vector>

#include "absl/status/status.h"
#include "base/status.h"
#include "engine/op_registry.h"
#include "engine/ops/shapes.h"

namespace tiqu::engine {

// One pass over the result: its axes, and how the operands move along each.
struct BroadcastLoop {
  Shape shape;  // adjacent axes joined where possible; never empty
  Dims a, b;
};

// REQUIRES: both broadcast to `out`.
BroadcastLoop PlanBroadcast(const Shape& a, const Shape& b, const Shape& out);

template <typename T, typename R, typename Function>
void ApplyRow(const T* a, int64_t a_step, const T* b, int64_t b_step, R* out, int64_t count, Function function) {
  if (a_step == 1 && b_step == 1) {
    for (int64_t i = 0; i < count; ++i) out[i] = function(a[i], b[i]);
  } else if (a_step == 1) {
    for (int64_t i = 0; i < count; ++i) out[i] = function(a[i], b[0]);
  } else if (b_step == 1) {
    for (int64_t i = 0; i < count; ++i) out[i] = function(a[0], b[i]);
  } else {
    for (int64_t i = 0; i < count; ++i) out[i] = function(a[0], b[0]);
  }
}

template <typename T, typename R, typename Function>
void ApplyBroadcast(const BroadcastLoop& loop, const T* a, const T* b, R* out, Function function) {
  const size_t outer = loop.shape.size() - 1;
  const int64_t count = loop.shape[outer], rows = CountDims(loop.shape, 0, outer);
  Dims index(outer, 0);
  for (int64_t row = 0; row < rows; ++row, out += count) {
    ApplyRow(a, loop.a[outer], b, loop.b[outer], out, count, function);
    for (size_t axis = outer; axis-- > 0;) {
      a += loop.a[axis];
      b += loop.b[axis];
      if (++index[axis] < loop.shape[axis]) break;
      a -= loop.a[axis] * loop.shape[axis];
      b -= loop.b[axis] * loop.shape[axis];
      index[axis] = 0;
    }
  }
}

// Output 0 = function(input 0, input 1).
template <typename T, typename R, typename Function>
absl::Status RunBinary(OpContext& context, Function function) {
  const Tensor &a = context.input(0), &b = context.input(1);
  TIQU_ASSIGN_OR_RETURN(const Shape shape, BroadcastShapes(a.shape(), b.shape()));
  TIQU_ASSIGN_OR_RETURN(Tensor * out, context.Allocate(0, DataTypeOf<R>::value, shape));
  if (out->size() > 0) {
    ApplyBroadcast(PlanBroadcast(a.shape(), b.shape(), shape), a.data<T>(), b.data<T>(), out->data<R>(), function);
  }
  return absl::OkStatus();
}

}  // namespace tiqu::engine
