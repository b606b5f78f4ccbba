// Parts of tensors: Slice, StridedSlice, Split, SplitV, Unpack.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "engine/op_registry.h"
#include "engine/ops/register.h"
#include "engine/ops/shapes.h"
#include "engine/ops/types.h"

namespace tiqu::engine {
namespace {

// The box of `shape` elements that begins at `begin`, as output `port`.
absl::Status CopyBox(OpContext& context, int port, const Tensor& in, const Dims& begin, const Shape& shape) {
  StridedView from{0, RowMajorStrides(in.shape())};
  for (size_t i = 0; i < begin.size(); ++i) from.offset += begin[i] * from.strides[i];
  TIQU_ASSIGN_OR_RETURN(Tensor * out, context.Allocate(port, in.type(), shape));
  CopyStrided(in, from, shape, {0, RowMajorStrides(shape)}, out);
  return absl::OkStatus();
}

absl::Status RunSlice(OpContext& context) {
  const Tensor& in = context.input(0);
  TIQU_ASSIGN_OR_RETURN(const Dims begin, IndexValues(context.input(1)));
  TIQU_ASSIGN_OR_RETURN(Shape size, IndexValues(context.input(2)));
  const size_t rank = in.shape().size();
  if (begin.size() != rank || size.size() != rank) {
    return absl::InvalidArgumentError(absl::StrCat("begin has ", begin.size(), " and size ", size.size(),
                                                   " numbers for shape ", ShapeToString(in.shape())));
  }
  for (size_t i = 0; i < rank; ++i) {
    const int64_t limit = in.shape()[i];
    if (size[i] == -1 && begin[i] >= 0 && begin[i] <= limit) size[i] = limit - begin[i];
    if (begin[i] < 0 || size[i] < 0 || begin[i] > limit || size[i] > limit - begin[i]) {
      return absl::InvalidArgumentError(absl::StrCat("slice from ", begin[i], " of ", size[i],
                                                     " elements does not lie within axis ", i, " of shape ",
                                                     ShapeToString(in.shape())));
    }
  }
  return CopyBox(context, 0, in, begin, size);
}

absl::StatusOr<OpInstance> MakeSlice(const NodeSpec& spec) {
  spec.ExpectInputs(3);
  spec.ExpectType(1, {kInt32, kInt64});
  spec.ExpectType(2, {kInt32, kInt64});
  return OpInstance{{spec.input_type(0)}, RunSlice};
}

struct SliceMasks {
  int64_t begin, end, ellipsis, new_axis, shrink;
};

// What StridedSlice's numbers mean for one input shape.
struct StridedSlicePlan {
  Shape box;  // elements taken along every input axis
  StridedView from;
  Shape out_shape;
};

bool Bit(int64_t mask, size_t i) { return ((mask >> i) & 1) != 0; }

class StridedSlicePlanner {
 public:
  StridedSlicePlanner(const Shape& shape, const SliceMasks& masks)
      : shape_(shape), masks_(masks), in_strides_(RowMajorStrides(shape)) {}

  absl::StatusOr<StridedSlicePlan> Run(const Dims& begin, const Dims& end, const Dims& strides) {
    if (begin.size() != end.size() || begin.size() != strides.size() || begin.size() > 62) {
      return absl::InvalidArgumentError(absl::StrCat("begin, end and strides have ", begin.size(), ", ", end.size(),
                                                     " and ", strides.size(), " numbers"));
    }
    const size_t count = begin.size();
    for (size_t i = 0; i < count; ++i) {
      if (Bit(masks_.ellipsis, i)) {
        TakeWhole(AxesAfter(i + 1, count));
      } else if (Bit(masks_.new_axis, i)) {
        plan_.out_shape.push_back(1);
      } else {
        TIQU_RETURN_IF_ERROR(TakePart(i, begin[i], end[i], strides[i]));
      }
    }
    TakeWhole(0);
    return std::move(plan_);
  }

 private:
  // Input axes that the entries from `i` on are for.
  size_t AxesAfter(size_t i, size_t count) const {
    size_t axes = 0;
    for (; i < count; ++i) axes += Bit(masks_.new_axis, i) ? 0 : 1;
    return axes;
  }

  // All axes but the last `keep` that are not yet taken.
  void TakeWhole(size_t keep) {
    while (axis_ + keep < shape_.size()) {
      plan_.out_shape.push_back(shape_[axis_]);
      Push(shape_[axis_], 0, 1);
    }
  }

