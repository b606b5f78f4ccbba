// Look-ups: Gather, GatherV2, ResourceGather, OneHot, ArgMax, ArgMin.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "engine/op_registry.h"
#include "engine/ops/index_error.h"
#include "engine/ops/register.h"
#include "engine/ops/shapes.h"
#include "engine/ops/types.h"

namespace tiqu::engine {
namespace {

// Where the rows lie, and how many of the first axes both sides share.
struct RowAxes {
  int axis = 0;
  int batch = 0;
};

// in seen as [batches, outer, rows, inner], out as [batches, outer, indices of a batch, inner].
template <typename T, typename Index>
void CopyRows(const Tensor& in, const Tensor& indices, const RowAxes& axes, Tensor* out) {
  const int64_t batches = CountDims(in.shape(), 0, axes.batch), outer = CountDims(in.shape(), axes.batch, axes.axis);
  const int64_t rows = in.shape()[axes.axis], inner = CountDims(in.shape(), axes.axis + 1, in.shape().size());
  const int64_t count = CountDims(indices.shape(), axes.batch, indices.shape().size());
  const Index* index = indices.data<Index>();
  const T* from = Elements<T>(in);
  T* to = Elements<T>(out);
  for (int64_t b = 0; b < batches; ++b, index += count) {
    for (int64_t o = 0; o < outer; ++o, from += rows * inner) {
      for (int64_t i = 0; i < count; ++i, to += inner) {
        std::copy_n(from + static_cast<int64_t>(index[i]) * inner, inner, to);
      }
    }
  }
}

absl::Status CheckBatch(const Tensor& in, const Tensor& indices, const RowAxes& axes) {
  const auto batch = static_cast<size_t>(axes.batch);
  bool fits = axes.batch <= axes.axis && batch <= indices.shape().size();
  for (size_t i = 0; fits && i < batch; ++i) fits = in.shape()[i] == indices.shape()[i];
  if (fits) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("batch_dims ", axes.batch, " and axis ", axes.axis, " for shapes ",
                                                 ShapeToString(in.shape()), " and ", ShapeToString(indices.shape())));
}

absl::Status GatherAlong(OpContext& context, int64_t wanted_axis, int64_t wanted_batch) {
  const Tensor &in = context.input(0), &indices = context.input(1);
  RowAxes axes;
  TIQU_ASSIGN_OR_RETURN(axes.axis, NormalizeAxis(wanted_axis, in.shape().size()));
  if (wanted_batch != 0) {
    TIQU_ASSIGN_OR_RETURN(axes.batch, NormalizeAxis(wanted_batch, indices.shape().size() + (wanted_batch > 0 ? 1 : 0)));
    TIQU_RETURN_IF_ERROR(CheckBatch(in, indices, axes));
  }
  TIQU_RETURN_IF_ERROR(CheckIndices(indices, in.shape()[axes.axis]));
  Shape shape(in.shape().begin(), in.shape().begin() + axes.axis);
  shape.insert(shape.end(), indices.shape().begin() + axes.batch, indices.shape().end());
  shape.insert(shape.end(), in.shape().begin() + axes.axis + 1, in.shape().end());
  TIQU_ASSIGN_OR_RETURN(Tensor * out, context.Allocate(0, in.type(), shape));
  ForElementType(in, [&](auto zero) {
    using T = decltype(zero);
    indices.type() == kInt64 ? CopyRows<T, int64_t>(in, indices, axes, out)
                             : CopyRows<T, int32_t>(in, indices, axes, out);
  });
  return absl::OkStatus();
}

absl::Status RunGather(OpContext& context) { return GatherAlong(context, 0, 0); }

absl::Status RunGatherV2(OpContext& context, int64_t batch_dims) {
  TIQU_ASSIGN_OR_RETURN(const int64_t axis, IndexScalar(context.input(2)));
  return GatherAlong(context, axis, batch_dims);
}

absl::StatusOr<OpInstance> MakeGather(const NodeSpec& spec) {
  const bool with_axis = spec.op() == "GatherV2";
  spec.ExpectInputs(with_axis ? 3 : 2);
  spec.ExpectType(1, {kInt32, kInt64});
  if (with_axis) spec.ExpectType(2, {kInt32, kInt64});
  if (!with_axis) return OpInstance{{spec.input_type(0)}, RunGather};
  const int64_t batch_dims = spec.Int("batch_dims", 0);
  return OpInstance{{spec.input_type(0)},
                    [batch_dims](OpContext& context) { return RunGatherV2(context, batch_dims); }};
}

absl::StatusOr<OpInstance> MakeResourceGather(const NodeSpec& spec) {
  spec.ExpectInputs(2);
  spec.ExpectType(1, {kInt32, kInt64});
  if (spec.Int("batch_dims", 0) != 0) return absl::UnimplementedError("batch_dims other than 0 is not supported");
  const Tensor* table = spec.constant(0);
  if (table == nullptr) return absl::InvalidArgumentError("reads something that is not a variable");
  return OpInstance{{table->type()}, RunGather};
}

template <typename T, typename Index>
absl::Status RunOneHot(OpContext& context, int64_t wanted_axis) {
  const Tensor& indices = context.input(0);
  TIQU_ASSIGN_OR_RETURN(const int64_t depth, IndexScalar(context.input(1)));
  if (depth < 0 || context.input(2).size() != 1 || context.input(3).size() != 1) {
    return absl::InvalidArgumentError(absl::StrCat("depth is ", depth, "; on and off values must be scalars"));
  }
  const size_t rank = indices.shape().size();
  TIQU_ASSIGN_OR_RETURN(const int axis, NormalizeAxis(wanted_axis, rank + 1));
  Shape shape = indices.shape();
  shape.insert(shape.begin() + axis, depth);
  TIQU_ASSIGN_OR_RETURN(Tensor * out, context.Allocate(0, DataTypeOf<T>::value, shape));
  std::fill_n(out->data<T>(), out->size(), context.input(3).data<T>()[0]);
  const T on = context.input(2).data<T>()[0];
  const int64_t inner = CountDims(indices.shape(), axis, rank);
  for (int64_t i = 0; i < indices.size(); ++i) {
    const auto hot = static_cast<int64_t>(indices.data<Index>()[i]);
    if (hot >= 0 && hot < depth) out->data<T>()[(i / inner * depth + hot) * inner + i % inner] = on;
  }
  return absl::OkStatus();
}

absl::StatusOr<OpInstance> MakeOneHot(const NodeSpec& spec) {
  spec.ExpectInputs(4);
  spec.ExpectType(1, {kInt32});
  spec.ExpectSameType(2, 3);
  const int64_t axis = spec.Int("axis", -1);
  using Values = Types<float, double, int32_t, int64_t, bool>;
  return DispatchType(spec, spec.input_type(2), Values{}, [&](auto zero) {
    return DispatchType(spec, spec.input_type(0), Types<int32_t, int64_t>{}, [&](auto index) {
      const auto run = [axis](OpContext& context) { return RunOneHot<decltype(zero), decltype(index)>(context, axis); };
      return OpInstance{{spec.input_type(2)}, run};
    });
  });
}

// Where along the axis the first best element stands.
template <typename T, typename Better>
void FindBest(const Tensor& in, int axis, Better better, Tensor* out) {
  const int64_t size = in.shape()[axis], inner = CountDims(in.shape(), axis + 1, in.shape().size());
  const bool wide = out->type() == kInt64;
  for (int64_t i = 0; i < out->size(); ++i) {
    const T* column = in.data<T>() + i / inner * size * inner + i % inner;
    int64_t best = 0;
    for (int64_t j = 1; j < size; ++j) {
      if (better(column[j * inner], column[best * inner])) best = j;
    }
    wide ? static_cast<void>(out->data<int64_t>()[i] = best)
         : static_cast<void>(out->data<int32_t>()[i] = static_cast<int32_t>(best));
  }
}

template <typename T, typename Better>
absl::Status RunArg(OpContext& context, DataType type) {
  const Tensor& in = context.input(0);
  TIQU_ASSIGN_OR_RETURN(const int64_t wanted, IndexScalar(context.input(1)));
  TIQU_ASSIGN_OR_RETURN(const int axis, NormalizeAxis(wanted, in.shape().size()));
  if (in.shape()[axis] == 0) return absl::InvalidArgumentError("there is no best of no elements");
  Shape shape = in.shape();
  shape.erase(shape.begin() + axis);
  TIQU_ASSIGN_OR_RETURN(Tensor * out, context.Allocate(0, type, shape));
  FindBest<T>(in, axis, Better(), out);
  return absl::OkStatus();
}

template <template <typename> typename Better>
absl::StatusOr<OpInstance> MakeArg(const NodeSpec& spec) {
  spec.ExpectInputs(2);
  spec.ExpectType(1, {kInt32, kInt64});
  const DataType type = spec.Type("output_type", kInt64);
  if (type != kInt32 && type != kInt64) return spec.UnsupportedType(type);
  return DispatchType(spec, spec.input_type(0), NumberTypes{}, [&](auto zero) {
    using T = decltype(zero);
    return OpInstance{{type}, [type](OpContext& context) { return RunArg<T, Better<T>>(context, type); }};
  });
}

}  // namespace

void RegisterGatherOps(OpRegistry& registry) {
  registry.Add("Gather", MakeGather, {kAnyName});
  registry.Add("GatherV2", MakeGather, {kAnyName, "batch_dims"});
  registry.Add("ResourceGather", MakeResourceGather, {kAnyName, "batch_dims (0)"});
  registry.Add("OneHot", MakeOneHot, {"float, double, int32, int64, bool", "axis"});
  registry.Add("ArgMax", MakeArg<std::greater>, {kNumberTypeNames, "output_type (int32, int64)"});
  registry.Add("ArgMin", MakeArg<std::less>, {kNumberTypeNames, "output_type (int32, int64)"});
}

}  // namespace tiqu::engine
