// Tensors of several requests as one, and back.
//
//   JoinRows({{&a, 0, 2}, {&b, 0, 1}}, Filling::kZero)      a (2, 3), b (1, 5)  ->  (3, 5), a's rows padded with zeros
//   TakeRows(joined, 0, 2, {2, 3})                          ->  a
//
// Thread safety: free functions.
#pragma once

#include <cstdint>
#include <vector>

#include "tensor/tensor.h"

namespace tiqu::serving {

// Rows [begin, end) of a tensor, which must outlive it.
struct TensorRows {
  const Tensor* tensor = nullptr;
  int64_t begin = 0;
  int64_t end = 0;
};

// What stands where a tensor is shorter than others.
enum class Filling {
  kZero,          // 0, false, ""
  kFirstElement,  // of the tensor that is padded: TensorFlow Serving's rule
};

// The rows one after the other; each dimension but the first is that of the longest. REQUIRES: at least one; the same
// type and a rank of at least 1 everywhere, the same one; not an empty tensor with kFirstElement when shapes differ.
Tensor JoinRows(const std::vector<TensorRows>& rows, Filling filling);

// Rows from `begin` on, cut to a shape that is at most as large in every dimension.
Tensor TakeRows(const Tensor& tensor, int64_t begin, const Shape& shape);

}  // namespace tiqu::serving
