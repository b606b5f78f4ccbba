// Reductions: Sum, Mean, Prod, Max, Min, All, Any.
#include <algorithm>
#include <limits>
#include <type_traits>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "engine/op_registry.h"
#include "engine/ops/register.h"
#include "engine/ops/shapes.h"

namespace tiqu::engine {
namespace {

// Sums and products of floats are taken in double precision; integers wrap around.
template <typename T>
using Wide = std::conditional_t<std::is_floating_point_v<T>, double,
                                std::conditional_t<std::is_same_v<T, int32_t>, uint32_t, uint64_t>>;

template <typename T>
struct SumReduction {
  using Value = Wide<T>;
  static constexpr Value kStart = 0;
  static Value Join(Value a, T b) { return a + static_cast<Value>(b); }
};
template <typename T>
struct ProdReduction {
  using Value = Wide<T>;
  static constexpr Value kStart = 1;
  static Value Join(Value a, T b) { return a * static_cast<Value>(b); }
};
template <typename T>
struct MaxReduction {
  using Value = T;
  static constexpr T kStart =
      std::is_floating_point_v<T> ? -std::numeric_limits<T>::infinity() : std::numeric_limits<T>::lowest();
  static T Join(T a, T b) { return b > a || b != b ? b : a; }
};
template <typename T>
struct MinReduction {
  using Value = T;
  static constexpr T kStart =
      std::is_floating_point_v<T> ? std::numeric_limits<T>::infinity() : std::numeric_limits<T>::max();
  static T Join(T a, T b) { return b < a || b != b ? b : a; }
};
template <typename T>
struct AllReduction {
  using Value = bool;
  static constexpr bool kStart = true;
  static bool Join(bool a, bool b) { return a && b; }
};
template <typename T>
struct AnyReduction {
  using Value = bool;
  static constexpr bool kStart = false;
  static bool Join(bool a, bool b) { return a || b; }
};

// A tensor seen as [outer, count, inner]; the middle goes.
struct Middle {
  int64_t outer, count, inner;
};

template <typename T, typename Reduction>
void ReduceMiddle(const T* in, const Middle& m, T* out) {
  using Value = typename Reduction::Value;
  thread_local std::vector<Value> sums;
  sums.resize(static_cast<size_t>(m.inner));
  for (int64_t o = 0; o < m.outer; ++o) {
    std::fill(sums.begin(), sums.end(), Reduction::kStart);
    for (int64_t j = 0; j < m.count; ++j, in += m.inner) {
      for (int64_t i = 0; i < m.inner; ++i) sums[i] = Reduction::Join(sums[i], in[i]);
    }
    for (int64_t i = 0; i < m.inner; ++i) *out++ = static_cast<T>(sums[i]);
  }
}

template <typename T, typename Reduction>
void ReduceLast(const T* in, const Middle& m, T* out) {
  for (int64_t o = 0; o < m.outer; ++o, in += m.count) {
    typename Reduction::Value sum = Reduction::kStart;
    for (int64_t j = 0; j < m.count; ++j) sum = Reduction::Join(sum, in[j]);
    out[o] = static_cast<T>(sum);
  }
}

// 1 for each axis that is reduced, 0 for the others.
absl::StatusOr<Dims> ReducedAxes(const Tensor& axes, size_t rank) {
  Dims reduced(rank, 0);
  TIQU_ASSIGN_OR_RETURN(const Dims values, IndexValues(axes));
  for (const int64_t value : values) {
    TIQU_ASSIGN_OR_RETURN(const int axis, NormalizeAxis(value, rank));
    reduced[axis] = 1;
  }
  return reduced;
}

// One group of adjacent axes after the other, the last first.
template <typename T, typename Reduction>
absl::Status ReduceGroups(const Tensor& in, const Dims& reduced, Tensor* out) {
  Tensor current = in;
  Shape shape = in.shape();
  for (size_t end = shape.size(); end > 0; --end) {
    if (reduced[end - 1] == 0) continue;
    size_t begin = end - 1;
    while (begin > 0 && reduced[begin - 1] == 1) --begin;
    const Middle middle{CountDims(shape, 0, begin), CountDims(shape, begin, end), CountDims(shape, end, shape.size())};
    std::fill(shape.begin() + begin, shape.begin() + end, 1);
    TIQU_ASSIGN_OR_RETURN(Tensor next, NewTensor(in.type(), shape));
    (middle.inner == 1 ? ReduceLast<T, Reduction> : ReduceMiddle<T, Reduction>)(current.data<T>(), middle,
                                                                                next.data<T>());
    current = std::move(next);
    end = begin + 1;
  }
  *out = std::move(current);
  return absl::OkStatus();
}

template <typename T, typename Reduction>
absl::Status RunReduce(OpContext& context, bool keep_dims, bool mean) {
  const Tensor& in = context.input(0);
  TIQU_ASSIGN_OR_RETURN(const Dims reduced, ReducedAxes(context.input(1), in.shape().size()));
  Tensor out;
  TIQU_RETURN_IF_ERROR((ReduceGroups<T, Reduction>(in, reduced, &out)));
  if (mean && std::find(reduced.begin(), reduced.end(), 1) != reduced.end()) {
    const int64_t count = out.size() == 0 ? 1 : in.size() / out.size();
    for (int64_t i = 0; i < out.size(); ++i) {
      // Of no elements at all: NaN for floats, 0 for integers.
      const bool divides = count != 0 || std::is_floating_point_v<T>;
      out.data<T>()[i] = divides ? static_cast<T>(out.data<T>()[i] / static_cast<T>(count)) : T{0};
    }
  }
  Shape shape;
  for (size_t i = 0; i < reduced.size(); ++i) {
    const bool stays = reduced[i] == 0;
    if (stays || keep_dims) shape.push_back(stays ? in.shape()[i] : 1);
  }
  context.set_output(0, out.Reshaped(std::move(shape)));
  return absl::OkStatus();
}

template <template <typename> typename Reduction, typename List>
absl::StatusOr<OpInstance> MakeReduce(const NodeSpec& spec) {
  spec.ExpectInputs(2);
  spec.ExpectType(1, {DataType::kInt32, DataType::kInt64});
  const bool keep_dims = spec.Bool("keep_dims", false), mean = spec.op() == "Mean";
  return DispatchType(spec, spec.input_type(0), List{}, [&](auto zero) {
    using T = decltype(zero);
    const auto run = [keep_dims, mean](OpContext& context) {
      return RunReduce<T, Reduction<T>>(context, keep_dims, mean);
    };
    return OpInstance{{spec.input_type(0)}, run};
  });
}

}  // namespace

void RegisterReduceOps(OpRegistry& registry) {
  registry.Add("Sum", MakeReduce<SumReduction, NumberTypes>, {kNumberTypeNames, "keep_dims"});
  registry.Add("Mean", MakeReduce<SumReduction, NumberTypes>, {kNumberTypeNames, "keep_dims"});
  registry.Add("Prod", MakeReduce<ProdReduction, NumberTypes>, {kNumberTypeNames, "keep_dims"});
  registry.Add("Max", MakeReduce<MaxReduction, NumberTypes>, {kNumberTypeNames, "keep_dims"});
  registry.Add("Min", MakeReduce<MinReduction, NumberTypes>, {kNumberTypeNames, "keep_dims"});
  registry.Add("All", MakeReduce<AllReduction, Types<bool>>, {kBoolName, "keep_dims"});
  registry.Add("Any", MakeReduce<AnyReduction, Types<bool>>, {kBoolName, "keep_dims"});
}

}  // namespace tiqu::engine
