// Element types into each other: Cast.
#include <algorithm>
#include <limits>
#include <type_traits>

#include "base/status.h"
#include "engine/op_registry.h"
#include "engine/ops/register.h"
#include "engine/ops/short_floats.h"

namespace tiqu::engine {
namespace {

template <typename T>
constexpr bool kIsShort = std::is_same_v<T, Half> || std::is_same_v<T, Bfloat16>;

// As TensorFlow on x86: toward zero, and the smallest integer for what does not fit and for NaN.
template <typename From, typename To>
To CastOne(From value) {
  if constexpr (kIsShort<From>) {
    return CastOne<float, To>(value.ToFloat());
  } else if constexpr (kIsShort<To>) {
    return To::FromFloat(static_cast<float>(value));
  } else if constexpr (std::is_same_v<To, bool>) {
    return value != From{0};
  } else if constexpr (std::is_floating_point_v<From> && std::is_integral_v<To>) {
    constexpr auto kEdge = static_cast<double>(std::numeric_limits<To>::max()) + 1.0;
    const auto wide = static_cast<double>(value);
    const bool fits = wide < kEdge && wide > static_cast<double>(std::numeric_limits<To>::min()) - 1.0;
    // For 64 bits the lower bound minus one is the bound itself, which fits too, and gives the same result.
    return fits ? static_cast<To>(value) : std::numeric_limits<To>::min();
  } else {
    return static_cast<To>(value);
  }
}

template <typename From, typename To>
absl::Status RunCast(OpContext& context) {
  const Tensor& in = context.input(0);
  TIQU_ASSIGN_OR_RETURN(Tensor * out, context.Allocate(0, DataTypeOf<To>::value, in.shape()));
  std::transform(in.data<From>(), in.data<From>() + in.size(), out->data<To>(), CastOne<From, To>);
  return absl::OkStatus();
}

absl::StatusOr<OpInstance> MakeCast(const NodeSpec& spec) {
  spec.ExpectInputs(1);
  using All = Types<float, double, Half, Bfloat16, int8_t, int16_t, int32_t, int64_t, uint8_t, bool>;
  const DataType to = spec.Type("DstT", DataType::kInvalid);
  return DispatchType(spec, spec.input_type(0), All{}, [&](auto from_zero) {
    return DispatchType(spec, to, All{}, [&](auto to_zero) {
      return OpInstance{{to}, RunCast<decltype(from_zero), decltype(to_zero)>};
    });
  });
}

}  // namespace

void RegisterCastOps(OpRegistry& registry) {
  registry.Add("Cast", MakeCast, {"float, double, half, bfloat16, int8, int16, int32, int64, uint8, bool", "DstT"});
}

}  // namespace tiqu::engine
