#include "onnx/value.h"

#include <algorithm>

namespace tiqu::onnx {
namespace {

int64_t BroadcastSize(int64_t a, int64_t b) {
  if (a == 1) return b;
  if (b == 1) return a;
  return a < 0 ? b : a;
}

}  // namespace

StaticShape Broadcast(const StaticShape& a, const StaticShape& b) {
  if (!a || !b) return std::nullopt;
  Shape shape(std::max(a->size(), b->size()), 1);
  for (size_t i = 0; i < shape.size(); ++i) {  // from the last axis
    const int64_t of_a = i < a->size() ? (*a)[a->size() - 1 - i] : 1;
    const int64_t of_b = i < b->size() ? (*b)[b->size() - 1 - i] : 1;
    shape[shape.size() - 1 - i] = BroadcastSize(of_a, of_b);
  }
  return shape;
}

}  // namespace tiqu::onnx
