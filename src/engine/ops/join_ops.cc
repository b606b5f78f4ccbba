// Larger tensors out of parts: ConcatV2, Concat, Pack, Pad, PadV2, Tile, BroadcastTo.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "engine/op_registry.h"
#include "engine/ops/register.h"
#include "engine/ops/shapes.h"
#include "engine/ops/types.h"

namespace tiqu::engine {
namespace {

// Copies write elements of the size that the output has: what the factory saw of the types is not trusted alone.
absl::Status CheckElementType(const Tensor& part, const Tensor& head) {
  if (part.type() == head.type()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("elements of type ", DataTypeName(head.type()), " and of type ",
                                                 DataTypeName(part.type()), " do not go into one tensor"));
}

// Inputs first .. first + parts - 1, side by side along `wanted_axis`.
absl::Status JoinAlong(OpContext& context, int first, int parts, int64_t wanted_axis) {
  const Tensor& head = context.input(first);
  TIQU_ASSIGN_OR_RETURN(const int axis, NormalizeAxis(wanted_axis, head.shape().size()));
  Shape shape = head.shape();
  for (int i = 1; i < parts; ++i) {
    const Shape& part = context.input(first + i).shape();
    TIQU_RETURN_IF_ERROR(CheckElementType(context.input(first + i), head));
    bool fits = part.size() == shape.size();
    for (size_t d = 0; fits && d < part.size(); ++d) fits = static_cast<int>(d) == axis || part[d] == shape[d];
    if (!fits) {
      return absl::InvalidArgumentError(absl::StrCat("cannot join shapes ", ShapeToString(head.shape()), " and ",
                                                     ShapeToString(part), " along axis ", axis));
    }
    shape[axis] += part[axis];
  }
  TIQU_ASSIGN_OR_RETURN(Tensor * out, context.Allocate(0, head.type(), shape));
  StridedView to{0, RowMajorStrides(shape)};
  for (int i = 0; i < parts; ++i) {
    const Tensor& part = context.input(first + i);
    CopyStrided(part, {0, RowMajorStrides(part.shape())}, part.shape(), to, out);
    to.offset += part.shape()[axis] * to.strides[axis];
  }
  return absl::OkStatus();
}

absl::Status RunConcatV2(OpContext& context) {
  const int parts = context.input_count() - 1;
  TIQU_ASSIGN_OR_RETURN(const int64_t axis, IndexScalar(context.input(parts)));
  return JoinAlong(context, 0, parts, axis);
}

absl::Status RunConcat(OpContext& context) {
  TIQU_ASSIGN_OR_RETURN(const int64_t axis, IndexScalar(context.input(0)));
  return JoinAlong(context, 1, context.input_count() - 1, axis);
}

absl::StatusOr<OpInstance> MakeConcatV2(const NodeSpec& spec) {
  spec.ExpectInputs(2, 1 << 20);
  spec.ExpectType(spec.input_count() - 1, {kInt32, kInt64});
  for (int i = 1; i + 1 < spec.input_count(); ++i) spec.ExpectSameType(0, i);
  return OpInstance{{spec.input_type(0)}, RunConcatV2};
}

absl::StatusOr<OpInstance> MakeConcat(const NodeSpec& spec) {
  spec.ExpectInputs(2, 1 << 20);
  spec.ExpectType(0, {kInt32});
  for (int i = 2; i < spec.input_count(); ++i) spec.ExpectSameType(1, i);
  return OpInstance{{spec.input_type(1)}, RunConcat};
}

absl::Status RunPack(OpContext& context, int64_t wanted_axis) {
  const Tensor& head = context.input(0);
  TIQU_ASSIGN_OR_RETURN(const int axis, NormalizeAxis(wanted_axis, head.shape().size() + 1));
  Shape shape = head.shape();
  shape.insert(shape.begin() + axis, context.input_count());
  TIQU_ASSIGN_OR_RETURN(Tensor * out, context.Allocate(0, head.type(), shape));
  StridedView to{0, RowMajorStrides(shape)};
  const int64_t step = to.strides[axis];
  to.strides.erase(to.strides.begin() + axis);
  for (int i = 0; i < context.input_count(); ++i, to.offset += step) {
    const Tensor& part = context.input(i);
    TIQU_RETURN_IF_ERROR(CheckElementType(part, head));
    if (part.shape() != head.shape()) {
      return absl::InvalidArgumentError(
          absl::StrCat("cannot pack shapes ", ShapeToString(head.shape()), " and ", ShapeToString(part.shape())));
    }
    CopyStrided(part, {0, RowMajorStrides(part.shape())}, part.shape(), to, out);
  }
  return absl::OkStatus();
}

absl::StatusOr<OpInstance> MakePack(const NodeSpec& spec) {
  spec.ExpectInputs(1, 1 << 20);
  for (int i = 1; i < spec.input_count(); ++i) spec.ExpectSameType(0, i);
  const int64_t axis = spec.Int("axis", 0);
  return OpInstance{{spec.input_type(0)}, [axis](OpContext& context) { return RunPack(context, axis); }};
}

void FillWith(const Tensor* value, Tensor* out) {
  ForElementType(*out, [&](auto zero) {
    using T = decltype(zero);
    std::fill_n(Elements<T>(out), out->size(), value != nullptr ? Elements<T>(*value)[0] : T());
  });
}

absl::Status RunPad(OpContext& context) {
  const Tensor& in = context.input(0);
  const Tensor* value = context.input_count() > 2 ? &context.input(2) : nullptr;
  TIQU_ASSIGN_OR_RETURN(const Dims paddings, IndexValues(context.input(1)));
  const size_t rank = in.shape().size();
  if (value != nullptr) TIQU_RETURN_IF_ERROR(CheckElementType(*value, in));
  if (paddings.size() != 2 * rank || (value != nullptr && value->size() != 1)) {
    return absl::InvalidArgumentError(absl::StrCat("paddings of shape ", ShapeToString(context.input(1).shape()),
                                                   " for an input of shape ", ShapeToString(in.shape())));
  }
  Shape shape(rank);
  for (size_t i = 0; i < rank; ++i) {
    const int64_t most = std::max(paddings[2 * i], paddings[2 * i + 1]);
    if (paddings[2 * i] < 0 || paddings[2 * i + 1] < 0 || most > kMaxTensorBytes) {
      return absl::InvalidArgumentError(
          absl::StrCat("axis ", i, " cannot be padded by ", paddings[2 * i], " and ", paddings[2 * i + 1]));
    }
    shape[i] = paddings[2 * i] + in.shape()[i] + paddings[2 * i + 1];
  }
  TIQU_ASSIGN_OR_RETURN(Tensor * out, context.Allocate(0, in.type(), shape));
  FillWith(value, out);
  StridedView to{0, RowMajorStrides(shape)};
  for (size_t i = 0; i < rank; ++i) to.offset += paddings[2 * i] * to.strides[i];
  CopyStrided(in, {0, RowMajorStrides(in.shape())}, in.shape(), to, out);
  return absl::OkStatus();
}

absl::StatusOr<OpInstance> MakePad(const NodeSpec& spec) {
  const bool with_value = spec.op() == "PadV2";
  spec.ExpectInputs(with_value ? 3 : 2);
  spec.ExpectType(1, {kInt32, kInt64});
  if (with_value) spec.ExpectSameType(0, 2);
  return OpInstance{{spec.input_type(0)}, RunPad};
}

absl::Status RunTile(OpContext& context) {
  const Tensor& in = context.input(0);
  TIQU_ASSIGN_OR_RETURN(const Dims multiples, IndexValues(context.input(1)));
  if (multiples.size() != in.shape().size()) {
    return absl::InvalidArgumentError(
        absl::StrCat(multiples.size(), " multiples for an input of shape ", ShapeToString(in.shape())));
  }
  if (std::all_of(multiples.begin(), multiples.end(), [](int64_t times) { return times == 1; })) {
    context.set_output(0, in);
    return absl::OkStatus();
  }
  // Every axis becomes two: which copy, and where in it.
  Shape shape, box;
  StridedView from;
  const Dims strides = RowMajorStrides(in.shape());
  for (size_t i = 0; i < multiples.size(); ++i) {
    int64_t size = 0;
    if (multiples[i] < 0 || __builtin_mul_overflow(multiples[i], in.shape()[i], &size)) {
      return absl::InvalidArgumentError(absl::StrCat("axis ", i, " cannot be repeated ", multiples[i], " times"));
    }
    shape.push_back(size);
    box.push_back(multiples[i]);
    box.push_back(in.shape()[i]);
    from.strides.push_back(0);
    from.strides.push_back(strides[i]);
  }
  TIQU_ASSIGN_OR_RETURN(Tensor * out, context.Allocate(0, in.type(), shape));
  CopyStrided(in, from, box, {0, RowMajorStrides(box)}, out);
  return absl::OkStatus();
}

absl::StatusOr<OpInstance> MakeTile(const NodeSpec& spec) {
  spec.ExpectInputs(2);
  spec.ExpectType(1, {kInt32, kInt64});
  return OpInstance{{spec.input_type(0)}, RunTile};
}

absl::Status RunBroadcastTo(OpContext& context) {
  const Tensor& in = context.input(0);
  TIQU_ASSIGN_OR_RETURN(const Shape shape, IndexValues(context.input(1)));
  const absl::StatusOr<Shape> joint = BroadcastShapes(in.shape(), shape);
  if (!joint.ok() || *joint != shape) {
    return absl::InvalidArgumentError(
        absl::StrCat("shape ", ShapeToString(in.shape()), " does not broadcast to ", ShapeToString(shape)));
  }
  TIQU_ASSIGN_OR_RETURN(Tensor * out, context.Allocate(0, in.type(), shape));
  CopyStrided(in, {0, BroadcastStrides(in.shape(), shape)}, shape, {0, RowMajorStrides(shape)}, out);
  return absl::OkStatus();
}

absl::StatusOr<OpInstance> MakeBroadcastTo(const NodeSpec& spec) {
  spec.ExpectInputs(2);
  spec.ExpectType(1, {kInt32, kInt64});
  return OpInstance{{spec.input_type(0)}, RunBroadcastTo};
}

}  // namespace

void RegisterJoinOps(OpRegistry& registry) {
  registry.Add("ConcatV2", MakeConcatV2, {kAnyName});
  registry.Add("Concat", MakeConcat, {kAnyName});
  registry.Add("Pack", MakePack, {kAnyName, "axis"});
  registry.Add("Pad", MakePad, {kAnyName});
  registry.Add("PadV2", MakePad, {kAnyName});
  registry.Add("Tile", MakeTile, {kAnyName});
  registry.Add("BroadcastTo", MakeBroadcastTo, {kAnyName});
}

}  // namespace tiqu::engine
