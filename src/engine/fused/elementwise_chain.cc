#include "engine/fused/elementwise_chain.h"

#include <algorithm>
#include <array>
#include <map>

#include "base/status.h"
#include "engine/kernels/arithmetic.h"
#include "engine/kernels/elementwise.h"
#include "engine/ops/broadcast.h"

namespace tiqu::engine {
namespace {

constexpr int64_t kChainBlock = 1024;  // floats of each step that are in cache together

// An input, read as if it had the output's shape.
struct Operand {
  const float* data = nullptr;
  bool whole = false;  // it has that shape
  BroadcastLoop loop;  // else: how it moves along the output
};

// Elements [begin, begin + count) of the output's order.
void Expand(const Operand& operand, int64_t begin, int64_t count, float* to) {
  const BroadcastLoop& loop = operand.loop;
  const size_t last = loop.shape.size() - 1;
  const int64_t width = loop.shape[last];
  int64_t row = begin / width, at = begin % width;
  while (count > 0) {
    const float* from = operand.data;
    int64_t rest = row;
    for (size_t axis = last; axis-- > 0;) {
      from += rest % loop.shape[axis] * loop.a[axis];
      rest /= loop.shape[axis];
    }
    const int64_t run = std::min(count, width - at);
    if (loop.a[last] == 0) {
      std::fill_n(to, run, *from);
    } else {
      std::copy_n(from + at, run, to);
    }
    to += run;
    count -= run;
    at = 0;
    ++row;
  }
}

class ElementwiseChain {
 public:
  ElementwiseChain(size_t inputs, std::vector<ChainStep> steps) : inputs_(inputs), steps_(std::move(steps)) {
    softmax_ = steps_.back().function == nullptr;
    passes_ = steps_.size() - (softmax_ ? 1 : 0);
  }

  absl::Status Run(OpContext& context) const {
    Shape shape;
    if (!OnePassPays(context, &shape)) return RunOneByOne(context);
    TIQU_ASSIGN_OR_RETURN(Tensor * out, context.Allocate(0, DataType::kFloat, shape));
    if (out->size() == 0) return absl::OkStatus();
    std::array<Operand, kMostChainInputs> operands;
    for (size_t i = 0; i < inputs_; ++i) {
      const Tensor& input = context.input(static_cast<int>(i));
      operands[i].data = input.data<float>();
      operands[i].whole = input.size() == out->size();
      if (!operands[i].whole) operands[i].loop = PlanBroadcast(input.shape(), input.shape(), shape);
    }
    const auto slots = static_cast<int64_t>(inputs_ + passes_);
    TIQU_ASSIGN_OR_RETURN(Tensor scratch, NewTensor(DataType::kFloat, {slots, kChainBlock}));
    RunOnePass(operands, shape, scratch.data<float>(), out);
    return absl::OkStatus();
  }

 private:
  using Shapes = std::array<Shape, kMostChainInputs + kMostChainSteps>;

  // Whether every step's shapes are sound, and each dear step is computed no more often than alone. `out` becomes the
  // shape of the result.
  bool OnePassPays(const OpContext& context, Shape* out) const {
    Shapes shapes;
    for (size_t i = 0; i < inputs_; ++i) shapes[i] = context.input(static_cast<int>(i)).shape();
    for (size_t i = 0; i < passes_; ++i) {
      if (!StepShape(steps_[i], shapes, &shapes[inputs_ + i])) return false;
    }
    *out = shapes[inputs_ + passes_ - 1];
    if (softmax_ && out->empty()) return false;
    const int64_t size = ElementCount(*out);
    for (size_t i = 0; i < passes_; ++i) {
      if (steps_[i].function->dear && ElementCount(shapes[inputs_ + i]) != size) return false;
    }
    return size >= 0;
  }

  static bool StepShape(const ChainStep& step, const Shapes& shapes, Shape* result) {
    const Shape& a = shapes[step.operands[0]];
    *result = a;
    if (step.function->unary != nullptr) return true;
    const Shape& b = shapes[step.operands[1]];
    if (a == b && !step.function->is_bias) return true;
    if (step.function->is_bias && (a.size() < 2 || b.size() != 1 || a.back() != b[0])) return false;
    absl::StatusOr<Shape> joint = BroadcastShapes(a, b);
    if (joint.ok()) *result = *std::move(joint);
    return joint.ok();
  }