  absl::Status TakePart(size_t i, int64_t begin, int64_t end, int64_t stride) {
    if (axis_ >= shape_.size()) {
      return absl::InvalidArgumentError(absl::StrCat("too many indices for shape ", ShapeToString(shape_)));
    }
    if (stride == 0) return absl::InvalidArgumentError(absl::StrCat("strides[", i, "] is 0"));
    const int64_t size = shape_[axis_];
    stride = std::clamp(stride, -size - 1, size + 1);  // longer steps take the same one element
    if (Bit(masks_.shrink, i)) {
      const int64_t index = begin < 0 ? begin + size : begin;
      if (index < 0 || index >= size) {
        return absl::InvalidArgumentError(
            absl::StrCat("slice index ", begin, " of dimension ", axis_, " out of bounds"));
      }
      Push(1, index, 1);
      return absl::OkStatus();
    }
    const int64_t least = stride > 0 ? 0 : -1, most = stride > 0 ? size : size - 1;
    const auto place = [&](int64_t index) { return std::clamp(index < 0 ? index + size : index, least, most); };
    const int64_t first = Bit(masks_.begin, i) ? (stride > 0 ? least : most) : place(begin);
    const int64_t last = Bit(masks_.end, i) ? (stride > 0 ? most : least) : place(end);
    const int64_t span = stride > 0 ? last - first : first - last;
    const int64_t step = stride > 0 ? stride : -stride;
    const int64_t taken = span <= 0 ? 0 : (span - 1) / step + 1;
    plan_.out_shape.push_back(taken);
    Push(taken, first, stride);
    return absl::OkStatus();
  }

  void Push(int64_t taken, int64_t first, int64_t stride) {
    plan_.box.push_back(taken);
    plan_.from.offset += taken > 0 ? first * in_strides_[axis_] : 0;
    plan_.from.strides.push_back(taken > 1 ? stride * in_strides_[axis_] : 0);
    ++axis_;
  }

