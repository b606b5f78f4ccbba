// Functions of one operand, elementwise, and softmax over the last axis.
#include <algorithm>
#include <cmath>
#include <type_traits>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "engine/kernels/elementwise.h"
#include "engine/op_registry.h"
#include "engine/ops/register.h"
#include "engine/ops/shapes.h"

namespace tiqu::engine {
namespace {

struct NegFunction {
  template <typename T>
  T operator()(T x) const {
    if constexpr (std::is_integral_v<T>) return static_cast<T>(-static_cast<std::make_unsigned_t<T>>(x));
    return -x;
  }
};
struct AbsFunction {
  template <typename T>
  T operator()(T x) const {
    return x < T{0} ? NegFunction()(x) : (x == T{0} ? T{0} : x);
  }
};
struct SquareFunction {
  template <typename T>
  T operator()(T x) const {
    if constexpr (std::is_integral_v<T>) {
      using U = std::make_unsigned_t<T>;
      return static_cast<T>(static_cast<U>(x) * static_cast<U>(x));
    } else {
      return x * x;
    }
  }
};
struct SignFunction {
  template <typename T>
  T operator()(T x) const {
    return x > T{0} ? T{1} : (x < T{0} ? T{-1} : x);
  }
};
// NaN passes through, as in TensorFlow.
struct ReluFunction {
  template <typename T>
  T operator()(T x) const {
    return x < T{0} ? T{0} : x;
  }
};
struct Relu6Function {
  template <typename T>
  T operator()(T x) const {
    return x < T{0} ? T{0} : (x > T{6} ? T{6} : x);
  }
};

#define TIQU_FLOAT_FUNCTION(name, expression) \
  struct name##Function {                     \
    template <typename T>                     \
    T operator()(T x) const {                 \
      return expression;                      \
    }                                         \
  }
TIQU_FLOAT_FUNCTION(Sqrt, std::sqrt(x));
TIQU_FLOAT_FUNCTION(Rsqrt, T{1} / std::sqrt(x));
TIQU_FLOAT_FUNCTION(Reciprocal, T{1} / x);
TIQU_FLOAT_FUNCTION(Floor, std::floor(x));
TIQU_FLOAT_FUNCTION(Ceil, std::ceil(x));
TIQU_FLOAT_FUNCTION(Rint, std::nearbyint(x));  // halves to even: the default rounding mode
TIQU_FLOAT_FUNCTION(Exp, std::exp(x));
TIQU_FLOAT_FUNCTION(Expm1, std::expm1(x));
TIQU_FLOAT_FUNCTION(Log, std::log(x));
TIQU_FLOAT_FUNCTION(Log1p, std::log1p(x));
TIQU_FLOAT_FUNCTION(Sigmoid, T{1} / (T{1} + std::exp(-x)));
TIQU_FLOAT_FUNCTION(Tanh, std::tanh(x));
TIQU_FLOAT_FUNCTION(Erf, std::erf(x));
TIQU_FLOAT_FUNCTION(Erfc, std::erfc(x));
TIQU_FLOAT_FUNCTION(Sin, std::sin(x));
TIQU_FLOAT_FUNCTION(Cos, std::cos(x));
TIQU_FLOAT_FUNCTION(Selu, T(1.0507009873554804934193349852946) *
                              (x < T{0} ? T(1.6732632423543772848170429916717) * std::expm1(x) : x));
TIQU_FLOAT_FUNCTION(Elu, x < T{0} ? std::expm1(x) : x);
TIQU_FLOAT_FUNCTION(Softplus, std::max(x, T{0}) + std::log1p(std::exp(-std::abs(x))));
TIQU_FLOAT_FUNCTION(Softsign, x / (T{1} + std::abs(x)));
#undef TIQU_FLOAT_FUNCTION

template <typename T, typename Function>
absl::Status RunUnary(OpContext& context, Function function) {
  const Tensor& in = context.input(0);
  TIQU_ASSIGN_OR_RETURN(Tensor * out, context.Allocate(0, in.type(), in.shape()));
  std::transform(in.data<T>(), in.data<T>() + in.size(), out->data<T>(), function);
  return absl::OkStatus();
}

template <typename Function, typename List = FloatTypes>
absl::StatusOr<OpInstance> MakeUnary(const NodeSpec& spec) {
  spec.ExpectInputs(1);
  return DispatchType(spec, spec.input_type(0), List{}, [&](auto zero) {
    using T = decltype(zero);
    return OpInstance{{spec.input_type(0)}, [](OpContext& context) { return RunUnary<T>(context, Function()); }};
  });
}

struct IsNanFunction {
  template <typename T>
  bool operator()(T x) const {
    return std::isnan(x);
  }
};
struct IsInfFunction {
  template <typename T>
  bool operator()(T x) const {
    return std::isinf(x);
  }
};
struct IsFiniteFunction {
  template <typename T>
  bool operator()(T x) const {
    return std::isfinite(x);
  }
};

template <typename Function>
absl::StatusOr<OpInstance> MakeTest(const NodeSpec& spec) {
  spec.ExpectInputs(1);
  return DispatchType(spec, spec.input_type(0), FloatTypes{}, [&](auto zero) {
    using T = decltype(zero);
    const auto run = [](OpContext& context) -> absl::Status {
      const Tensor& in = context.input(0);
      TIQU_ASSIGN_OR_RETURN(Tensor * out, context.Allocate(0, DataType::kBool, in.shape()));
      std::transform(in.data<T>(), in.data<T>() + in.size(), out->data<bool>(), Function());
      return absl::OkStatus();
    };
    return OpInstance{{DataType::kBool}, run};
  });
}

// Float32 goes through a vector kernel, double through the plain function.
using VectorKernel = void (*)(int64_t count, const float* in, float* out);

template <VectorKernel kKernel, typename Function>
absl::StatusOr<OpInstance> MakeVectorUnary(const NodeSpec& spec) {
  absl::StatusOr<OpInstance> op = MakeUnary<Function>(spec);
  if (!op.ok() || spec.input_type(0) != DataType::kFloat) return op;
  op->run = [](OpContext& context) -> absl::Status {
    const Tensor& in = context.input(0);
    TIQU_ASSIGN_OR_RETURN(Tensor * out, context.Allocate(0, in.type(), in.shape()));
    kKernel(in.size(), in.data<float>(), out->data<float>());
    return absl::OkStatus();
  };
  return op;
}

absl::StatusOr<OpInstance> MakeLeakyRelu(const NodeSpec& spec) {
  spec.ExpectInputs(1);
  spec.ExpectType(0, {DataType::kFloat});
  const float alpha = spec.Float("alpha", 0.2F);
  const auto run = [alpha](OpContext& context) {
    return RunUnary<float>(context, [alpha](float x) { return x < 0 ? alpha * x : x; });
  };
  return OpInstance{{DataType::kFloat}, run};
}

absl::Status RunSoftmax(OpContext& context, bool logarithm) {
  const Tensor& in = context.input(0);
  if (in.shape().empty()) return absl::InvalidArgumentError("softmax of a scalar");
  TIQU_ASSIGN_OR_RETURN(Tensor * out, context.Allocate(0, in.type(), in.shape()));
  const int64_t columns = in.shape().back(), rows = columns == 0 ? 0 : in.size() / columns;
  if (!logarithm) {
    kernels::SoftmaxRows(rows, columns, in.data<float>(), out->data<float>());
    return absl::OkStatus();
  }
  for (int64_t r = 0; r < rows; ++r) {
    const float* row = in.data<float>() + r * columns;
    const float largest = *std::max_element(row, row + columns);
    double sum = 0;
    for (int64_t i = 0; i < columns; ++i) sum += std::exp(double{row[i]} - largest);
    const auto shift = static_cast<float>(std::log(sum));
    for (int64_t i = 0; i < columns; ++i) out->data<float>()[r * columns + i] = row[i] - largest - shift;
  }
  return absl::OkStatus();
}

absl::StatusOr<OpInstance> MakeSoftmax(const NodeSpec& spec) {
  spec.ExpectInputs(1);
  spec.ExpectType(0, {DataType::kFloat});
  const bool logarithm = spec.op() == "LogSoftmax";
  return OpInstance{{DataType::kFloat}, [logarithm](OpContext& context) { return RunSoftmax(context, logarithm); }};
}

}  // namespace

