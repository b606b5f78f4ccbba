// Einsum of one or two operands: "abc,cde->abde", "...ij,...jk->...ik".
//
// Two operands are brought to [batch, left, inner] and [batch, inner, right], multiplied matrix by matrix, and the
// product [batch, left, right] is brought to the order that the equation asks for.
#include <algorithm>
#include <cctype>
#include <map>
#include <type_traits>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/status.h"
#include "engine/kernels/gemm.h"
#include "engine/op_registry.h"
#include "engine/ops/register.h"
#include "engine/ops/shapes.h"

namespace tiqu::engine {
namespace {

using Labels = std::vector<int>;  // letters; axes of "..." count down to kDots, so that the last ones meet

constexpr int kDots = 1000;
constexpr char kEllipsis[] = "...";

struct Equation {
  std::vector<std::string> operands;
  std::string result;
};

bool IsTerm(const std::string& term) {
  std::string letters = term;
  if (const size_t dots = letters.find(kEllipsis); dots != std::string::npos) letters.erase(dots, 3);
  std::sort(letters.begin(), letters.end());
  return std::all_of(letters.begin(), letters.end(), [](unsigned char c) { return std::isalpha(c) != 0; }) &&
         std::adjacent_find(letters.begin(), letters.end()) == letters.end();
}

absl::StatusOr<Equation> ParseEquation(std::string text) {
  text.erase(std::remove(text.begin(), text.end(), ' '), text.end());
  const std::vector<std::string> sides = absl::StrSplit(text, "->");
  Equation equation;
  bool sound = sides.size() == 2;
  if (sound) {
    equation.operands = absl::StrSplit(sides[0], ',');
    equation.result = sides[1];
    for (const std::string& term : equation.operands) sound = sound && IsTerm(term);
    sound = sound && IsTerm(equation.result);
  }
  if (sound) return equation;
  return absl::UnimplementedError(
      absl::StrCat("equation '", text, "' is not supported: it needs '->' and no letter twice in one term"));
}

// The labels of a term whose "..." stands for `dots` axes.
Labels LabelsOf(const std::string& term, size_t dots) {
  Labels labels;
  for (size_t i = 0; i < term.size(); ++i) {
    if (term[i] != '.') {
      labels.push_back(term[i]);
      continue;
    }
    for (size_t d = dots; d > 0; --d) labels.push_back(kDots + static_cast<int>(d) - 1);
    i += 2;
  }
  return labels;
}

bool Has(const Labels& labels, int label) { return std::find(labels.begin(), labels.end(), label) != labels.end(); }

struct Operand {
  const Tensor* tensor;
  Labels labels;
};

using Sizes = std::map<int, int64_t>;

absl::StatusOr<Operand> ReadOperand(const Tensor& tensor, const std::string& term, Sizes* sizes, size_t* most_dots) {
  const bool with_dots = term.find('.') != std::string::npos;
  const size_t letters = term.size() - (with_dots ? 3 : 0), rank = tensor.shape().size();
  if (rank < letters || (rank > letters && !with_dots)) {
    return absl::InvalidArgumentError(
        absl::StrCat("operand of shape ", ShapeToString(tensor.shape()), " for '", term, "'"));
  }
  *most_dots = std::max(*most_dots, rank - letters);
  Operand operand{&tensor, LabelsOf(term, rank - letters)};
  for (size_t i = 0; i < rank; ++i) {
    const int label = operand.labels[i];
    const int64_t size = tensor.shape()[i];
    const auto [it, added] = sizes->emplace(label, size);
    if (added || it->second == size || (label >= kDots && size == 1)) continue;
    if (label >= kDots && it->second == 1) {
      it->second = size;
      continue;
    }
    return absl::InvalidArgumentError(
        absl::StrCat("an axis of '", term, "' has ", size, " elements, and ", it->second, " elsewhere"));
  }
  return operand;
}

Shape ShapeOf(const Labels& labels, const Sizes& sizes) {
  Shape shape;
  for (const int label : labels) shape.push_back(sizes.at(label));
  return shape;
}

int64_t CountOf(const Labels& labels, const Sizes& sizes) {
  const Shape shape = ShapeOf(labels, sizes);
  return CountDims(shape, 0, shape.size());
}

// The operand with its axes in the order of `order`, repeated along those that it lacks or has once. Not copied when it
// stands like that already.
absl::StatusOr<Tensor> InOrder(const OpContext& context, const Operand& operand, const Labels& order,
                               const Sizes& sizes) {
  const Tensor& in = *operand.tensor;
  const Shape shape = ShapeOf(order, sizes);
  if (order == operand.labels && shape == in.shape()) return in;
  const Dims strides = RowMajorStrides(in.shape());
  StridedView from;
  for (const int label : order) {
    const size_t axis = std::find(operand.labels.begin(), operand.labels.end(), label) - operand.labels.begin();
    from.strides.push_back(axis == strides.size() || in.shape()[axis] == 1 ? 0 : strides[axis]);
  }
  TIQU_ASSIGN_OR_RETURN(Tensor out, context.Temporary(in.type(), shape));
  CopyStrided(in, from, shape, {0, RowMajorStrides(shape)}, &out);
  return out;
}

// Sums what the other operand and the result do not name.
template <typename T>
absl::StatusOr<Tensor> SumAway(const OpContext& context, const Operand& operand, const Labels& kept,
                               const Sizes& sizes) {
  Labels order = kept;
  for (const int label : operand.labels) {
    if (!Has(kept, label)) order.push_back(label);
  }
  TIQU_ASSIGN_OR_RETURN(Tensor in, InOrder(context, operand, order, sizes));
  if (order.size() == kept.size()) return in;
  TIQU_ASSIGN_OR_RETURN(Tensor out, context.Temporary(in.type(), ShapeOf(kept, sizes)));
  const int64_t count = out.size() == 0 ? 0 : in.size() / out.size();
  const T* from = in.data<T>();
  for (int64_t i = 0; i < out.size(); ++i, from += count) {
    using Sum = std::conditional_t<std::is_floating_point_v<T>, double, std::make_unsigned_t<int64_t>>;
    Sum sum{};
    for (int64_t j = 0; j < count; ++j) sum += static_cast<Sum>(from[j]);
    out.data<T>()[i] = static_cast<T>(sum);
  }
  return out;
}

template <typename T>
void Multiply(int64_t m, int64_t n, int64_t k, const T* a, const T* b, T* c) {
  if constexpr (std::is_same_v<T, float>) {
    kernels::Gemm({m, n, k}, 1.0F, a, k, b, n, 0.0F, c, n);
  } else {
    using Wide = std::conditional_t<std::is_floating_point_v<T>, double, uint64_t>;  // integers wrap around
    for (int64_t i = 0; i < m * n; ++i) {
      Wide sum{};
      for (int64_t j = 0; j < k; ++j) {
        sum += static_cast<Wide>(a[i / n * k + j]) * static_cast<Wide>(b[j * n + i % n]);
      }
      c[i] = static_cast<T>(sum);
    }
  }
}

Labels Joined(Labels a, const Labels& b, const Labels& c) {
  a.insert(a.end(), b.begin(), b.end());
  a.insert(a.end(), c.begin(), c.end());
  return a;
}

template <typename T>
absl::StatusOr<Operand> Product(const OpContext& context, const Operand& a, const Operand& b, const Labels& result,
                                const Sizes& sizes, Tensor* product) {
  Labels batch, left, right, inner;
  for (const int label : a.labels) {
    const bool shared = Has(b.labels, label), wanted = Has(result, label);
    if (shared) (wanted ? batch : inner).push_back(label);
    if (!shared && wanted) left.push_back(label);
  }
  for (const int label : b.labels) {
    if (!Has(a.labels, label) && Has(result, label)) right.push_back(label);
  }
  TIQU_ASSIGN_OR_RETURN(const Tensor first, SumAway<T>(context, a, Joined(batch, left, inner), sizes));
  TIQU_ASSIGN_OR_RETURN(const Tensor second, SumAway<T>(context, b, Joined(batch, inner, right), sizes));
  const Labels labels = Joined(batch, left, right);
  TIQU_ASSIGN_OR_RETURN(*product, context.Temporary(first.type(), ShapeOf(labels, sizes)));
  const int64_t m = CountOf(left, sizes), n = CountOf(right, sizes), k = CountOf(inner, sizes);
  if (product->size() > 0) {
    for (int64_t i = 0; i < CountOf(batch, sizes); ++i) {
      Multiply<T>(m, n, k, first.data<T>() + i * m * k, second.data<T>() + i * k * n, product->data<T>() + i * m * n);
    }
  }
  return Operand{product, labels};
}

template <typename T>
absl::Status RunEinsum(OpContext& context, const Equation& equation) {
  Sizes sizes;
  size_t dots = 0;
  std::vector<Operand> operands;
  for (int i = 0; i < context.input_count(); ++i) {
    TIQU_ASSIGN_OR_RETURN(Operand operand, ReadOperand(context.input(i), equation.operands[i], &sizes, &dots));
    operands.push_back(std::move(operand));
  }
  const bool keeps_dots = equation.result.find('.') != std::string::npos;
  const Labels result = LabelsOf(equation.result, dots);
  for (const int label : result) {
    if (!sizes.contains(label)) return absl::InvalidArgumentError("the result has a letter that no operand has");
  }
  if (dots > 0 && !keeps_dots) return absl::InvalidArgumentError("the operands' '...' is missing in the result");
  Tensor product;
  if (operands.size() == 2) {
    TIQU_ASSIGN_OR_RETURN(operands[0], Product<T>(context, operands[0], operands[1], result, sizes, &product));
  }
  TIQU_ASSIGN_OR_RETURN(Tensor out, SumAway<T>(context, operands[0], result, sizes));
  context.set_output(0, std::move(out));
  return absl::OkStatus();
}

absl::StatusOr<OpInstance> MakeEinsum(const NodeSpec& spec) {
  TIQU_ASSIGN_OR_RETURN(const Equation equation, ParseEquation(spec.String("equation", "")));
  spec.ExpectInputs(static_cast<int>(equation.operands.size()));
  if (equation.operands.size() > 2) return absl::UnimplementedError("more than two operands are not supported");
  for (int i = 1; i < spec.input_count(); ++i) spec.ExpectSameType(0, i);
  return DispatchType(spec, spec.input_type(0), NumberTypes{}, [&](auto zero) {
    using T = decltype(zero);
    return OpInstance{{spec.input_type(0)}, [equation](OpContext& context) { return RunEinsum<T>(context, equation); }};
  });
}

}  // namespace

void RegisterEinsumOps(OpRegistry& registry) {
  registry.Add("Einsum", MakeEinsum, {kNumberTypeNames, "equation (with '->', no letter twice in one term)"});
}

}  // namespace tiqu::engine