  const Shape& shape_;
  const SliceMasks& masks_;
  Dims in_strides_;
  size_t axis_ = 0;
  StridedSlicePlan plan_;
};

absl::Status RunStridedSlice(OpContext& context, const SliceMasks& masks) {
  const Tensor& in = context.input(0);
  TIQU_ASSIGN_OR_RETURN(const Dims begin, IndexValues(context.input(1)));
  TIQU_ASSIGN_OR_RETURN(const Dims end, IndexValues(context.input(2)));
  TIQU_ASSIGN_OR_RETURN(const Dims strides, IndexValues(context.input(3)));
  TIQU_ASSIGN_OR_RETURN(const StridedSlicePlan plan, StridedSlicePlanner(in.shape(), masks).Run(begin, end, strides));
  TIQU_ASSIGN_OR_RETURN(Tensor * out, context.Allocate(0, in.type(), plan.out_shape));
  CopyStrided(in, plan.from, plan.box, {0, RowMajorStrides(plan.box)}, out);
  return absl::OkStatus();
}

absl::StatusOr<OpInstance> MakeStridedSlice(const NodeSpec& spec) {
  spec.ExpectInputs(4);
  for (int i = 1; i < 4; ++i) spec.ExpectType(i, {kInt32, kInt64});
  const SliceMasks masks{spec.Int("begin_mask", 0), spec.Int("end_mask", 0), spec.Int("ellipsis_mask", 0),
                         spec.Int("new_axis_mask", 0), spec.Int("shrink_axis_mask", 0)};
  if ((masks.ellipsis & (masks.ellipsis - 1)) != 0) return absl::InvalidArgumentError("more than one ellipsis");
  return OpInstance{{spec.input_type(0)}, [masks](OpContext& context) { return RunStridedSlice(context, masks); }};
}

// Cuts `in` along `axis` into parts of the given sizes.
absl::Status CutAlong(OpContext& context, const Tensor& in, int axis, const Dims& sizes) {
  Dims begin(in.shape().size(), 0);
  Shape shape = in.shape();
  for (size_t i = 0; i < sizes.size(); ++i) {
    shape[axis] = sizes[i];
    TIQU_RETURN_IF_ERROR(CopyBox(context, static_cast<int>(i), in, begin, shape));
    begin[axis] += sizes[i];
  }
  return absl::OkStatus();
}

absl::Status RunSplit(OpContext& context, int64_t parts) {
  const Tensor& in = context.input(1);
  TIQU_ASSIGN_OR_RETURN(const int64_t wanted, IndexScalar(context.input(0)));
  TIQU_ASSIGN_OR_RETURN(const int axis, NormalizeAxis(wanted, in.shape().size()));
  const int64_t size = in.shape()[axis];
  if (size % parts != 0) {
    return absl::InvalidArgumentError(absl::StrCat("axis ", axis, " of shape ", ShapeToString(in.shape()),
                                                   " cannot be split into ", parts, " equal parts"));
  }
  return CutAlong(context, in, axis, Dims(parts, size / parts));
}

absl::StatusOr<OpInstance> MakeSplit(const NodeSpec& spec) {
  spec.ExpectInputs(2);
  spec.ExpectType(0, {kInt32});
  const int64_t parts = spec.Int("num_split", 0);
  if (parts < 1) return absl::InvalidArgumentError(absl::StrCat("num_split is ", parts));
  return OpInstance{std::vector<DataType>(parts, spec.input_type(1)),
                    [parts](OpContext& context) { return RunSplit(context, parts); }};
}

absl::Status RunSplitV(OpContext& context, size_t parts) {
  const Tensor& in = context.input(0);
  TIQU_ASSIGN_OR_RETURN(Dims sizes, IndexValues(context.input(1)));
  TIQU_ASSIGN_OR_RETURN(const int64_t wanted, IndexScalar(context.input(2)));
  TIQU_ASSIGN_OR_RETURN(const int axis, NormalizeAxis(wanted, in.shape().size()));
  int64_t rest = in.shape()[axis];
  int64_t* free_size = nullptr;
  bool sound = sizes.size() == parts;
  for (int64_t& size : sizes) {
    sound = sound && (size >= 0 || (size == -1 && free_size == nullptr)) && size <= rest;
    if (size == -1) {
      free_size = &size;
    } else {
      rest -= size;
    }
  }
  if (free_size != nullptr && sound) {
    *free_size = rest;
    rest = 0;
  }
  if (!sound || rest != 0) {
    return absl::InvalidArgumentError(absl::StrCat("sizes ", ShapeToString(sizes), " do not make up axis ", axis,
                                                   " of shape ", ShapeToString(in.shape())));
  }
  return CutAlong(context, in, axis, sizes);
}

absl::StatusOr<OpInstance> MakeSplitV(const NodeSpec& spec) {
  spec.ExpectInputs(3);
  spec.ExpectType(1, {kInt32, kInt64});
  spec.ExpectType(2, {kInt32});
  const int64_t parts = spec.Int("num_split", 0);
  if (parts < 1) return absl::InvalidArgumentError(absl::StrCat("num_split is ", parts));
  return OpInstance{std::vector<DataType>(parts, spec.input_type(0)),
                    [parts](OpContext& context) { return RunSplitV(context, static_cast<size_t>(parts)); }};
}

absl::Status RunUnpack(OpContext& context, int64_t parts, int64_t wanted_axis) {
  const Tensor& in = context.input(0);
  TIQU_ASSIGN_OR_RETURN(const int axis, NormalizeAxis(wanted_axis, in.shape().size()));
  if (in.shape()[axis] != parts) {
    return absl::InvalidArgumentError(
        absl::StrCat("axis ", axis, " of shape ", ShapeToString(in.shape()), " is not of size ", parts));
  }
  StridedView from{0, RowMajorStrides(in.shape())};
  const int64_t step = from.strides[axis];
  from.strides.erase(from.strides.begin() + axis);
  Shape shape = in.shape();
  shape.erase(shape.begin() + axis);
  for (int64_t i = 0; i < parts; ++i) {
    from.offset = i * step;
    TIQU_ASSIGN_OR_RETURN(Tensor * out, context.Allocate(static_cast<int>(i), in.type(), shape));
    CopyStrided(in, from, shape, {0, RowMajorStrides(shape)}, out);
  }
  return absl::OkStatus();
}

absl::StatusOr<OpInstance> MakeUnpack(const NodeSpec& spec) {
  spec.ExpectInputs(1);
  const int64_t parts = spec.Int("num", -1), axis = spec.Int("axis", 0);
  if (parts < 0) return absl::InvalidArgumentError(absl::StrCat("num is ", parts));
  return OpInstance{std::vector<DataType>(parts, spec.input_type(0)),
                    [parts, axis](OpContext& context) { return RunUnpack(context, parts, axis); }};
}

}  // namespace

void RegisterSliceOps(OpRegistry& registry) {
  registry.Add("Slice", MakeSlice, {kAnyName});
  registry.Add("StridedSlice", MakeStridedSlice,
               {kAnyName, "begin_mask, end_mask, ellipsis_mask, new_axis_mask, shrink_axis_mask"});
  registry.Add("Split", MakeSplit, {kAnyName, "num_split"});
  registry.Add("SplitV", MakeSplitV, {kAnyName, "num_split"});
  registry.Add("Unpack", MakeUnpack, {kAnyName, "num, axis"});
}

}  // namespace tiqu::engine
