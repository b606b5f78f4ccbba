// Slices by index vectors: GatherNd, ResourceGatherNd, ScatterNd, TensorScatterUpdate/Add/Sub/Max/Min.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "engine/op_registry.h"
#include "engine/ops/register.h"
#include "engine/ops/shapes.h"
#include "engine/ops/types.h"

namespace tiqu::engine {
namespace {

// What index vectors [..., depth] select of a tensor: `inner` elements each.
struct Slices {
  int64_t inner = 1;
  std::vector<int64_t> starts;  // of each vector's slice, in elements
  Shape outer, inner_shape;
};

absl::StatusOr<Slices> FindSlices(const Tensor& indices, const Shape& shape) {
  if (indices.shape().empty() || indices.shape().back() > static_cast<int64_t>(shape.size())) {
    return absl::InvalidArgumentError(absl::StrCat("indices of shape ", ShapeToString(indices.shape()),
                                                   " into a tensor of shape ", ShapeToString(shape)));
  }
  TIQU_ASSIGN_OR_RETURN(const Dims values, IndexValues(indices));
  const auto depth = static_cast<size_t>(indices.shape().back());
  Slices slices;
  slices.outer = Shape(indices.shape().begin(), indices.shape().end() - 1);
  slices.inner_shape = Shape(shape.begin() + static_cast<int64_t>(depth), shape.end());
  slices.inner = CountDims(shape, depth, shape.size());
  const int64_t count = CountDims(slices.outer, 0, slices.outer.size());
  const Dims strides = RowMajorStrides(shape);
  slices.starts.assign(count, 0);
  for (int64_t i = 0; i < count; ++i) {
    for (size_t axis = 0; axis < depth; ++axis) {
      const int64_t index = values[i * depth + axis];
      if (index < 0 || index >= shape[axis]) {
        return absl::InvalidArgumentError(absl::StrCat("index vector ", i, " has ", index, " for axis ", axis,
                                                       ", which is not in [0, ", shape[axis], ")"));
      }
      slices.starts[i] += index * strides[axis];
    }
  }
  return slices;
}

absl::Status RunGatherNd(OpContext& context) {
  const Tensor& in = context.input(0);
  TIQU_ASSIGN_OR_RETURN(const Slices slices, FindSlices(context.input(1), in.shape()));
  Shape shape = slices.outer;
  shape.insert(shape.end(), slices.inner_shape.begin(), slices.inner_shape.end());
  TIQU_ASSIGN_OR_RETURN(Tensor * out, context.Allocate(0, in.type(), shape));
  ForElementType(in, [&](auto zero) {
    using T = decltype(zero);
    T* to = Elements<T>(out);
    for (const int64_t start : slices.starts) to = std::copy_n(Elements<T>(in) + start, slices.inner, to);
  });
  return absl::OkStatus();
}

absl::StatusOr<OpInstance> MakeGatherNd(const NodeSpec& spec) {
  spec.ExpectInputs(2);
  spec.ExpectType(1, {kInt32, kInt64});
  if (spec.Int("batch_dims", 0) != 0) return absl::UnimplementedError("batch_dims other than 0 is not supported");
  if (spec.op() == "GatherNd") return OpInstance{{spec.input_type(0)}, RunGatherNd};
  const Tensor* table = spec.constant(0);
  if (table == nullptr) return absl::InvalidArgumentError("reads something that is not a variable");
  return OpInstance{{table->type()}, RunGatherNd};
}

struct TakeUpdate {
  template <typename T>
  T operator()(T, T b) const {
    return b;
  }
};
struct AddUpdate {
  template <typename T>
  T operator()(T a, T b) const {
    if constexpr (std::is_integral_v<T>) return static_cast<T>(static_cast<uint64_t>(a) + static_cast<uint64_t>(b));
    return a + b;
  }
};
struct SubUpdate {
  template <typename T>
  T operator()(T a, T b) const {
    if constexpr (std::is_integral_v<T>) return static_cast<T>(static_cast<uint64_t>(a) - static_cast<uint64_t>(b));
    return a - b;
  }
};
struct MaxUpdate {
  template <typename T>
  T operator()(T a, T b) const {
    return std::max(a, b);
  }
};
struct MinUpdate {
  template <typename T>
  T operator()(T a, T b) const {
    return std::min(a, b);
  }
};

// Writes slices of `updates` over those of `out` that the indices select.
template <typename T, typename Function>
absl::Status Scatter(const Tensor& indices, const Tensor& updates, Tensor* out) {
  TIQU_ASSIGN_OR_RETURN(const Slices slices, FindSlices(indices, out->shape()));
  Shape expected = slices.outer;
  expected.insert(expected.end(), slices.inner_shape.begin(), slices.inner_shape.end());
  if (updates.shape() != expected) {
    return absl::InvalidArgumentError(
        absl::StrCat("updates have shape ", ShapeToString(updates.shape()), ", expected ", ShapeToString(expected)));
  }
  const T* from = updates.data<T>();
  for (const int64_t start : slices.starts) {
    T* to = out->data<T>() + start;
    std::transform(to, to + slices.inner, from, to, Function());
    from += slices.inner;
  }
  return absl::OkStatus();
}

template <typename T>
absl::Status RunScatterNd(OpContext& context) {
  TIQU_ASSIGN_OR_RETURN(const Shape shape, IndexValues(context.input(2)));
  TIQU_ASSIGN_OR_RETURN(Tensor * out, context.Allocate(0, DataTypeOf<T>::value, shape));
  std::fill_n(out->data<T>(), out->size(), T{});
  return Scatter<T, AddUpdate>(context.input(0), context.input(1), out);
}

absl::StatusOr<OpInstance> MakeScatterNd(const NodeSpec& spec) {
  spec.ExpectInputs(3);
  spec.ExpectType(0, {kInt32, kInt64});
  spec.ExpectType(2, {kInt32, kInt64});
  return DispatchType(spec, spec.input_type(1), NumberTypes{}, [&](auto zero) {
    return OpInstance{{spec.input_type(1)}, RunScatterNd<decltype(zero)>};
  });
}

template <typename T, typename Function>
absl::Status RunTensorScatter(OpContext& context) {
  const Tensor& in = context.input(0);
  TIQU_ASSIGN_OR_RETURN(Tensor * out, context.Allocate(0, in.type(), in.shape()));
  std::copy_n(in.data<T>(), in.size(), out->data<T>());
  return Scatter<T, Function>(context.input(1), context.input(2), out);
}

template <typename Function>
absl::StatusOr<OpInstance> MakeTensorScatter(const NodeSpec& spec) {
  spec.ExpectInputs(3);
  spec.ExpectType(1, {kInt32, kInt64});
  spec.ExpectSameType(0, 2);
  return DispatchType(spec, spec.input_type(0), NumberTypes{}, [&](auto zero) {
    return OpInstance{{spec.input_type(0)}, RunTensorScatter<decltype(zero), Function>};
  });
}

}  // namespace

void RegisterScatterOps(OpRegistry& registry) {
  registry.Add("GatherNd", MakeGatherNd, {kAnyName, "batch_dims (0)"});
  registry.Add("ResourceGatherNd", MakeGatherNd, {kAnyName, "batch_dims (0)"});
  registry.Add("ScatterNd", MakeScatterNd, {kNumberTypeNames});
  registry.Add("TensorScatterUpdate", MakeTensorScatter<TakeUpdate>, {kNumberTypeNames});
  registry.Add("TensorScatterAdd", MakeTensorScatter<AddUpdate>, {kNumberTypeNames});
  registry.Add("TensorScatterSub", MakeTensorScatter<SubUpdate>, {kNumberTypeNames});
  registry.Add("TensorScatterMax", MakeTensorScatter<MaxUpdate>, {kNumberTypeNames});
  registry.Add("TensorScatterMin", MakeTensorScatter<MinUpdate>, {kNumberTypeNames});
}

}  // namespace tiqu::engine
