// Tensors out of little: Fill, Range, ZerosLike, OnesLike.
#include <algorithm>
#include <cmath>
#include <type_traits>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "engine/op_registry.h"
#include "engine/ops/register.h"
#include "engine/ops/shapes.h"

namespace tiqu::engine {
namespace {

absl::Status RunFill(OpContext& context) {
  const Tensor& value = context.input(1);
  if (value.size() != 1) {
    return absl::InvalidArgumentError(absl::StrCat("the value has shape ", ShapeToString(value.shape())));
  }
  TIQU_ASSIGN_OR_RETURN(const Shape shape, IndexValues(context.input(0)));
  TIQU_ASSIGN_OR_RETURN(Tensor * out, context.Allocate(0, value.type(), shape));
  ForElementType(value, [&](auto zero) {
    using T = decltype(zero);
    std::fill_n(Elements<T>(out), out->size(), Elements<T>(value)[0]);
  });
  return absl::OkStatus();
}

absl::StatusOr<OpInstance> MakeFill(const NodeSpec& spec) {
  spec.ExpectInputs(2);
  spec.ExpectType(0, {DataType::kInt32, DataType::kInt64});
  return OpInstance{{spec.input_type(1)}, RunFill};
}

// How many steps lead from start to limit, without overflow on the way.
template <typename T>
absl::StatusOr<int64_t> RangeLength(T start, T limit, T delta) {
  if (delta == T{0}) return absl::InvalidArgumentError("the step of a range is 0");
  const double steps =
      std::ceil((static_cast<double>(limit) - static_cast<double>(start)) / static_cast<double>(delta));
  if (!(steps > 0)) return 0;
  if (steps > static_cast<double>(kMaxTensorBytes)) {
    return absl::ResourceExhaustedError(absl::StrCat("a range of ", steps, " elements"));
  }
  return static_cast<int64_t>(steps);
}

template <typename T>
absl::Status RunRange(OpContext& context) {
  for (int i = 0; i < 3; ++i) {
    if (context.input(i).size() != 1) return absl::InvalidArgumentError("the ends and the step of a range are scalars");
  }
  const T start = context.input(0).data<T>()[0], limit = context.input(1).data<T>()[0];
  const T delta = context.input(2).data<T>()[0];
  TIQU_ASSIGN_OR_RETURN(const int64_t count, RangeLength(start, limit, delta));
  TIQU_ASSIGN_OR_RETURN(Tensor * out, context.Allocate(0, DataTypeOf<T>::value, {count}));
  for (int64_t i = 0; i < count; ++i) {
    if constexpr (std::is_integral_v<T>) {
      // Unsigned, as a step from one end of the type's range to the other may wrap on the way.
      out->data<T>()[i] =
          static_cast<T>(static_cast<uint64_t>(start) + static_cast<uint64_t>(i) * static_cast<uint64_t>(delta));
    } else {
      out->data<T>()[i] = start + static_cast<T>(i) * delta;
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<OpInstance> MakeRange(const NodeSpec& spec) {
  spec.ExpectInputs(3);
  spec.ExpectSameType(0, 1);
  spec.ExpectSameType(0, 2);
  return DispatchType(spec, spec.input_type(0), NumberTypes{}, [&](auto zero) {
    return OpInstance{{spec.input_type(0)}, RunRange<decltype(zero)>};
  });
}

template <int kValue>
absl::StatusOr<OpInstance> MakeLike(const NodeSpec& spec) {
  spec.ExpectInputs(1);
  using Values = Types<float, double, int32_t, int64_t, uint8_t, bool>;
  return DispatchType(spec, spec.input_type(0), Values{}, [&](auto zero) {
    using T = decltype(zero);
    const auto run = [](OpContext& context) -> absl::Status {
      TIQU_ASSIGN_OR_RETURN(Tensor * out, context.Allocate(0, context.input(0).type(), context.input(0).shape()));
      std::fill_n(out->data<T>(), out->size(), static_cast<T>(kValue));
      return absl::OkStatus();
    };
    return OpInstance{{spec.input_type(0)}, run};
  });
}

}  // namespace

void RegisterFillOps(OpRegistry& registry) {
  registry.Add("Fill", MakeFill, {kAnyName});
  registry.Add("Range", MakeRange, {kNumberTypeNames});
  registry.Add("ZerosLike", MakeLike<0>, {"float, double, int32, int64, uint8, bool"});
  registry.Add("OnesLike", MakeLike<1>, {"float, double, int32, int64, uint8, bool"});
}

}  // namespace tiqu::engine
