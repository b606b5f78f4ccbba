// Shapes, axes and strided copies, shared by the operations.
//
// Thread safety: free functions without state.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "tensor/tensor.h"

namespace tiqu::engine {

// The numbers of an int32 or int64 scalar or vector (a shape, axes, paddings row by row). Errors: INVALID_ARGUMENT.
absl::StatusOr<Dims> IndexValues(const Tensor& tensor);
absl::StatusOr<int64_t> IndexScalar(const Tensor& tensor);

// An axis in [-rank, rank) as one in [0, rank). Errors: INVALID_ARGUMENT naming both.
absl::StatusOr<int> NormalizeAxis(int64_t axis, size_t rank);

// Elements between neighbours along each axis, row-major.
Dims RowMajorStrides(const Shape& shape);

// The shape of a op b under TensorFlow's (NumPy's) rules. Errors: INVALID_ARGUMENT with both shapes.
absl::StatusOr<Shape> BroadcastShapes(const Shape& a, const Shape& b);
// Strides with which `from` is read as `to`: 0 along what is repeated. REQUIRES: `from` broadcasts to `to`.
Dims BroadcastStrides(const Shape& from, const Shape& to);

// Product of the dimensions in [begin, end).
int64_t CountDims(const Shape& shape, size_t begin, size_t end);

template <typename T>
const T* Elements(const Tensor& tensor) {
  return tensor.data<T>();
}
template <>
inline const std::string* Elements<std::string>(const Tensor& tensor) {
  return tensor.strings().data();
}
template <typename T>
T* Elements(Tensor* tensor) {
  return tensor->data<T>();
}
template <>
inline std::string* Elements<std::string>(Tensor* tensor) {
  return tensor->strings().data();
}

// Calls copy(T{}) with a type of the size of the tensor's elements, for operations that only move elements.
template <typename Copy>
void ForElementType(const Tensor& tensor, const Copy& copy) {
  if (tensor.type() == DataType::kString) return copy(std::string());
  switch (DataTypeSize(tensor.type())) {
    case 1:
      return copy(uint8_t{});
    case 2:
      return copy(uint16_t{});
    case 4:
      return copy(uint32_t{});
    default:
      return copy(uint64_t{});
  }
}

// A view to read or write: element (i0, i1, ..) stands at offset + i0 * strides[0] + i1 * strides[1] + ...
struct StridedView {
  int64_t offset = 0;
  Dims strides;
};

// out(view to) = in(view from) for every index of `shape`. REQUIRES: both views stay within their tensors; equal types.
void CopyStrided(const Tensor& in, const StridedView& from, const Shape& shape, const StridedView& to, Tensor* out);

}  // namespace tiqu::engine
