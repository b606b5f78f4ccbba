// One element at a time: arithmetic, comparisons, activations. Operands broadcast alike in both formats.
#include "onnx/op_table.h"

namespace tiqu::onnx {
namespace {

bool IsInteger(DataType type) { return type == DataType::kInt32 || type == DataType::kInt64; }

struct Operands {
  std::vector<std::string> names;
  DataType type;  // as ONNX has them
  bool wide;
  StaticShape shape;
};

Operands TakeOperands(NodeTranslation& n) {
  Operands operands;
  operands.names = n.UseAlike(0, 2, &operands.wide);
  operands.type = operands.wide ? DataType::kInt64 : n.input(0).type;
  operands.shape = Broadcast(n.input(0).shape, n.input(1).shape);
  return operands;
}

void AddNumbers(NodeTranslation& n, const Operands& operands, std::string name) {
  n.AddOutput(std::move(name), n.input(0).type, operands.shape, operands.wide);
}

// TensorFlow's name -> ONNX's, where nothing else differs.
template <const char* kOnnxOp>
void Arithmetic(NodeTranslation& n) {
  const Operands operands = TakeOperands(n);
  AddNumbers(n, operands, n.Emit(kOnnxOp, operands.names));
}

template <const char* kOnnxOp>
void Comparison(NodeTranslation& n) {
  const Operands operands = TakeOperands(n);
  n.AddOutput(n.Emit(kOnnxOp, operands.names), DataType::kBool, operands.shape);
}

template <const char* kOnnxOp>
void OneInput(NodeTranslation& n) {
  n.AddOutput(n.Emit(kOnnxOp, {n.Use(0)}), n.input(0).type, n.input(0).shape);
}

template <const char* kOnnxOp>
void LastAxis(NodeTranslation& n) {
  n.AddOutput(n.Emit(kOnnxOp, {n.Use(0)}, {{"axis", int64_t{-1}}}), n.input(0).type, n.input(0).shape);
}

void NotEqual(NodeTranslation& n) {
  const Operands operands = TakeOperands(n);
  n.AddOutput(n.Emit("Not", {n.EmitPart("equal", "Equal", operands.names)}), DataType::kBool, operands.shape);
}

void SquaredDifference(NodeTranslation& n) {
  const Operands operands = TakeOperands(n);
  const std::string difference = n.EmitPart("difference", "Sub", operands.names);
  AddNumbers(n, operands, n.Emit("Mul", {difference, difference}));
}

// Towards minus infinity. ONNX's Div of integers rounds towards 0, its Mod takes the divisor's sign.
void FloorDiv(NodeTranslation& n) {
  const Operands operands = TakeOperands(n);
  if (!IsInteger(operands.type)) {
    return AddNumbers(n, operands, n.Emit("Floor", {n.EmitPart("quotient", "Div", operands.names)}));
  }
  const std::string rest = n.EmitPart("rest", "Mod", operands.names);
  const std::string multiple = n.EmitPart("multiple", "Sub", {operands.names[0], rest});
  AddNumbers(n, operands, n.Emit("Div", {multiple, operands.names[1]}));
}

void FloorMod(NodeTranslation& n) {
  const Operands operands = TakeOperands(n);
  if (IsInteger(operands.type)) return AddNumbers(n, operands, n.Emit("Mod", operands.names));
  const std::string quotient = n.EmitPart("floor", "Floor", {n.EmitPart("quotient", "Div", operands.names)});
  const std::string multiple = n.EmitPart("multiple", "Mul", {quotient, operands.names[1]});
  AddNumbers(n, operands, n.Emit("Sub", {operands.names[0], multiple}));
}

void AddN(NodeTranslation& n) {
  bool wide = false;
  const std::vector<std::string> names = n.UseAlike(0, n.input_count(), &wide);
  std::string sum = names.empty() ? "" : names.front();
  for (size_t i = 1; i < names.size(); ++i) sum = n.Emit("Add", {sum, names[i]});  // ONNX's Sum is of floats only
  n.AddOutput(sum, n.input(0).type, n.input(0).shape, wide);
}

void BiasAdd(NodeTranslation& n) {
  if (n.String("data_format", "NHWC") != "NHWC") n.Fail("data_format must be NHWC");
  n.AddOutput(n.Emit("Add", {n.Use(0), n.Use(1)}), n.input(0).type, n.input(0).shape);
}

void Square(NodeTranslation& n) {
  const std::string x = n.Use(0);
  n.AddOutput(n.Emit("Mul", {x, x}), n.input(0).type, n.input(0).shape);
}

void Rsqrt(NodeTranslation& n) {
  const std::string root = n.EmitPart("root", "Sqrt", {n.Use(0)});
  n.AddOutput(n.Emit("Reciprocal", {root}), n.input(0).type, n.input(0).shape);
}

void Relu6(NodeTranslation& n) {
  const DataType type = n.input(0).type;
  const std::string positive = n.EmitPart("positive", "Relu", {n.Use(0)});
  n.AddOutput(n.Emit("Min", {positive, n.Scalar("six", type, 6)}), type, n.input(0).shape);
}

void LeakyRelu(NodeTranslation& n) {
  const Attributes alpha = {{"alpha", n.Float("alpha", 0.2F)}};
  n.AddOutput(n.Emit("LeakyRelu", {n.Use(0)}, alpha), n.input(0).type, n.input(0).shape);
}

void SelectV2(NodeTranslation& n) {
  bool wide = false;
  const std::vector<std::string> choices = n.UseAlike(1, 3, &wide);
  const StaticShape shape = Broadcast(n.input(0).shape, Broadcast(n.input(1).shape, n.input(2).shape));
  n.AddOutput(n.Emit("Where", {n.Use(0), choices[0], choices[1]}), n.input(1).type, shape, wide);
}

// The condition is of the choices' shape, or a vector that chooses whole rows.
void Select(NodeTranslation& n) {
  bool wide = false;
  const std::vector<std::string> choices = n.UseAlike(1, 3, &wide);
  std::string condition = n.Use(0);
  const int rank = n.Rank(1);
  if (n.Rank(0) == 1 && rank > 1) {
    std::vector<int64_t> axes;
    for (int axis = 1; axis < rank; ++axis) axes.push_back(axis);
    condition = n.EmitPart("condition", "Unsqueeze", {condition, n.WideInts("axes", axes)});
  }
  n.AddOutput(n.Emit("Where", {condition, choices[0], choices[1]}), n.input(1).type, n.input(1).shape, wide);
}

// Towards 0, as both formats have it. An int32 that is wide already is an int64.
void Cast(NodeTranslation& n) {
  const DataType from = n.Type("SrcT", n.input(0).type);
  const DataType to = n.Type("DstT", from);
  if (from == to) return n.AddOutput(n.input(0));
  const Value& x = n.input(0);
  if (x.wide && to == DataType::kInt64) return n.AddOutput(x.name, to, x.shape);
  const std::string source = x.wide ? x.name : n.Use(0);
  n.AddOutput(n.Emit("Cast", {source}, {{"to", int64_t{OnnxType(to)}}}), to, x.shape);
}

void Pass(NodeTranslation& n) {
  for (int i = 0; i < n.input_count(); ++i) n.AddOutput(n.input(i));
}

void PassFirst(NodeTranslation& n) { n.AddOutput(n.input(0)); }

#define TIQU_ONNX_NAME(name) constexpr char k##name[] = #name
TIQU_ONNX_NAME(Add);
TIQU_ONNX_NAME(Sub);
TIQU_ONNX_NAME(Mul);
TIQU_ONNX_NAME(Div);
TIQU_ONNX_NAME(Max);
TIQU_ONNX_NAME(Min);
TIQU_ONNX_NAME(Pow);
TIQU_ONNX_NAME(And);
TIQU_ONNX_NAME(Or);
TIQU_ONNX_NAME(Not);
TIQU_ONNX_NAME(Equal);
TIQU_ONNX_NAME(Greater);
TIQU_ONNX_NAME(GreaterOrEqual);
TIQU_ONNX_NAME(Less);
TIQU_ONNX_NAME(LessOrEqual);
TIQU_ONNX_NAME(Abs);
TIQU_ONNX_NAME(Ceil);
TIQU_ONNX_NAME(Elu);
TIQU_ONNX_NAME(Erf);
TIQU_ONNX_NAME(Exp);
TIQU_ONNX_NAME(Floor);
TIQU_ONNX_NAME(Log);
TIQU_ONNX_NAME(LogSoftmax);
TIQU_ONNX_NAME(Neg);
TIQU_ONNX_NAME(Reciprocal);
TIQU_ONNX_NAME(Relu);
TIQU_ONNX_NAME(Round);
TIQU_ONNX_NAME(Sigmoid);
TIQU_ONNX_NAME(Sign);
TIQU_ONNX_NAME(Softmax);
TIQU_ONNX_NAME(Softplus);
TIQU_ONNX_NAME(Softsign);
TIQU_ONNX_NAME(Sqrt);
TIQU_ONNX_NAME(Tanh);
#undef TIQU_ONNX_NAME

void AddTwoInputs(TranslationTable& table) {
  table["Add"] = table["AddV2"] = Arithmetic<kAdd>;
  table["Sub"] = Arithmetic<kSub>;
  table["Mul"] = Arithmetic<kMul>;
  table["Div"] = table["RealDiv"] = Arithmetic<kDiv>;
  table["Maximum"] = Arithmetic<kMax>;
  table["Minimum"] = Arithmetic<kMin>;
  table["Pow"] = Arithmetic<kPow>;
  table["SquaredDifference"] = SquaredDifference;
  table["FloorDiv"] = FloorDiv;
  table["FloorMod"] = FloorMod;
  table["LogicalAnd"] = Comparison<kAnd>;
  table["LogicalOr"] = Comparison<kOr>;
  table["Equal"] = Comparison<kEqual>;
  table["NotEqual"] = NotEqual;
  table["Greater"] = Comparison<kGreater>;
  table["GreaterEqual"] = Comparison<kGreaterOrEqual>;
  table["Less"] = Comparison<kLess>;
  table["LessEqual"] = Comparison<kLessOrEqual>;
  table["AddN"] = AddN;
  table["BiasAdd"] = BiasAdd;
  table["Select"] = Select;
  table["SelectV2"] = SelectV2;
}

void AddOneInput(TranslationTable& table) {
  table["Abs"] = OneInput<kAbs>;
  table["Ceil"] = OneInput<kCeil>;
  table["Elu"] = OneInput<kElu>;
  table["Erf"] = OneInput<kErf>;
  table["Exp"] = OneInput<kExp>;
  table["Floor"] = OneInput<kFloor>;
  table["Log"] = OneInput<kLog>;
  table["LogicalNot"] = OneInput<kNot>;
  table["Neg"] = OneInput<kNeg>;
  table["Reciprocal"] = table["Inv"] = OneInput<kReciprocal>;
  table["Relu"] = OneInput<kRelu>;
  table["Rint"] = table["Round"] = OneInput<kRound>;  // halves to even
  table["Sigmoid"] = OneInput<kSigmoid>;
  table["Sign"] = OneInput<kSign>;
  table["Softplus"] = OneInput<kSoftplus>;
  table["Softsign"] = OneInput<kSoftsign>;
  table["Sqrt"] = OneInput<kSqrt>;
  table["Tanh"] = OneInput<kTanh>;
  table["Softmax"] = LastAxis<kSoftmax>;
  table["LogSoftmax"] = LastAxis<kLogSoftmax>;
  table["Square"] = Square;
  table["Rsqrt"] = Rsqrt;
  table["Relu6"] = Relu6;
  table["LeakyRelu"] = LeakyRelu;
  table["Cast"] = Cast;
  table["Identity"] = table["StopGradient"] = table["PlaceholderWithDefault"] = PassFirst;
  table["ReadVariableOp"] = PassFirst;
  table["IdentityN"] = Pass;
}

}  // namespace

void AddElementwise(TranslationTable* table) {
  AddTwoInputs(*table);
  AddOneInput(*table);
}

}  // namespace tiqu::onnx
