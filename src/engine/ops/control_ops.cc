// Operations that hold, hand on or check values.
#include <memory>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "engine/conditionals.h"
#include "engine/op_registry.h"
#include "engine/ops/register.h"
#include "engine/variable_cell.h"
#include "graph/tensor_proto.h"
#include "saved_model.pb.h"

namespace tiqu::engine {
namespace {

OpInstance ConstantOf(Tensor value) {
  OpInstance op;
  op.output_types = {value.type()};
  op.constants.push_back(std::move(value));
  return op;
}

absl::StatusOr<OpInstance> MakeConst(const NodeSpec& spec) {
  const tensorflow::AttrValue* value = spec.Find("value");
  if (value == nullptr || !value->has_tensor()) return absl::InvalidArgumentError("attribute value is not a tensor");
  TIQU_ASSIGN_OR_RETURN(Tensor tensor, graph::TensorFromProto(value->tensor()));
  return ConstantOf(std::move(tensor));
}

// The variable's value from the bundle; its declared type and shape must agree.
absl::StatusOr<Tensor> VariableValue(const NodeSpec& spec) {
  const LoadContext& load = spec.load();
  const auto renamed = load.variable_keys.find(spec.name());
  const std::string& key = renamed == load.variable_keys.end() ? spec.name() : renamed->second;
  const auto it = load.variables->find(key);
  if (it == load.variables->end()) {
    return absl::InvalidArgumentError(absl::StrCat("variable '", key, "' is not among the saved variables"));
  }
  const Tensor& value = it->second;
  if (const DataType type = spec.Type("dtype", value.type()); type != value.type()) {
    return absl::InvalidArgumentError(absl::StrCat("variable '", key, "' is declared as ", DataTypeName(type),
                                                   " and saved as ", DataTypeName(value.type())));
  }
  const tensorflow::AttrValue* shape = spec.Find("shape");
  if (shape == nullptr || !shape->has_shape() || shape->shape().unknown_rank()) return value;
  const Shape declared = graph::ShapeFromProto(shape->shape());
  bool fits = declared.size() == value.shape().size();
  for (size_t i = 0; fits && i < declared.size(); ++i) fits = declared[i] < 0 || declared[i] == value.shape()[i];
  if (fits) return value;
  return absl::InvalidArgumentError(absl::StrCat("variable '", key, "' is declared with shape ",
                                                 ShapeToString(declared), " and saved with ",
                                                 ShapeToString(value.shape())));
}

absl::StatusOr<OpInstance> MakeVariable(const NodeSpec& spec) {
  TIQU_ASSIGN_OR_RETURN(Tensor value, VariableValue(spec));
  auto& cells = spec.load().cells;
  const auto cell = cells.find(spec.name());
  if (cell == cells.end()) return ConstantOf(std::move(value));
  const DataType type = value.type();
  static_cast<void>(cell->second->Update([&value](const Tensor&) -> absl::StatusOr<Tensor> { return value; }));
  const auto run = [cell = cell->second](OpContext& context) {
    context.set_output(0, cell->Get());
    return absl::OkStatus();
  };
  return OpInstance{{type}, run, {}, /*folds=*/false};
}

// A handle stands for its variable's value: nothing here ever writes one.
absl::StatusOr<OpInstance> MakeVarHandle(const NodeSpec& spec) {
  TIQU_ASSIGN_OR_RETURN(Tensor value, VariableValue(spec));
  OpInstance op = ConstantOf(std::move(value));
  op.output_types = {DataType::kResource};
  return op;
}

absl::StatusOr<OpInstance> MakeReadVariable(const NodeSpec& spec) {
  spec.ExpectInputs(1);
  spec.ExpectType(0, {DataType::kResource});
  const Tensor* value = spec.constant(0);
  if (value == nullptr) return absl::InvalidArgumentError("reads something that is not a variable");
  return ConstantOf(*value);
}

absl::StatusOr<OpInstance> MakePlaceholder(const NodeSpec& spec) {
  OpInstance op;
  op.output_types = {spec.Type("dtype", DataType::kInvalid)};
  op.needs_feed = true;
  op.run = [](OpContext&) { return absl::FailedPreconditionError("a placeholder has no value of its own"); };
  return op;
}

absl::StatusOr<OpInstance> MakeIdentity(const NodeSpec& spec) {
  spec.ExpectInputs(1, 1 << 20);
  OpInstance op;
  for (int i = 0; i < spec.input_count(); ++i) op.output_types.push_back(spec.input_type(i));
  op.run = [](OpContext& context) {
    for (int i = 0; i < context.input_count(); ++i) context.set_output(i, context.input(i));
    return absl::OkStatus();
  };
  return op;
}

absl::StatusOr<OpInstance> MakeEnsureShape(const NodeSpec& spec) {
  spec.ExpectInputs(1);
  const tensorflow::AttrValue* shape = spec.Find("shape");
  if (shape == nullptr || !shape->has_shape()) return absl::InvalidArgumentError("attribute shape is not a shape");
  if (shape->shape().unknown_rank()) return MakeIdentity(spec);
  const Shape wanted = graph::ShapeFromProto(shape->shape());
  const auto run = [wanted](OpContext& context) -> absl::Status {
    const Shape& got = context.input(0).shape();
    bool fits = got.size() == wanted.size();
    for (size_t i = 0; fits && i < got.size(); ++i) fits = wanted[i] < 0 || wanted[i] == got[i];
    if (!fits) {
      return absl::InvalidArgumentError(
          absl::StrCat("shape ", ShapeToString(got), " does not fit ", ShapeToString(wanted)));
    }
    context.set_output(0, context.input(0));
    return absl::OkStatus();
  };
  return OpInstance{{spec.input_type(0)}, run};
}

// One of two sides, and which: what a Merge gives.
absl::StatusOr<OpInstance> MakeChoose(const NodeSpec& spec) {
  spec.ExpectInputs(3);
  spec.ExpectType(0, {DataType::kBool});
  spec.ExpectSameType(1, 2);
  const auto run = [](OpContext& context) -> absl::Status {
    const Tensor& condition = context.input(0);
    if (condition.size() != 1) {
      return absl::InvalidArgumentError(absl::StrCat("the condition has shape ", ShapeToString(condition.shape())));
    }
    const bool chosen = condition.data<bool>()[0];
    TIQU_ASSIGN_OR_RETURN(Tensor * index, context.Allocate(1, DataType::kInt32, {}));
    index->data<int32_t>()[0] = chosen ? 1 : 0;
    context.set_output(0, context.input(chosen ? 2 : 1));
    return absl::OkStatus();
  };
  return OpInstance{{spec.input_type(1), DataType::kInt32}, run};
}

absl::StatusOr<OpInstance> MakeNoOp(const NodeSpec&) { return OpInstance{}; }

absl::StatusOr<OpInstance> MakeAssert(const NodeSpec& spec) {
  spec.ExpectInputs(1, 1 << 20);
  spec.ExpectType(0, {DataType::kBool});
  OpInstance op;
  op.run = [](OpContext& context) -> absl::Status {
    const Tensor& condition = context.input(0);
    if (condition.size() == 1 && condition.data<bool>()[0]) return absl::OkStatus();
    std::string message = "assertion failed";
    for (int i = 1; i < context.input_count(); ++i) {
      if (context.input(i).type() != DataType::kString) continue;
      for (const std::string& text : context.input(i).strings()) absl::StrAppend(&message, ": ", text);
    }
    return absl::InvalidArgumentError(message);
  };
  return op;
}

}  // namespace

void RegisterControlOps(OpRegistry& registry) {
  registry.Add("Const", MakeConst, {kAnyName, "value"});
  registry.Add("VariableV2", MakeVariable, {kAnyName, "dtype, shape"});
  registry.Add("Variable", MakeVariable, {kAnyName, "dtype, shape"});
  registry.Add("VarHandleOp", MakeVarHandle, {kAnyName, "dtype, shape, shared_name"});
  registry.Add("ReadVariableOp", MakeReadVariable, {kAnyName});
  registry.Add("Placeholder", MakePlaceholder, {kAnyName, "dtype"});
  registry.Add("PlaceholderWithDefault", MakeIdentity, {kAnyName});
  registry.Add("Identity", MakeIdentity, {kAnyName});
  registry.Add("IdentityN", MakeIdentity, {kAnyName});
  registry.Add("StopGradient", MakeIdentity, {kAnyName});
  registry.Add("PreventGradient", MakeIdentity, {kAnyName});
  registry.Add(kChooseOp, MakeChoose);
  registry.Add("Snapshot", MakeIdentity, {kAnyName});
  registry.Add("EnsureShape", MakeEnsureShape, {kAnyName, "shape"});
  registry.Add("NoOp", MakeNoOp, {"none"});
  registry.Add("Assert", MakeAssert, {kAnyName});
}

}  // namespace tiqu::engine
