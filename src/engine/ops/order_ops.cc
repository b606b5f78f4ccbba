// Elements in another order: ReverseV2, ReverseSequence, MirrorPad, TopKV2, Where, InvertPermutation, MatrixBandPart.
#include <algorithm>
#include <numeric>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "engine/op_registry.h"
#include "engine/ops/register.h"
#include "engine/ops/shapes.h"
#include "engine/ops/types.h"

namespace tiqu::engine {
namespace {

absl::Status RunReverse(OpContext& context) {
  const Tensor& in = context.input(0);
  TIQU_ASSIGN_OR_RETURN(const Dims axes, IndexValues(context.input(1)));
  StridedView from{0, RowMajorStrides(in.shape())};
  std::vector<bool> reversed(in.shape().size(), false);
  for (const int64_t wanted : axes) {
    TIQU_ASSIGN_OR_RETURN(const int axis, NormalizeAxis(wanted, in.shape().size()));
    if (reversed[axis]) return absl::InvalidArgumentError(absl::StrCat("axis ", axis, " stands twice"));
    reversed[axis] = true;
    from.offset += (in.shape()[axis] - 1) * from.strides[axis];
    from.strides[axis] = -from.strides[axis];
  }
  TIQU_ASSIGN_OR_RETURN(Tensor * out, context.Allocate(0, in.type(), in.shape()));
  CopyStrided(in, from, in.shape(), {0, RowMajorStrides(in.shape())}, out);
  return absl::OkStatus();
}

absl::StatusOr<OpInstance> MakeReverse(const NodeSpec& spec) {
  spec.ExpectInputs(2);
  spec.ExpectType(1, {kInt32, kInt64});
  return OpInstance{{spec.input_type(0)}, RunReverse};
}

absl::Status RunReverseSequence(OpContext& context, int64_t wanted_sequence, int64_t wanted_batch) {
  const Tensor& in = context.input(0);
  const size_t rank = in.shape().size();
  TIQU_ASSIGN_OR_RETURN(const int sequence, NormalizeAxis(wanted_sequence, rank));
  TIQU_ASSIGN_OR_RETURN(const int batch, NormalizeAxis(wanted_batch, rank));
  TIQU_ASSIGN_OR_RETURN(const Dims lengths, IndexValues(context.input(1)));
  if (sequence == batch || static_cast<int64_t>(lengths.size()) != in.shape()[batch]) {
    return absl::InvalidArgumentError(absl::StrCat(lengths.size(), " lengths, axis ", sequence, " and batch axis ",
                                                   batch, " for shape ", ShapeToString(in.shape())));
  }
  TIQU_ASSIGN_OR_RETURN(Tensor * out, context.Allocate(0, in.type(), in.shape()));
  const Dims strides = RowMajorStrides(in.shape());
  Shape box = in.shape();
  box[batch] = 1;
  for (size_t b = 0; b < lengths.size(); ++b) {
    const int64_t length = lengths[b], start = static_cast<int64_t>(b) * strides[batch];
    if (length < 0 || length > in.shape()[sequence]) {
      return absl::InvalidArgumentError(absl::StrCat("length ", length, " is not in [0, ", in.shape()[sequence], "]"));
    }
    StridedView from{start + (length - 1) * strides[sequence], strides};
    from.strides[sequence] = -strides[sequence];
    box[sequence] = length;
    CopyStrided(in, from, box, {start, strides}, out);
    box[sequence] = in.shape()[sequence] - length;
    CopyStrided(in, {start + length * strides[sequence], strides}, box, {start + length * strides[sequence], strides},
                out);
  }
  return absl::OkStatus();
}

absl::StatusOr<OpInstance> MakeReverseSequence(const NodeSpec& spec) {
  spec.ExpectInputs(2);
  spec.ExpectType(1, {kInt32, kInt64});
  const int64_t sequence = spec.Int("seq_dim", 0), batch = spec.Int("batch_dim", 0);
  return OpInstance{{spec.input_type(0)},
                    [=](OpContext& context) { return RunReverseSequence(context, sequence, batch); }};
}

// Where along an axis of `size` elements the one stands that is seen at `position` of the padded axis.
int64_t MirroredPosition(int64_t position, int64_t size, bool reflect) {
  if (position < 0) return reflect ? -position : -position - 1;
  if (position >= size) return reflect ? 2 * size - 2 - position : 2 * size - 1 - position;
  return position;
}

absl::Status RunMirrorPad(OpContext& context, bool reflect) {
  const Tensor& in = context.input(0);
  TIQU_ASSIGN_OR_RETURN(const Dims paddings, IndexValues(context.input(1)));
  const size_t rank = in.shape().size();
  if (paddings.size() != 2 * rank) {
    return absl::InvalidArgumentError(absl::StrCat("paddings of shape ", ShapeToString(context.input(1).shape()),
                                                   " for an input of shape ", ShapeToString(in.shape())));
  }
  Shape shape(rank);
  for (size_t i = 0; i < rank; ++i) {
    const int64_t most = in.shape()[i] - (reflect ? 1 : 0), before = paddings[2 * i], after = paddings[2 * i + 1];
    if (before < 0 || after < 0 || before > most || after > most) {
      return absl::InvalidArgumentError(
          absl::StrCat("axis ", i, " of ", in.shape()[i], " elements cannot be mirrored by ", before, " and ", after));
    }
    shape[i] = before + in.shape()[i] + after;
  }
  TIQU_ASSIGN_OR_RETURN(Tensor * out, context.Allocate(0, in.type(), shape));
  const Dims strides = RowMajorStrides(in.shape()), out_strides = RowMajorStrides(shape);
  ForElementType(in, [&](auto zero) {
    using T = decltype(zero);
    for (int64_t i = 0; i < out->size(); ++i) {
      int64_t at = 0;
      for (size_t axis = 0; axis < rank; ++axis) {
        const int64_t position = i / out_strides[axis] % shape[axis] - paddings[2 * axis];
        at += MirroredPosition(position, in.shape()[axis], reflect) * strides[axis];
      }
      Elements<T>(out)[i] = Elements<T>(in)[at];
    }
  });
  return absl::OkStatus();
}

absl::StatusOr<OpInstance> MakeMirrorPad(const NodeSpec& spec) {
  spec.ExpectInputs(2);
  spec.ExpectType(1, {kInt32, kInt64});
  const std::string mode = spec.String("mode", "");
  if (mode != "REFLECT" && mode != "SYMMETRIC") return absl::InvalidArgumentError(absl::StrCat("mode is ", mode));
  return OpInstance{{spec.input_type(0)},
                    [reflect = mode == "REFLECT"](OpContext& context) { return RunMirrorPad(context, reflect); }};
}

// The k largest of each row, the largest first; of equal ones, the first. NaN counts as the largest.
template <typename T>
absl::Status RunTopK(OpContext& context, DataType index_type) {
  const Tensor& in = context.input(0);
  TIQU_ASSIGN_OR_RETURN(const int64_t k, IndexScalar(context.input(1)));
  if (in.shape().empty() || k < 0 || k > in.shape().back()) {
    return absl::InvalidArgumentError(absl::StrCat("the ", k, " largest of rows of shape ", ShapeToString(in.shape())));
  }
  Shape shape = in.shape();
  shape.back() = k;
  TIQU_ASSIGN_OR_RETURN(Tensor * values, context.Allocate(0, in.type(), shape));
  TIQU_ASSIGN_OR_RETURN(Tensor * indices, context.Allocate(1, index_type, shape));
  const int64_t columns = in.shape().back(), rows = k == 0 ? 0 : values->size() / k;
  std::vector<int64_t> order(columns);
  for (int64_t r = 0; r < rows; ++r) {
    const T* row = in.data<T>() + r * columns;
    std::iota(order.begin(), order.end(), 0);
    std::partial_sort(order.begin(), order.begin() + k, order.end(), [row](int64_t a, int64_t b) {
      const bool a_nan = row[a] != row[a], b_nan = row[b] != row[b];
      if (a_nan || b_nan) return a_nan && b_nan ? a < b : a_nan;
      return row[a] != row[b] ? row[a] > row[b] : a < b;
    });
    for (int64_t i = 0; i < k; ++i) {
      values->data<T>()[r * k + i] = row[order[i]];
      index_type == kInt64 ? static_cast<void>(indices->data<int64_t>()[r * k + i] = order[i])
                           : static_cast<void>(indices->data<int32_t>()[r * k + i] = static_cast<int32_t>(order[i]));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<OpInstance> MakeTopK(const NodeSpec& spec) {
  spec.ExpectInputs(2);
  spec.ExpectType(1, {kInt32, kInt64});
  const DataType index_type = spec.Type("index_type", kInt32);
  if (index_type != kInt32 && index_type != kInt64) return spec.UnsupportedType(index_type);
  return DispatchType(spec, spec.input_type(0), NumberTypes{}, [&](auto zero) {
    using T = decltype(zero);
    return OpInstance{{spec.input_type(0), index_type},
                      [index_type](OpContext& context) { return RunTopK<T>(context, index_type); }};
  });
}

// The positions of what is not zero, a row each.
template <typename T>
absl::Status RunWhere(OpContext& context) {
  const Tensor& in = context.input(0);
  const auto rank = static_cast<int64_t>(in.shape().size());
  const int64_t found = std::count_if(in.data<T>(), in.data<T>() + in.size(), [](T value) { return value != T{}; });
  TIQU_ASSIGN_OR_RETURN(Tensor * out, context.Allocate(0, kInt64, {found, rank}));
  const Dims strides = RowMajorStrides(in.shape());
  int64_t* to = out->data<int64_t>();
  for (int64_t i = 0; i < in.size(); ++i) {
    if (in.data<T>()[i] == T{}) continue;
    for (int64_t axis = 0; axis < rank; ++axis) *to++ = i / strides[axis] % in.shape()[axis];
  }
  return absl::OkStatus();
}

absl::StatusOr<OpInstance> MakeWhere(const NodeSpec& spec) {
  spec.ExpectInputs(1);
  using Values = Types<float, double, int32_t, int64_t, uint8_t, bool>;
  return DispatchType(spec, spec.input_type(0), Values{}, [&](auto zero) {
    return OpInstance{{kInt64}, RunWhere<decltype(zero)>};
  });
}

template <typename T>
absl::Status RunInvertPermutation(OpContext& context) {
  const Tensor& in = context.input(0);
  if (in.shape().size() != 1) return absl::InvalidArgumentError("a permutation is a vector");
  TIQU_ASSIGN_OR_RETURN(Tensor * out, context.Allocate(0, in.type(), in.shape()));
  std::fill_n(out->data<T>(), in.size(), T{-1});
  for (int64_t i = 0; i < in.size(); ++i) {
    const T value = in.data<T>()[i];
    if (value < 0 || value >= in.size() || out->data<T>()[value] != -1) {
      return absl::InvalidArgumentError(absl::StrCat("no permutation: ", value, " is out of range or stands twice"));
    }
    out->data<T>()[value] = static_cast<T>(i);
  }
  return absl::OkStatus();
}

absl::StatusOr<OpInstance> MakeInvertPermutation(const NodeSpec& spec) {
  spec.ExpectInputs(1);
  return DispatchType(spec, spec.input_type(0), Types<int32_t, int64_t>{}, [&](auto zero) {
    return OpInstance{{spec.input_type(0)}, RunInvertPermutation<decltype(zero)>};
  });
}

// Keeps `lower` diagonals below the main one and `upper` above, all where negative; the rest becomes 0.
template <typename T>
absl::Status RunBandPart(OpContext& context) {
  const Tensor& in = context.input(0);
  TIQU_ASSIGN_OR_RETURN(const int64_t lower, IndexScalar(context.input(1)));
  TIQU_ASSIGN_OR_RETURN(const int64_t upper, IndexScalar(context.input(2)));
  const size_t rank = in.shape().size();
  if (rank < 2) return absl::InvalidArgumentError(absl::StrCat("shape ", ShapeToString(in.shape()), " is no matrix"));
  TIQU_ASSIGN_OR_RETURN(Tensor * out, context.Allocate(0, in.type(), in.shape()));
  const int64_t rows = in.shape()[rank - 2], columns = in.shape()[rank - 1];
  for (int64_t i = 0; i < in.size(); ++i) {
    const int64_t row = i / columns % rows, column = i % columns;
    const bool kept = (lower < 0 || row - column <= lower) && (upper < 0 || column - row <= upper);
    out->data<T>()[i] = kept ? in.data<T>()[i] : T{};
  }
  return absl::OkStatus();
}

absl::StatusOr<OpInstance> MakeBandPart(const NodeSpec& spec) {
  spec.ExpectInputs(3);
  spec.ExpectType(1, {kInt32, kInt64});
  spec.ExpectType(2, {kInt32, kInt64});
  using Values = Types<float, double, int32_t, int64_t, bool>;
  return DispatchType(spec, spec.input_type(0), Values{}, [&](auto zero) {
    return OpInstance{{spec.input_type(0)}, RunBandPart<decltype(zero)>};
  });
}

}  // namespace

void RegisterOrderOps(OpRegistry& registry) {
  registry.Add("ReverseV2", MakeReverse, {kAnyName});
  registry.Add("ReverseSequence", MakeReverseSequence, {kAnyName, "seq_dim, batch_dim"});
  registry.Add("MirrorPad", MakeMirrorPad, {kAnyName, "mode (REFLECT, SYMMETRIC)"});
  registry.Add("TopKV2", MakeTopK, {kNumberTypeNames, "index_type (int32, int64); always sorted"});
  registry.Add("Where", MakeWhere, {"float, double, int32, int64, uint8, bool"});
  registry.Add("InvertPermutation", MakeInvertPermutation, {"int32, int64"});
  registry.Add("MatrixBandPart", MakeBandPart, {"float, double, int32, int64, bool"});
}

}  // namespace tiqu::engine