  void RunOnePass(const std::array<Operand, kMostChainInputs>& operands, const Shape& shape, float* scratch,
                  Tensor* out) const {
    const int64_t size = out->size(), width = softmax_ ? shape.back() : size;
    const int64_t span = std::max<int64_t>(1, kChainBlock / width) * width;  // whole rows for the softmax
    float* const to = out->data<float>();
    for (size_t i = 0; i < inputs_; ++i) {
      if (!operands[i].whole) Expand(operands[i], 0, std::min(size, kChainBlock), scratch + i * kChainBlock);
    }
    for (int64_t begin = 0; begin < size; begin += span) {
      const int64_t end = std::min(begin + span, size);
      for (int64_t at = begin; at < end; at += kChainBlock) {
        RunBlock(operands, at, std::min(kChainBlock, end - at), scratch, to + at);
      }
      if (softmax_) kernels::SoftmaxRows((end - begin) / width, width, to + begin, to + begin);
    }
  }

  // Elements [at, at + count) of the result, to `to`.
  void RunBlock(const std::array<Operand, kMostChainInputs>& operands, int64_t at, int64_t count, float* scratch,
                float* to) const {
    std::array<const float*, kMostChainInputs + kMostChainSteps> values;
    for (size_t i = 0; i < inputs_; ++i) {
      float* const block = scratch + i * kChainBlock;
      const bool one_value = operands[i].loop.shape.size() == 1 && operands[i].loop.a[0] == 0;  // expanded once
      if (!operands[i].whole && !one_value) Expand(operands[i], at, count, block);
      values[i] = operands[i].whole ? operands[i].data + at : block;
    }
    for (size_t i = 0; i < passes_; ++i) {
      const ChainStep& step = steps_[i];
      float* const result = i + 1 == passes_ ? to : scratch + (inputs_ + i) * kChainBlock;
      const float* const a = values[step.operands[0]];
      if (step.function->unary != nullptr) {
        step.function->unary(count, a, result);
      } else {
        step.function->binary(count, a, values[step.operands[1]], result);
      }
      values[inputs_ + i] = result;
    }
  }

  absl::Status RunOneByOne(OpContext& context) const {
    std::array<Tensor, kMostChainSteps> results;
    for (size_t i = 0; i < steps_.size(); ++i) {
      std::array<const Tensor*, 2> operands = {};
      const std::vector<int>& from = steps_[i].operands;
      for (size_t j = 0; j < from.size(); ++j) {
        const auto index = static_cast<size_t>(from[j]);
        operands[j] = index < inputs_ ? &context.input(from[j]) : &results[index - inputs_];
      }
      OpContext alone({operands.data(), from.size()}, {&results[i], 1});
      const absl::Status status = steps_[i].op->run(alone);
      if (!status.ok()) return Annotate(status, steps_[i].name);
    }
    context.set_output(0, std::move(results[steps_.size() - 1]));
    return absl::OkStatus();
  }

  size_t inputs_, passes_ = 0;
  std::vector<ChainStep> steps_;
  bool softmax_ = false;
};

}  // namespace

const VectorFunction* FindVectorFunction(std::string_view op) {
  static const auto* const functions = new std::map<std::string_view, VectorFunction>{
      {"Add", {nullptr, kernels::AddVectors}},
      {"AddV2", {nullptr, kernels::AddVectors}},
      {"BiasAdd", {nullptr, kernels::AddVectors, false, true}},
      {"Sub", {nullptr, kernels::SubVectors}},
      {"Mul", {nullptr, kernels::MulVectors}},
      {"RealDiv", {nullptr, kernels::DivVectors}},
      {"Maximum", {nullptr, kernels::MaximumVectors}},
      {"Minimum", {nullptr, kernels::MinimumVectors}},
      {"Neg", {kernels::NegVector}},
      {"Square", {kernels::SquareVector}},
      {"Relu", {kernels::ReluVector}},
      {"Sqrt", {kernels::SqrtVector}},
      {"Rsqrt", {kernels::RsqrtVector}},
      {"Exp", {kernels::ExpVector, nullptr, true}},
      {"Log", {kernels::LogVector, nullptr, true}},
      {"Sigmoid", {kernels::SigmoidVector, nullptr, true}},
      {"Tanh", {kernels::TanhVector, nullptr, true}},
  };
  const auto it = functions->find(op);
  return it == functions->end() ? nullptr : &it->second;
}

OpInstance MakeElementwiseChain(size_t inputs, std::vector<ChainStep> steps) {
  auto chain = std::make_shared<const ElementwiseChain>(inputs, std::move(steps));
  return OpInstance{{DataType::kFloat}, [chain](OpContext& context) { return chain->Run(context); }};
}

}  // namespace tiqu::engine
