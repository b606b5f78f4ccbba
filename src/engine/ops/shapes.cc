#include "engine/ops/shapes.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "base/status.h"

namespace tiqu::engine {
namespace {

template <typename T>
void CopyRow(const T* from, int64_t from_stride, T* to, int64_t to_stride, int64_t count) {
  if (from_stride == 1 && to_stride == 1) {
    std::copy(from, from + count, to);
    return;
  }
  for (int64_t i = 0; i < count; ++i) to[i * to_stride] = from[i * from_stride];
}

// Walks all axes but the last with a counter an axis.
template <typename T>
void CopyRows(const T* from, const Dims& from_strides, const Shape& shape, T* to, const Dims& to_strides) {
  const size_t outer = shape.size() - 1;
  Dims index(outer, 0);
  while (true) {
    CopyRow(from, from_strides[outer], to, to_strides[outer], shape[outer]);
    size_t axis = outer;
    while (axis > 0) {
      --axis;
      from += from_strides[axis];
      to += to_strides[axis];
      if (++index[axis] < shape[axis]) break;
      from -= from_strides[axis] * shape[axis];
      to -= to_strides[axis] * shape[axis];
      index[axis] = 0;
      if (axis == 0) return;
    }
    if (outer == 0) return;
  }
}

// Axes of one element vanish, and axes that lie behind each other in both views become one.
void MergeAxes(Shape* shape, Dims* from, Dims* to) {
  Shape merged;
  Dims merged_from, merged_to;
  for (size_t i = 0; i < shape->size(); ++i) {
    const int64_t size = (*shape)[i], a = (*from)[i], b = (*to)[i];
    if (size == 1) continue;
    if (!merged.empty() && merged_from.back() == a * size && merged_to.back() == b * size) {
      merged.back() *= size;
      merged_from.back() = a;
      merged_to.back() = b;
      continue;
    }
    merged.push_back(size);
    merged_from.push_back(a);
    merged_to.push_back(b);
  }
  if (merged.empty()) {
    merged = {1};
    merged_from = merged_to = {1};
  }
  *shape = std::move(merged);
  *from = std::move(merged_from);
  *to = std::move(merged_to);
}

}  // namespace

absl::StatusOr<Dims> IndexValues(const Tensor& tensor) {
  if (tensor.type() == DataType::kInt64) {
    return Dims(tensor.data<int64_t>(), tensor.data<int64_t>() + tensor.size());
  }
  if (tensor.type() == DataType::kInt32) {
    return Dims(tensor.data<int32_t>(), tensor.data<int32_t>() + tensor.size());
  }
  return absl::InvalidArgumentError(
      absl::StrCat("expected DT_INT32 or DT_INT64 numbers, got ", DataTypeName(tensor.type())));
}

absl::StatusOr<int64_t> IndexScalar(const Tensor& tensor) {
  TIQU_ASSIGN_OR_RETURN(const Dims values, IndexValues(tensor));
  if (values.size() == 1) return values[0];
  return absl::InvalidArgumentError(absl::StrCat("expected one number, got shape ", ShapeToString(tensor.shape())));
}

absl::StatusOr<int> NormalizeAxis(int64_t axis, size_t rank) {
  const auto limit = static_cast<int64_t>(rank);
  if (axis >= -limit && axis < limit) return static_cast<int>(axis < 0 ? axis + limit : axis);
  return absl::InvalidArgumentError(absl::StrCat("axis ", axis, " is not in [", -limit, ", ", limit, ")"));
}

Dims RowMajorStrides(const Shape& shape) {
  Dims strides(shape.size(), 1);
  for (size_t i = shape.size(); i > 1; --i) strides[i - 2] = strides[i - 1] * shape[i - 1];
  return strides;
}

absl::StatusOr<Shape> BroadcastShapes(const Shape& a, const Shape& b) {
  const size_t rank = std::max(a.size(), b.size());
  Shape shape(rank);
  for (size_t i = 0; i < rank; ++i) {
    const int64_t left = i + a.size() < rank ? 1 : a[i + a.size() - rank];
    const int64_t right = i + b.size() < rank ? 1 : b[i + b.size() - rank];
    if (left != right && left != 1 && right != 1) {
      return absl::InvalidArgumentError(
          absl::StrCat("incompatible shapes: ", ShapeToString(a), " and ", ShapeToString(b)));
    }
    shape[i] = left == 1 ? right : left;
  }
  return shape;
}

Dims BroadcastStrides(const Shape& from, const Shape& to) {
  const Dims own = RowMajorStrides(from);
  Dims strides(to.size(), 0);
  const size_t shift = to.size() - from.size();
  for (size_t i = 0; i < from.size(); ++i) strides[i + shift] = from[i] == 1 ? 0 : own[i];
  return strides;
}

int64_t CountDims(const Shape& shape, size_t begin, size_t end) {
  int64_t count = 1;
  for (size_t i = begin; i < end; ++i) count *= shape[i];
  return count;
}

void CopyStrided(const Tensor& in, const StridedView& from, const Shape& shape, const StridedView& to, Tensor* out) {
  if (ElementCount(shape) == 0) return;
  Shape merged = shape;
  Dims from_strides = from.strides, to_strides = to.strides;
  MergeAxes(&merged, &from_strides, &to_strides);
  ForElementType(in, [&](auto zero) {
    using T = decltype(zero);
    CopyRows(Elements<T>(in) + from.offset, from_strides, merged, Elements<T>(out) + to.offset, to_strides);
  });
}

}  // namespace tiqu::engine
