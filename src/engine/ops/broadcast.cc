#include "engine/ops/broadcast.h"

namespace tiqu::engine {

BroadcastLoop PlanBroadcast(const Shape& a, const Shape& b, const Shape& out) {
  const Dims a_strides = BroadcastStrides(a, out), b_strides = BroadcastStrides(b, out);
  BroadcastLoop loop;
  for (size_t i = 0; i < out.size(); ++i) {
    if (out[i] == 1) continue;
    const bool joins =
        !loop.shape.empty() && loop.a.back() == a_strides[i] * out[i] && loop.b.back() == b_strides[i] * out[i];
    if (joins) {
      loop.shape.back() *= out[i];
      loop.a.back() = a_strides[i];
      loop.b.back() = b_strides[i];
    } else {
      loop.shape.push_back(out[i]);
      loop.a.push_back(a_strides[i]);
      loop.b.push_back(b_strides[i]);
    }
  }
  if (loop.shape.empty()) loop = {{1}, {1}, {1}};
  return loop;
}

}  // namespace tiqu::engine
