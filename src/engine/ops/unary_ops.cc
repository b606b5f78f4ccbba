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
  registry.Add("Exp", MakeVectorUnary<kernels::ExpVector, ExpFunction>);
  registry.Add("Log", MakeVectorUnary<kernels::LogVector, LogFunction>);
  registry.Add("Sigmoid", MakeVectorUnary<kernels::SigmoidVector, SigmoidFunction>);
  registry.Add("Tanh", MakeVectorUnary<kernels::TanhVector, TanhFunction>);
  registry.Add("Neg", MakeUnary<NegFunction, NumberTypes>);
  registry.Add("Abs", MakeUnary<AbsFunction, NumberTypes>);
  registry.Add("Square", MakeUnary<SquareFunction, NumberTypes>);
  registry.Add("Sign", MakeUnary<SignFunction, NumberTypes>);
  registry.Add("Relu", MakeUnary<ReluFunction, NumberTypes>);
  registry.Add("Relu6", MakeUnary<Relu6Function, NumberTypes>);
  registry.Add("Sqrt", MakeUnary<SqrtFunction>);
  registry.Add("Rsqrt", MakeUnary<RsqrtFunction>);
  registry.Add("Reciprocal", MakeUnary<ReciprocalFunction>);
  registry.Add("Inv", MakeUnary<ReciprocalFunction>);
  registry.Add("Floor", MakeUnary<FloorFunction>);
  registry.Add("Ceil", MakeUnary<CeilFunction>);
  registry.Add("Rint", MakeUnary<RintFunction>);
  registry.Add("Round", MakeUnary<RintFunction>);
  registry.Add("Expm1", MakeUnary<Expm1Function>);
  registry.Add("Log1p", MakeUnary<Log1pFunction>);
  registry.Add("Erf", MakeUnary<ErfFunction>);
  registry.Add("Elu", MakeUnary<EluFunction>);
  registry.Add("Softplus", MakeUnary<SoftplusFunction>);
  registry.Add("Softsign", MakeUnary<SoftsignFunction>);
  registry.Add("LeakyRelu", MakeLeakyRelu);
  registry.Add("Softmax", MakeSoftmax);
  registry.Add("LogSoftmax", MakeSoftmax);
}

}  // namespace tiqu::engine
