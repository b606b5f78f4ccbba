// Truth: comparisons, LogicalAnd/Or/Not, Select.
#include <algorithm>
#include <functional>

#include "absl/strings/str_cat.h"
#include "engine/ops/broadcast.h"
#include "engine/ops/register.h"

namespace tiqu::engine {
namespace {

constexpr auto kBool = DataType::kBool;

template <template <typename> typename Relation, typename List>
absl::StatusOr<OpInstance> MakeComparison(const NodeSpec& spec) {
  spec.ExpectInputs(2);
  spec.ExpectSameType(0, 1);
  return DispatchType(spec, spec.input_type(0), List{}, [&](auto zero) {
    using T = decltype(zero);
    return OpInstance{{kBool}, [](OpContext& context) { return RunBinary<T, bool>(context, Relation<T>()); }};
  });
}

using EqualityTypes = Types<float, double, int32_t, int64_t, uint8_t, bool>;
constexpr char kEqualityNames[] = "float, double, int32, int64, uint8, bool, string";

template <template <typename> typename Relation>
absl::Status RunStringComparison(OpContext& context) {
  const Tensor &a = context.input(0), &b = context.input(1);
  TIQU_ASSIGN_OR_RETURN(const Shape shape, BroadcastShapes(a.shape(), b.shape()));
  TIQU_ASSIGN_OR_RETURN(Tensor * out, context.Allocate(0, kBool, shape));
  if (out->size() == 0) return absl::OkStatus();
  ApplyBroadcast(PlanBroadcast(a.shape(), b.shape(), shape), a.strings().data(), b.strings().data(), out->data<bool>(),
                 [](const std::string& x, const std::string& y) { return Relation<std::string>()(x, y); });
  return absl::OkStatus();
}

template <template <typename> typename Relation>
absl::StatusOr<OpInstance> MakeEquality(const NodeSpec& spec) {
  if (spec.input_type(0) != DataType::kString) return MakeComparison<Relation, EqualityTypes>(spec);
  spec.ExpectInputs(2);
  spec.ExpectSameType(0, 1);
  return OpInstance{{kBool}, RunStringComparison<Relation>};
}

template <typename Function>
absl::StatusOr<OpInstance> MakeLogical(const NodeSpec& spec) {
  spec.ExpectInputs(2);
  spec.ExpectType(0, {kBool});
  spec.ExpectType(1, {kBool});
  return OpInstance{{kBool}, [](OpContext& context) { return RunBinary<bool, bool>(context, Function()); }};
}

absl::StatusOr<OpInstance> MakeLogicalNot(const NodeSpec& spec) {
  spec.ExpectInputs(1);
  spec.ExpectType(0, {kBool});
  const auto run = [](OpContext& context) -> absl::Status {
    const Tensor& in = context.input(0);
    TIQU_ASSIGN_OR_RETURN(Tensor * out, context.Allocate(0, kBool, in.shape()));
    std::transform(in.data<bool>(), in.data<bool>() + in.size(), out->data<bool>(), std::logical_not<bool>());
    return absl::OkStatus();
  };
  return OpInstance{{kBool}, run};
}

// Select: condition of the operands' shape, a scalar, or a vector that chooses rows.
absl::Status RunSelect(OpContext& context) {
  const Tensor &condition = context.input(0), &a = context.input(1), &b = context.input(2);
  const bool rows = condition.shape().size() == 1 && !a.shape().empty() && condition.shape()[0] == a.shape()[0];
  const bool fits = condition.shape() == a.shape() || condition.shape().empty() || rows;
  if (a.shape() != b.shape() || !fits) {
    return absl::InvalidArgumentError(absl::StrCat("condition, then and else have shapes ",
                                                   ShapeToString(condition.shape()), ", ", ShapeToString(a.shape()),
                                                   " and ", ShapeToString(b.shape())));
  }
  TIQU_ASSIGN_OR_RETURN(Tensor * out, context.Allocate(0, a.type(), a.shape()));
  const int64_t run_length = condition.size() == 0 ? 0 : a.size() / condition.size();
  ForElementType(a, [&](auto zero) {
    using T = decltype(zero);
    for (int64_t i = 0; i < condition.size(); ++i) {
      const T* from = Elements<T>(condition.data<bool>()[i] ? a : b) + i * run_length;
      std::copy_n(from, run_length, Elements<T>(out) + i * run_length);
    }
  });
  return absl::OkStatus();
}

// SelectV2: all three broadcast.
absl::Status RunSelectV2(OpContext& context) {
  const Tensor& condition = context.input(0);
  TIQU_ASSIGN_OR_RETURN(Shape shape, BroadcastShapes(context.input(1).shape(), context.input(2).shape()));
  TIQU_ASSIGN_OR_RETURN(shape, BroadcastShapes(shape, condition.shape()));
  TIQU_ASSIGN_OR_RETURN(Tensor * out, context.Allocate(0, context.input(1).type(), shape));
  const StridedView whole{0, RowMajorStrides(shape)};
  const Tensor* sides[2] = {&context.input(2), &context.input(1)};
  TIQU_ASSIGN_OR_RETURN(Tensor then_values, NewTensor(out->type(), shape));
  CopyStrided(*sides[0], {0, BroadcastStrides(sides[0]->shape(), shape)}, shape, whole, out);
  CopyStrided(*sides[1], {0, BroadcastStrides(sides[1]->shape(), shape)}, shape, whole, &then_values);
  TIQU_ASSIGN_OR_RETURN(Tensor chosen, NewTensor(kBool, shape));
  CopyStrided(condition, {0, BroadcastStrides(condition.shape(), shape)}, shape, whole, &chosen);
  ForElementType(*out, [&](auto zero) {
    using T = decltype(zero);
    for (int64_t i = 0; i < out->size(); ++i) {
      if (chosen.data<bool>()[i]) Elements<T>(out)[i] = Elements<T>(then_values)[i];
    }
  });
  return absl::OkStatus();
}

absl::StatusOr<OpInstance> MakeSelect(const NodeSpec& spec) {
  spec.ExpectInputs(3);
  spec.ExpectType(0, {kBool});
  spec.ExpectSameType(1, 2);
  return OpInstance{{spec.input_type(1)}, spec.op() == "SelectV2" ? RunSelectV2 : RunSelect};
}

}  // namespace

void RegisterCompareOps(OpRegistry& registry) {
  registry.Add("Equal", MakeEquality<std::equal_to>, {kEqualityNames});
  registry.Add("NotEqual", MakeEquality<std::not_equal_to>, {kEqualityNames});
  registry.Add("Greater", MakeComparison<std::greater, NumberTypes>, {kNumberTypeNames});
  registry.Add("GreaterEqual", MakeComparison<std::greater_equal, NumberTypes>, {kNumberTypeNames});
  registry.Add("Less", MakeComparison<std::less, NumberTypes>, {kNumberTypeNames});
  registry.Add("LessEqual", MakeComparison<std::less_equal, NumberTypes>, {kNumberTypeNames});
  registry.Add("LogicalAnd", MakeLogical<std::logical_and<bool>>, {kBoolName});
  registry.Add("LogicalOr", MakeLogical<std::logical_or<bool>>, {kBoolName});
  registry.Add("LogicalNot", MakeLogicalNot, {kBoolName});
  registry.Add("Select", MakeSelect, {kAnyName});
  registry.Add("SelectV2", MakeSelect, {kAnyName});
}

}  // namespace tiqu::engine
