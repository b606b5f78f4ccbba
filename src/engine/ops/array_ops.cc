// Shapes and element types: Reshape, Shape, Size, Rank, ShapeN, ExpandDims, Squeeze, Transpose, BroadcastArgs.
#include <algorithm>
#include <limits>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "engine/op_registry.h"
#include "engine/ops/register.h"
#include "engine/ops/shapes.h"
#include "engine/ops/types.h"

namespace tiqu::engine {
namespace {

absl::Status RunReshape(OpContext& context) {
  const Tensor& in = context.input(0);
  TIQU_ASSIGN_OR_RETURN(Shape shape, IndexValues(context.input(1)));
  int free_axis = -1;
  int64_t known = 1;
  for (size_t i = 0; i < shape.size(); ++i) {
    if (shape[i] == -1 && free_axis < 0) {
      free_axis = static_cast<int>(i);
    } else if (shape[i] < 0) {
      return absl::InvalidArgumentError(absl::StrCat("cannot reshape to ", ShapeToString(shape)));
    } else if (__builtin_mul_overflow(known, shape[i], &known)) {
      return absl::InvalidArgumentError(absl::StrCat("cannot reshape to ", ShapeToString(shape)));
    }
  }
  if (free_axis >= 0 && known > 0 && in.size() % known == 0) shape[free_axis] = in.size() / known;
  if (free_axis >= 0 && known == 0 && in.size() == 0) shape[free_axis] = 0;
  if (ElementCount(shape) != in.size()) {
    return absl::InvalidArgumentError(absl::StrCat("input of shape ", ShapeToString(in.shape()), " has ", in.size(),
                                                   " elements and cannot be reshaped to ", ShapeToString(shape)));
  }
  context.set_output(0, in.Reshaped(std::move(shape)));
  return absl::OkStatus();
}

absl::StatusOr<OpInstance> MakeReshape(const NodeSpec& spec) {
  spec.ExpectInputs(2);
  spec.ExpectType(1, {kInt32, kInt64});
  return OpInstance{{spec.input_type(0)}, RunReshape};
}

// Writes index-like numbers as the type that the graph asks for.
absl::Status SetIndices(OpContext& context, int output, DataType type, const Shape& shape, const Dims& values) {
  TIQU_ASSIGN_OR_RETURN(Tensor * out, context.Allocate(output, type, shape));
  if (type == kInt64) {
    std::copy(values.begin(), values.end(), out->data<int64_t>());
    return absl::OkStatus();
  }
  for (size_t i = 0; i < values.size(); ++i) {
    if (values[i] > std::numeric_limits<int32_t>::max()) {
      return absl::InvalidArgumentError(absl::StrCat(values[i], " does not fit DT_INT32"));
    }
    out->data<int32_t>()[i] = static_cast<int32_t>(values[i]);
  }
  return absl::OkStatus();
}

// Shape, Size or Rank: numbers about the input's shape.
using ShapeFunction = std::pair<Shape, Dims> (*)(const Tensor& in);

template <ShapeFunction kFunction>
absl::StatusOr<OpInstance> MakeShapeFunction(const NodeSpec& spec) {
  spec.ExpectInputs(1);
  const DataType type = spec.Type("out_type", kInt32);
  if (type != kInt32 && type != kInt64) return spec.UnsupportedType(type);
  const auto run = [type](OpContext& context) {
    const auto [shape, values] = kFunction(context.input(0));
    return SetIndices(context, 0, type, shape, values);
  };
  return OpInstance{{type}, run};
}

std::pair<Shape, Dims> ShapeOf(const Tensor& in) { return {{static_cast<int64_t>(in.shape().size())}, in.shape()}; }
std::pair<Shape, Dims> SizeOf(const Tensor& in) { return {{}, {in.size()}}; }
std::pair<Shape, Dims> RankOf(const Tensor& in) { return {{}, {static_cast<int64_t>(in.shape().size())}}; }

absl::StatusOr<OpInstance> MakeShapeN(const NodeSpec& spec) {
  spec.ExpectInputs(1, 1 << 20);
  const DataType type = spec.Type("out_type", kInt32);
  if (type != kInt32 && type != kInt64) return spec.UnsupportedType(type);
  const auto run = [type](OpContext& context) -> absl::Status {
    for (int i = 0; i < context.input_count(); ++i) {
      const auto [shape, values] = ShapeOf(context.input(i));
      TIQU_RETURN_IF_ERROR(SetIndices(context, i, type, shape, values));
    }
    return absl::OkStatus();
  };
  return OpInstance{std::vector<DataType>(spec.input_count(), type), run};
}

// The shape that two shapes, given as vectors, broadcast to.
absl::StatusOr<OpInstance> MakeBroadcastArgs(const NodeSpec& spec) {
  spec.ExpectInputs(2);
  spec.ExpectType(0, {kInt32, kInt64});
  spec.ExpectSameType(0, 1);
  const auto run = [](OpContext& context) -> absl::Status {
    TIQU_ASSIGN_OR_RETURN(const Shape a, IndexValues(context.input(0)));
    TIQU_ASSIGN_OR_RETURN(const Shape b, IndexValues(context.input(1)));
    TIQU_ASSIGN_OR_RETURN(const Shape joint, BroadcastShapes(a, b));
    return SetIndices(context, 0, context.input(0).type(), {static_cast<int64_t>(joint.size())}, joint);
  };
  return OpInstance{{spec.input_type(0)}, run};
}

absl::StatusOr<OpInstance> MakeExpandDims(const NodeSpec& spec) {
  spec.ExpectInputs(2);
  spec.ExpectType(1, {kInt32, kInt64});
  const auto run = [](OpContext& context) -> absl::Status {
    const Tensor& in = context.input(0);
    TIQU_ASSIGN_OR_RETURN(const int64_t wanted, IndexScalar(context.input(1)));
    TIQU_ASSIGN_OR_RETURN(const int axis, NormalizeAxis(wanted, in.shape().size() + 1));
    Shape shape = in.shape();
    shape.insert(shape.begin() + axis, 1);
    context.set_output(0, in.Reshaped(std::move(shape)));
    return absl::OkStatus();
  };
  return OpInstance{{spec.input_type(0)}, run};
}

absl::Status RunSqueeze(OpContext& context, const std::vector<int64_t>& axes) {
  const Tensor& in = context.input(0);
  Dims drop(in.shape().size(), axes.empty() ? 1 : 0);
  for (const int64_t wanted : axes) {
    TIQU_ASSIGN_OR_RETURN(const int axis, NormalizeAxis(wanted, in.shape().size()));
    if (in.shape()[axis] != 1) {
      return absl::InvalidArgumentError(
          absl::StrCat("cannot squeeze axis ", axis, " of shape ", ShapeToString(in.shape()), ": its size is not 1"));
    }
    drop[axis] = 1;
  }
  Shape shape;
  for (size_t i = 0; i < drop.size(); ++i) {
    if (drop[i] == 0 || in.shape()[i] != 1) shape.push_back(in.shape()[i]);
  }
  context.set_output(0, in.Reshaped(std::move(shape)));
  return absl::OkStatus();
}

absl::StatusOr<OpInstance> MakeSqueeze(const NodeSpec& spec) {
  spec.ExpectInputs(1);
  const std::vector<int64_t> axes = spec.Has("squeeze_dims") ? spec.Ints("squeeze_dims") : spec.Ints("axis");
  return OpInstance{{spec.input_type(0)}, [axes](OpContext& context) { return RunSqueeze(context, axes); }};
}

absl::Status RunTranspose(OpContext& context) {
  const Tensor& in = context.input(0);
  TIQU_ASSIGN_OR_RETURN(const Dims order, IndexValues(context.input(1)));
  if (order.size() != in.shape().size()) {
    return absl::InvalidArgumentError(
        absl::StrCat("permutation of ", order.size(), " axes for shape ", ShapeToString(in.shape())));
  }
  const Dims in_strides = RowMajorStrides(in.shape());
  Shape shape;
  StridedView from;
  Dims used(order.size(), 0);
  for (const int64_t wanted : order) {
    TIQU_ASSIGN_OR_RETURN(const int axis, NormalizeAxis(wanted, order.size()));
    if (used[axis] != 0)
      return absl::InvalidArgumentError(absl::StrCat("axis ", axis, " stands twice in the permutation"));
    used[axis] = 1;
    shape.push_back(in.shape()[axis]);
    from.strides.push_back(in_strides[axis]);
  }
  TIQU_ASSIGN_OR_RETURN(Tensor * out, context.Allocate(0, in.type(), shape));
  CopyStrided(in, from, shape, {0, RowMajorStrides(shape)}, out);
  return absl::OkStatus();
}

absl::StatusOr<OpInstance> MakeTranspose(const NodeSpec& spec) {
  spec.ExpectInputs(2);
  spec.ExpectType(1, {kInt32, kInt64});
  return OpInstance{{spec.input_type(0)}, RunTranspose};
}

}  // namespace

void RegisterArrayOps(OpRegistry& registry) {
  registry.Add("Reshape", MakeReshape, {kAnyName});
  registry.Add("Shape", MakeShapeFunction<ShapeOf>, {kAnyName, "out_type (int32, int64)"});
  registry.Add("Size", MakeShapeFunction<SizeOf>, {kAnyName, "out_type (int32, int64)"});
  registry.Add("Rank", MakeShapeFunction<RankOf>, {kAnyName});
  registry.Add("ExpandDims", MakeExpandDims, {kAnyName});
  registry.Add("Squeeze", MakeSqueeze, {kAnyName, "squeeze_dims"});
  registry.Add("Transpose", MakeTranspose, {kAnyName});
  registry.Add("ShapeN", MakeShapeN, {kAnyName, "out_type (int32, int64)"});
  registry.Add("BroadcastArgs", MakeBroadcastArgs, {"int32, int64"});
}

}  // namespace tiqu::engine
