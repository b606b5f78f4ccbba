// Arithmetic on two operands, with broadcasting; AddN, BiasAdd and ClipByValue.
#include <algorithm>
#include <cmath>
#include <limits>
#include <type_traits>

#include "absl/strings/str_cat.h"
#include "engine/ops/broadcast.h"
#include "engine/ops/register.h"

namespace tiqu::engine {
namespace {

// Integers wrap around, as they do in TensorFlow.
template <typename T, typename Function>
T Wrapping(T a, T b, Function function) {
  if constexpr (std::is_integral_v<T>) {
    using U = std::make_unsigned_t<T>;
    return static_cast<T>(function(static_cast<U>(a), static_cast<U>(b)));
  } else {
    return function(a, b);
  }
}

struct AddFunction {
  template <typename T>
  T operator()(T a, T b) const {
    return Wrapping(a, b, [](auto x, auto y) { return x + y; });
  }
};
struct SubFunction {
  template <typename T>
  T operator()(T a, T b) const {
    return Wrapping(a, b, [](auto x, auto y) { return x - y; });
  }
};
struct MulFunction {
  template <typename T>
  T operator()(T a, T b) const {
    return Wrapping(a, b, [](auto x, auto y) { return x * y; });
  }
};
// A NaN on either side is the result, as in TensorFlow.
struct MaximumFunction {
  template <typename T>
  T operator()(T a, T b) const {
    return a < b || b != b ? b : a;
  }
};
struct MinimumFunction {
  template <typename T>
  T operator()(T a, T b) const {
    return b < a || b != b ? b : a;
  }
};
struct SquaredDifferenceFunction {
  template <typename T>
  T operator()(T a, T b) const {
    return MulFunction()(SubFunction()(a, b), SubFunction()(a, b));
  }
};
// Integer divisors are never 0 here; the smallest integer over -1 wraps around to itself.
struct DivFunction {
  template <typename T>
  T operator()(T a, T b) const {
    if constexpr (std::is_integral_v<T>) return b == -1 ? SubFunction()(T{0}, a) : a / b;
    return a / b;
  }
};
struct FloorDivFunction {
  template <typename T>
  T operator()(T a, T b) const {
    if constexpr (std::is_floating_point_v<T>) {
      return std::floor(a / b);
    } else {
      if (b == -1) return SubFunction()(T{0}, a);
      return a / b - static_cast<T>(a % b != 0 && (a < 0) != (b < 0));
    }
  }
};
struct FloorModFunction {
  template <typename T>
  T operator()(T a, T b) const {
    if constexpr (std::is_floating_point_v<T>) {
      const T rest = std::fmod(a, b);
      return rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest;
    } else {
      if (b == -1) return T{0};
      const T rest = a % b;
      return rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest;
    }
  }
};
struct DivNoNanFunction {
  template <typename T>
  T operator()(T a, T b) const {
    return b == T{0} ? T{0} : a / b;
  }
};
// The remainder with the sign of the dividend.
struct TruncateModFunction {
  template <typename T>
  T operator()(T a, T b) const {
    if constexpr (std::is_floating_point_v<T>) return std::fmod(a, b);
    if constexpr (std::is_integral_v<T>) return b == -1 ? T{0} : a % b;
  }
};
struct PowFunction {
  template <typename T>
  T operator()(T a, T b) const {
    return std::pow(a, b);
  }
};

template <typename Function, typename List = NumberTypes>
absl::StatusOr<OpInstance> MakeBinary(const NodeSpec& spec) {
  spec.ExpectInputs(2);
  spec.ExpectSameType(0, 1);
  return DispatchType(spec, spec.input_type(0), List{}, [&](auto zero) {
    using T = decltype(zero);
    return OpInstance{{spec.input_type(0)}, [](OpContext& context) { return RunBinary<T, T>(context, Function()); }};
  });
}

template <typename Function>
absl::StatusOr<OpInstance> MakeDivision(const NodeSpec& spec) {
  absl::StatusOr<OpInstance> op = MakeBinary<Function>(spec);
  const DataType type = spec.input_type(0);
  if (!op.ok() || type == DataType::kFloat || type == DataType::kDouble) return op;
  op->run = [divide = op->run, type](OpContext& context) -> absl::Status {
    const Tensor& divisor = context.input(1);
    for (int64_t i = 0; i < divisor.size(); ++i) {
      const bool zero = type == DataType::kInt64 ? divisor.data<int64_t>()[i] == 0 : divisor.data<int32_t>()[i] == 0;
      if (zero) return absl::InvalidArgumentError("integer division by zero");
    }
    return divide(context);
  };
  return op;
}

template <typename T>
absl::Status RunAddN(OpContext& context) {
  const Tensor& head = context.input(0);
  TIQU_ASSIGN_OR_RETURN(Tensor * out, context.Allocate(0, head.type(), head.shape()));
  std::copy_n(head.data<T>(), head.size(), out->data<T>());
  for (int i = 1; i < context.input_count(); ++i) {
    const Tensor& term = context.input(i);
    if (term.shape() != head.shape()) {
      return absl::InvalidArgumentError(
          absl::StrCat("cannot add shapes ", ShapeToString(head.shape()), " and ", ShapeToString(term.shape())));
    }
    std::transform(out->data<T>(), out->data<T>() + out->size(), term.data<T>(), out->data<T>(), AddFunction());
  }
  return absl::OkStatus();
}

absl::StatusOr<OpInstance> MakeAddN(const NodeSpec& spec) {
  spec.ExpectInputs(1, 1 << 20);
  for (int i = 1; i < spec.input_count(); ++i) spec.ExpectSameType(0, i);
  return DispatchType(spec, spec.input_type(0), NumberTypes{}, [&](auto zero) {
    return OpInstance{{spec.input_type(0)}, RunAddN<decltype(zero)>};
  });
}

absl::StatusOr<OpInstance> MakeBiasAdd(const NodeSpec& spec) {
  if (const std::string format = spec.String("data_format", "NHWC"); format != "NHWC") {
    return absl::UnimplementedError(absl::StrCat("data_format ", format, " is not supported"));
  }
  absl::StatusOr<OpInstance> op = MakeBinary<AddFunction>(spec);
  if (!op.ok()) return op;
  op->run = [add = op->run](OpContext& context) -> absl::Status {
    const Shape &in = context.input(0).shape(), &bias = context.input(1).shape();
    if (in.size() < 2 || bias.size() != 1 || in.back() != bias[0]) {
      return absl::InvalidArgumentError(
          absl::StrCat("bias of shape ", ShapeToString(bias), " for an input of shape ", ShapeToString(in)));
    }
    return add(context);
  };
  return op;
}

// The bounds are scalars or have the input's shape.
template <typename T>
absl::Status RunClip(OpContext& context) {
  const Tensor &in = context.input(0), &least = context.input(1), &most = context.input(2);
  for (const Tensor* bound : {&least, &most}) {
    if (bound->size() == 1 || bound->shape() == in.shape()) continue;
    return absl::InvalidArgumentError(absl::StrCat("a bound has shape ", ShapeToString(bound->shape()),
                                                   " for an input of shape ", ShapeToString(in.shape())));
  }
  TIQU_ASSIGN_OR_RETURN(Tensor * out, context.Allocate(0, in.type(), in.shape()));
  for (int64_t i = 0; i < in.size(); ++i) {
    const T low = least.data<T>()[least.size() == 1 ? 0 : i], high = most.data<T>()[most.size() == 1 ? 0 : i];
    const T value = in.data<T>()[i];
    out->data<T>()[i] = value < low ? low : (value > high ? high : value);
  }
  return absl::OkStatus();
}

absl::StatusOr<OpInstance> MakeClip(const NodeSpec& spec) {
  spec.ExpectInputs(3);
  spec.ExpectSameType(0, 1);
  spec.ExpectSameType(0, 2);
  return DispatchType(spec, spec.input_type(0), NumberTypes{}, [&](auto zero) {
    return OpInstance{{spec.input_type(0)}, RunClip<decltype(zero)>};
  });
}

}  // namespace

void RegisterBinaryOps(OpRegistry& registry) {
  registry.Add("Add", MakeBinary<AddFunction>, {kNumberTypeNames});
  registry.Add("AddV2", MakeBinary<AddFunction>, {kNumberTypeNames});
  registry.Add("Sub", MakeBinary<SubFunction>, {kNumberTypeNames});
  registry.Add("Mul", MakeBinary<MulFunction>, {kNumberTypeNames});
  registry.Add("Maximum", MakeBinary<MaximumFunction>, {kNumberTypeNames});
  registry.Add("Minimum", MakeBinary<MinimumFunction>, {kNumberTypeNames});
  registry.Add("SquaredDifference", MakeBinary<SquaredDifferenceFunction>, {kNumberTypeNames});
  registry.Add("RealDiv", MakeBinary<DivFunction, FloatTypes>, {kFloatTypeNames});
  registry.Add("Pow", MakeBinary<PowFunction, FloatTypes>, {kFloatTypeNames});
  registry.Add("Div", MakeDivision<DivFunction>, {kNumberTypeNames});
  registry.Add("FloorDiv", MakeDivision<FloorDivFunction>, {kNumberTypeNames});
  registry.Add("FloorMod", MakeDivision<FloorModFunction>, {kNumberTypeNames});
  registry.Add("TruncateDiv", MakeDivision<DivFunction>, {kNumberTypeNames});
  registry.Add("TruncateMod", MakeDivision<TruncateModFunction>, {kNumberTypeNames});
  registry.Add("Mod", MakeDivision<TruncateModFunction>, {kNumberTypeNames});
  registry.Add("DivNoNan", MakeBinary<DivNoNanFunction, FloatTypes>, {kFloatTypeNames});
  registry.Add("ClipByValue", MakeClip, {kNumberTypeNames});
  registry.Add("AddN", MakeAddN, {kNumberTypeNames});
  registry.Add("BiasAdd", MakeBiasAdd, {kNumberTypeNames, "data_format (NHWC)"});
}

}  // namespace tiqu::engine
