// Running sums and products along an axis: Cumsum, Cumprod.
#include <type_traits>

#include "base/status.h"
#include "engine/op_registry.h"
#include "engine/ops/register.h"
#include "engine/ops/shapes.h"
#include "engine/ops/types.h"

namespace tiqu::engine {
namespace {

// Integers wrap around.
template <typename T>
T Joined(T a, T b, bool product) {
  using U = std::conditional_t<std::is_integral_v<T>, uint64_t, T>;
  const auto x = static_cast<U>(a), y = static_cast<U>(b);
  return static_cast<T>(product ? x * y : x + y);
}

struct Scan {
  bool product, exclusive, reverse;
};

template <typename T>
absl::Status RunScan(OpContext& context, const Scan& scan) {
  const Tensor& in = context.input(0);
  TIQU_ASSIGN_OR_RETURN(const int64_t wanted, IndexScalar(context.input(1)));
  TIQU_ASSIGN_OR_RETURN(const int axis, NormalizeAxis(wanted, in.shape().size()));
  TIQU_ASSIGN_OR_RETURN(Tensor * out, context.Allocate(0, in.type(), in.shape()));
  const int64_t size = in.shape()[axis], inner = CountDims(in.shape(), axis + 1, in.shape().size());
  const int64_t lines = size == 0 ? 0 : in.size() / size;
  for (int64_t line = 0; line < lines; ++line) {
    const int64_t start = line / inner * size * inner + line % inner;
    T sum = scan.product ? T{1} : T{0};
    for (int64_t i = 0; i < size; ++i) {
      const int64_t at = start + (scan.reverse ? size - 1 - i : i) * inner;
      const T next = Joined(sum, in.data<T>()[at], scan.product);
      out->data<T>()[at] = scan.exclusive ? sum : next;
      sum = next;
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<OpInstance> MakeScan(const NodeSpec& spec) {
  spec.ExpectInputs(2);
  spec.ExpectType(1, {kInt32, kInt64});
  const Scan scan{spec.op() == "Cumprod", spec.Bool("exclusive", false), spec.Bool("reverse", false)};
  return DispatchType(spec, spec.input_type(0), NumberTypes{}, [&](auto zero) {
    using T = decltype(zero);
    return OpInstance{{spec.input_type(0)}, [scan](OpContext& context) { return RunScan<T>(context, scan); }};
  });
}

}  // namespace

void RegisterScanOps(OpRegistry& registry) {
  registry.Add("Cumsum", MakeScan, {kNumberTypeNames, "exclusive, reverse"});
  registry.Add("Cumprod", MakeScan, {kNumberTypeNames, "exclusive, reverse"});
}

}  // namespace tiqu::engine
