// Conditionals and loops whose branches are functions: If, StatelessIf, While, StatelessWhile. Only the branch that is
// taken runs.
#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "engine/function_bodies.h"
#include "engine/op_registry.h"
#include "engine/ops/register.h"
#include "engine/ops/shapes.h"

namespace tiqu::engine {
namespace {

constexpr int64_t kMostTurns = 100000;  // of a loop and the loops in it

using Body = std::shared_ptr<const CompiledBody>;

// As in TensorFlow: a scalar's value, or whether there are elements at all.
absl::StatusOr<bool> IsTrue(const Tensor& condition) {
  if (!condition.shape().empty()) return condition.size() > 0;
  switch (condition.type()) {
    case DataType::kBool:
      return condition.data<bool>()[0];
    case DataType::kFloat:
      return condition.data<float>()[0] != 0;
    case DataType::kInt32:
    case DataType::kInt64: {
      TIQU_ASSIGN_OR_RETURN(const int64_t value, IndexScalar(condition));
      return value != 0;
    }
    default:
      return absl::UnimplementedError(absl::StrCat("a condition of type ", DataTypeName(condition.type())));
  }
}

std::vector<Tensor> InputsFrom(const OpContext& context, int first) {
  std::vector<Tensor> inputs;
  for (int i = first; i < context.input_count(); ++i) inputs.push_back(context.input(i));
  return inputs;
}

absl::StatusOr<OpInstance> MakeIf(const NodeSpec& spec) {
  spec.ExpectInputs(1, 1 << 20);
  TIQU_ASSIGN_OR_RETURN(const Body then_branch, CompileBody(spec, 0, 1));
  TIQU_ASSIGN_OR_RETURN(const Body else_branch, CompileBody(spec, 1, 1));
  if (then_branch->outputs != else_branch->outputs) {
    return absl::InvalidArgumentError("its branches give other numbers or types of results");
  }
  OpInstance op;
  op.output_types = then_branch->outputs;
  op.folds = false;  // what a branch allocates is not counted
  op.run = [then_branch, else_branch](OpContext& context) -> absl::Status {
    TIQU_ASSIGN_OR_RETURN(const bool taken, IsTrue(context.input(0)));
    TIQU_ASSIGN_OR_RETURN(std::vector<Tensor> results,
                          (taken ? then_branch : else_branch)->Run(InputsFrom(context, 1)));
    for (size_t i = 0; i < results.size(); ++i) context.set_output(static_cast<int>(i), std::move(results[i]));
    return absl::OkStatus();
  };
  return op;
}

// The turns that all loops of a run have left: a loop that does not end must not hang its caller.
class TurnCounter {
 public:
  TurnCounter() {
    if (depth_++ == 0) left_ = kMostTurns;
  }
  ~TurnCounter() { --depth_; }
  TurnCounter(const TurnCounter&) = delete;
  TurnCounter& operator=(const TurnCounter&) = delete;

  absl::Status Take() {
    if (left_-- > 0) return absl::OkStatus();
    return absl::ResourceExhaustedError(absl::StrCat("the loop takes more than ", kMostTurns, " turns"));
  }

 private:
  inline static thread_local int depth_ = 0;
  inline static thread_local int64_t left_ = 0;
};

absl::Status RunWhile(OpContext& context, const CompiledBody& condition, const CompiledBody& body,
                      const std::vector<int>& ports) {
  std::vector<Tensor> values = InputsFrom(context, 0);
  TurnCounter turns;
  while (true) {
    TIQU_ASSIGN_OR_RETURN(const std::vector<Tensor> goes_on, condition.Run(values));
    TIQU_ASSIGN_OR_RETURN(const bool more, IsTrue(goes_on.at(0)));
    if (!more) break;
    TIQU_RETURN_IF_ERROR(turns.Take());
    TIQU_ASSIGN_OR_RETURN(std::vector<Tensor> results, body.Run(values));
    for (size_t i = 0; i < ports.size(); ++i) values[i] = std::move(results[ports[i]]);
  }
  for (size_t i = 0; i < ports.size(); ++i) context.set_output(ports[i], std::move(values[i]));
  return absl::OkStatus();
}

absl::StatusOr<OpInstance> MakeWhile(const NodeSpec& spec) {
  TIQU_ASSIGN_OR_RETURN(const Body condition, CompileBody(spec, 0, 0));
  TIQU_ASSIGN_OR_RETURN(const Body body, CompileBody(spec, 1, 0));
  // Results that are handles of variables are no values.
  std::vector<int> ports;
  bool fits = condition->outputs.size() == 1;
  for (size_t i = 0; i < body->outputs.size(); ++i) {
    if (body->outputs[i] == DataType::kInvalid) continue;
    fits = fits && body->outputs[i] == spec.input_type(static_cast<int>(ports.size()));
    ports.push_back(static_cast<int>(i));
  }
  if (!fits || static_cast<int>(ports.size()) != spec.input_count()) {
    return absl::InvalidArgumentError("its body does not give the values that it takes, or its condition is not one");
  }
  OpInstance op;
  op.output_types = body->outputs;
  op.folds = false;
  op.run = [condition, body, ports](OpContext& context) { return RunWhile(context, *condition, *body, ports); };
  return op;
}

}  // namespace

void RegisterFunctionOps(OpRegistry& registry) {
  registry.Add("If", MakeIf, {kAnyName, "then_branch, else_branch"});
  registry.Add("StatelessIf", MakeIf, {kAnyName, "then_branch, else_branch"});
  registry.Add("While", MakeWhile, {kAnyName, "cond, body (at most 100,000 turns)"});
  registry.Add("StatelessWhile", MakeWhile, {kAnyName, "cond, body (at most 100,000 turns)"});
}

}  // namespace tiqu::engine
