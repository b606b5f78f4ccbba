// Over axes that are constants of the graph.
#include <algorithm>

#include "onnx/op_table.h"

namespace tiqu::onnx {
namespace {

// The shape without the axes, or with 1 in their place.
StaticShape Reduced(const StaticShape& shape, const std::vector<int64_t>& axes, bool keep) {
  if (!shape) return std::nullopt;
  const auto rank = static_cast<int64_t>(shape->size());
  Shape left;
  for (int64_t axis = 0; axis < rank; ++axis) {
    const bool gone = std::any_of(axes.begin(), axes.end(), [&](int64_t a) { return a == axis || a + rank == axis; });
    if (!gone) left.push_back((*shape)[axis]);
    if (gone && keep) left.push_back(1);
  }
  return left;
}

bool KeepsAxes(NodeTranslation& n) { return n.Bool("keep_dims", n.Bool("keepdims", false)); }

// No axes at all: ONNX would reduce over all of them, TensorFlow over none.
template <const char* kOnnxOp>
void Reduction(NodeTranslation& n) {
  const std::vector<int64_t> axes = n.ConstantInts(1);
  if (axes.empty()) return n.AddOutput(n.input(0));
  const bool keep = KeepsAxes(n);
  bool wide = false;
  const std::string x = n.UseAlike(0, 1, &wide).front();
  const Attributes attributes = {{"axes", axes}, {"keepdims", int64_t{keep}}};
  n.AddOutput(n.Emit(kOnnxOp, {x}, attributes), n.input(0).type, Reduced(n.input(0).shape, axes, keep), wide);
}

// Its axes are an input in the version of ONNX that is written.
void Sum(NodeTranslation& n) {
  const std::vector<int64_t> axes = n.ConstantInts(1);
  if (axes.empty()) return n.AddOutput(n.input(0));
  const bool keep = KeepsAxes(n);
  bool wide = false;
  const std::string x = n.UseAlike(0, 1, &wide).front();
  const std::string sum = n.Emit("ReduceSum", {x, n.WideInts("axes", axes)}, {{"keepdims", int64_t{keep}}});
  n.AddOutput(sum, n.input(0).type, Reduced(n.input(0).shape, axes, keep), wide);
}

template <const char* kOnnxOp>
void OfTruths(NodeTranslation& n) {
  const std::vector<int64_t> axes = n.ConstantInts(1);
  if (axes.empty()) return n.AddOutput(n.input(0));
  const bool keep = KeepsAxes(n);
  const std::string numbers = n.EmitCast("numbers", n.Use(0), DataType::kInt32);
  const std::string reduced = n.EmitPart("reduced", kOnnxOp, {numbers}, {{"axes", axes}, {"keepdims", int64_t{keep}}});
  n.AddOutput(n.Emit("Cast", {reduced}, {{"to", int64_t{OnnxType(DataType::kBool)}}}), DataType::kBool,
              Reduced(n.input(0).shape, axes, keep));
}

// The first of several, in both formats.
template <const char* kOnnxOp>
void Place(NodeTranslation& n) {
  const int64_t axis = n.ConstantInt(1);
  const std::string place = n.Emit(kOnnxOp, {n.Use(0)}, {{"axis", axis}, {"keepdims", int64_t{0}}});
  const DataType type = n.Type("output_type", DataType::kInt64);
  n.AddOutput(place, type, Reduced(n.input(0).shape, {axis}, false), /*wide=*/type == DataType::kInt32);
}

constexpr char kReduceMax[] = "ReduceMax";
constexpr char kReduceMin[] = "ReduceMin";
constexpr char kReduceMean[] = "ReduceMean";
constexpr char kReduceProd[] = "ReduceProd";
constexpr char kArgMax[] = "ArgMax";
constexpr char kArgMin[] = "ArgMin";

}  // namespace

void AddReductions(TranslationTable* table) {
  (*table)["Max"] = Reduction<kReduceMax>;
  (*table)["Min"] = Reduction<kReduceMin>;
  (*table)["Mean"] = Reduction<kReduceMean>;
  (*table)["Prod"] = Reduction<kReduceProd>;
  (*table)["Sum"] = Sum;
  (*table)["All"] = OfTruths<kReduceMin>;
  (*table)["Any"] = OfTruths<kReduceMax>;
  (*table)["ArgMax"] = Place<kArgMax>;
  (*table)["ArgMin"] = Place<kArgMin>;
}

}  // namespace tiqu::onnx