void RegisterUnaryOps(OpRegistry& registry) {
  registry.Add("Exp", MakeVectorUnary<kernels::ExpVector, ExpFunction>, {kFloatTypeNames});
  registry.Add("Log", MakeVectorUnary<kernels::LogVector, LogFunction>, {kFloatTypeNames});
  registry.Add("Sigmoid", MakeVectorUnary<kernels::SigmoidVector, SigmoidFunction>, {kFloatTypeNames});
  registry.Add("Tanh", MakeVectorUnary<kernels::TanhVector, TanhFunction>, {kFloatTypeNames});
  registry.Add("Neg", MakeUnary<NegFunction, NumberTypes>, {kNumberTypeNames});
  registry.Add("Abs", MakeUnary<AbsFunction, NumberTypes>, {kNumberTypeNames});
  registry.Add("Square", MakeUnary<SquareFunction, NumberTypes>, {kNumberTypeNames});
  registry.Add("Sign", MakeUnary<SignFunction, NumberTypes>, {kNumberTypeNames});
  registry.Add("Relu", MakeUnary<ReluFunction, NumberTypes>, {kNumberTypeNames});
  registry.Add("Relu6", MakeUnary<Relu6Function, NumberTypes>, {kNumberTypeNames});
  registry.Add("Sqrt", MakeUnary<SqrtFunction>, {kFloatTypeNames});
  registry.Add("Rsqrt", MakeUnary<RsqrtFunction>, {kFloatTypeNames});
  registry.Add("Reciprocal", MakeUnary<ReciprocalFunction>, {kFloatTypeNames});
  registry.Add("Inv", MakeUnary<ReciprocalFunction>, {kFloatTypeNames});
  registry.Add("Floor", MakeUnary<FloorFunction>, {kFloatTypeNames});
  registry.Add("Ceil", MakeUnary<CeilFunction>, {kFloatTypeNames});
  registry.Add("Rint", MakeUnary<RintFunction>, {kFloatTypeNames});
  registry.Add("Round", MakeUnary<RintFunction>, {kFloatTypeNames});
  registry.Add("Expm1", MakeUnary<Expm1Function>, {kFloatTypeNames});
  registry.Add("Log1p", MakeUnary<Log1pFunction>, {kFloatTypeNames});
  registry.Add("Erf", MakeUnary<ErfFunction>, {kFloatTypeNames});
  registry.Add("Erfc", MakeUnary<ErfcFunction>, {kFloatTypeNames});
  registry.Add("Sin", MakeUnary<SinFunction>, {kFloatTypeNames});
  registry.Add("Cos", MakeUnary<CosFunction>, {kFloatTypeNames});
  registry.Add("Selu", MakeUnary<SeluFunction>, {kFloatTypeNames});
  registry.Add("IsNan", MakeTest<IsNanFunction>, {kFloatTypeNames});
  registry.Add("IsInf", MakeTest<IsInfFunction>, {kFloatTypeNames});
  registry.Add("IsFinite", MakeTest<IsFiniteFunction>, {kFloatTypeNames});
  registry.Add("Elu", MakeUnary<EluFunction>, {kFloatTypeNames});
  registry.Add("Softplus", MakeUnary<SoftplusFunction>, {kFloatTypeNames});
  registry.Add("Softsign", MakeUnary<SoftsignFunction>, {kFloatTypeNames});
  registry.Add("LeakyRelu", MakeLeakyRelu, {kFloatName, "alpha"});
  registry.Add("Softmax", MakeSoftmax, {kFloatName});
  registry.Add("LogSoftmax", MakeSoftmax, {kFloatName});
}

}  // namespace tiqu::engine
