// Assignments to variables that a signature fetches (TensorFlow 1's reference variables).
#include <cstring>
#include <functional>
#include <type_traits>

#include "absl/strings/str_cat.h"
#include "engine/op_registry.h"
#include "engine/ops/register.h"
#include "engine/variable_cell.h"

namespace tiqu::engine {
namespace {

using Update = std::function<absl::StatusOr<Tensor>(const Tensor& old, const Tensor& value)>;

absl::StatusOr<OpInstance> MakeUpdate(const NodeSpec& spec, Update update) {
  spec.ExpectInputs(2);
  spec.ExpectSameType(0, 1);
  const auto cell = spec.load().cells.find(spec.name());
  if (cell == spec.load().cells.end()) return absl::InvalidArgumentError("assigns to something that is not a variable");
  const auto run = [cell = cell->second, update = std::move(update)](OpContext& context) -> absl::Status {
    const Tensor& value = context.input(1);
    absl::StatusOr<Tensor> made = cell->Update([&](const Tensor& old) -> absl::StatusOr<Tensor> {
      if (old.shape() == value.shape()) return update(old, value);
      return absl::InvalidArgumentError(absl::StrCat("assigns a value of shape ", ShapeToString(value.shape()),
                                                     " to a variable of shape ", ShapeToString(old.shape())));
    });
    if (!made.ok()) return made.status();
    context.set_output(0, *std::move(made));
    return absl::OkStatus();
  };
  return OpInstance{{spec.input_type(0)}, run, {}, /*folds=*/false};
}

// The value outlives the run, so it takes no part in the run's memory.
absl::StatusOr<OpInstance> MakeAssign(const NodeSpec& spec) {
  return MakeUpdate(spec, [](const Tensor&, const Tensor& value) -> absl::StatusOr<Tensor> {
    Tensor copy(value.type(), value.shape());
    if (value.type() == DataType::kString) {
      copy.strings() = value.strings();
    } else if (value.byte_size() > 0) {
      std::memcpy(copy.data<std::byte>(), value.data<std::byte>(), value.byte_size());
    }
    return copy;
  });
}

template <typename Combine>
absl::StatusOr<OpInstance> MakeAssignNumbers(const NodeSpec& spec, Combine combine) {
  return DispatchType(spec, spec.input_type(1), NumberTypes{}, [&spec, combine](auto zero) {
    using T = decltype(zero);
    return MakeUpdate(spec, [combine](const Tensor& old, const Tensor& value) -> absl::StatusOr<Tensor> {
      Tensor made(old.type(), old.shape());
      for (int64_t i = 0; i < old.size(); ++i) {
        made.data<T>()[i] = static_cast<T>(combine(old.data<T>()[i], value.data<T>()[i]));
      }
      return made;
    });
  });
}

// Sums of integers wrap around, as TensorFlow's do.
struct WrappingAdd {
  template <typename T>
  T operator()(T a, T b) const {
    if constexpr (std::is_integral_v<T>) {
      using U = std::make_unsigned_t<T>;
      return static_cast<T>(static_cast<U>(a) + static_cast<U>(b));
    } else {
      return a + b;
    }
  }
};

struct WrappingSub {
  template <typename T>
  T operator()(T a, T b) const {
    if constexpr (std::is_integral_v<T>) {
      using U = std::make_unsigned_t<T>;
      return static_cast<T>(static_cast<U>(a) - static_cast<U>(b));
    } else {
      return a - b;
    }
  }
};

absl::StatusOr<OpInstance> MakeAssignAdd(const NodeSpec& spec) { return MakeAssignNumbers(spec, WrappingAdd{}); }
absl::StatusOr<OpInstance> MakeAssignSub(const NodeSpec& spec) { return MakeAssignNumbers(spec, WrappingSub{}); }

}  // namespace

void RegisterAssignOps(OpRegistry& registry) {
  registry.Add("Assign", MakeAssign, {kAnyName});
  registry.Add("AssignAdd", MakeAssignAdd, {kNumberTypeNames});
  registry.Add("AssignSub", MakeAssignSub, {kNumberTypeNames});
}

}  // namespace tiqu::engine
