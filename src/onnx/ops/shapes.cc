// Shapes, and tensors made from a shape.
#include <algorithm>

#include "onnx/op_table.h"

namespace tiqu::onnx {
namespace {

// What is known of the shape that input `i` describes: its numbers, or how many there are.
StaticShape DescribedShape(NodeTranslation& n, int i) {
  const Value& value = n.input(i);
  if (value.constant && value.constant->size() <= static_cast<int64_t>(kMostAxes)) {
    Shape shape = n.ConstantInts(i);
    for (int64_t& size : shape) size = std::max<int64_t>(size, -1);
    return shape;
  }
  if (!value.shape || value.shape->size() != 1) return std::nullopt;
  const int64_t rank = value.shape->front();
  if (rank < 0 || rank > static_cast<int64_t>(kMostAxes)) return std::nullopt;
  return Shape(rank, -1);
}

void AddSize(NodeTranslation& n, std::string name, StaticShape shape) {
  const DataType type = n.Type("out_type", DataType::kInt32);
  n.AddOutput(std::move(name), type, std::move(shape), /*wide=*/type == DataType::kInt32);
}

void ShapeOf(NodeTranslation& n) {
  const StaticShape& shape = n.input(0).shape;
  AddSize(n, n.Emit("Shape", {n.Use(0)}), Shape{shape ? static_cast<int64_t>(shape->size()) : -1});
}

void SizeOf(NodeTranslation& n) { AddSize(n, n.Emit("Size", {n.Use(0)}), Shape{}); }

void RankOf(NodeTranslation& n) { AddSize(n, n.Emit("Size", {n.EmitPart("shape", "Shape", {n.Use(0)})}), Shape{}); }

void ExpandDims(NodeTranslation& n) {
  const int64_t axis = n.ConstantInt(1);
  StaticShape shape = n.input(0).shape;
  if (shape) {
    const int at = n.PositiveAxis(axis, static_cast<int>(shape->size()) + 1);
    shape->insert(shape->begin() + at, 1);
  }
  bool wide = false;
  const std::string x = n.UseAlike(0, 1, &wide).front();
  n.AddOutput(n.Emit("Unsqueeze", {x, n.WideInts("axis", {axis})}), n.input(0).type, shape, wide);
}

StaticShape Squeezed(NodeTranslation& n, const std::vector<int64_t>& axes) {
  const StaticShape& shape = n.input(0).shape;
  if (!shape) return std::nullopt;
  std::vector<bool> gone(shape->size());
  for (const int64_t axis : axes) {
    const int at = n.PositiveAxis(axis, static_cast<int>(gone.size()));
    if (!n.status().ok()) return std::nullopt;
    gone[at] = true;
  }
  Shape left;
  for (size_t i = 0; i < gone.size(); ++i) {
    if (axes.empty() && (*shape)[i] < 0) return std::nullopt;
    if (!(axes.empty() ? (*shape)[i] == 1 : gone[i])) left.push_back((*shape)[i]);
  }
  return left;
}

void Squeeze(NodeTranslation& n) {
  const std::vector<int64_t> axes = n.Ints(n.Find("squeeze_dims") != nullptr ? "squeeze_dims" : "axis");
  bool wide = false;
  std::vector<std::string> inputs = n.UseAlike(0, 1, &wide);
  if (!axes.empty()) inputs.push_back(n.WideInts("axes", axes));
  n.AddOutput(n.Emit("Squeeze", inputs), n.input(0).type, Squeezed(n, axes), wide);
}

// A size of 0 means 0, as in TensorFlow; ONNX has to be told unless it can see that there is none.
void Reshape(NodeTranslation& n) {
  const StaticShape shape = DescribedShape(n, 1);
  const bool may_be_empty = !shape || !n.input(1).constant || std::count(shape->begin(), shape->end(), 0) > 0;
  Attributes attributes;
  if (may_be_empty) attributes.emplace_back("allowzero", int64_t{1});
  bool wide = false;
  const std::string x = n.UseAlike(0, 1, &wide).front();
  n.AddOutput(n.Emit("Reshape", {x, n.UseWide(1)}, attributes), n.input(0).type, shape, wide);
}

void Transpose(NodeTranslation& n) {
  const std::vector<int64_t> order = n.ConstantInts(1);
  StaticShape shape = n.input(0).shape;
  if (shape) {
    const Shape sizes = *shape;
    if (order.size() != sizes.size()) return n.Fail("the permutation is not of the input's rank");
    for (size_t i = 0; i < order.size(); ++i) {
      const int from = n.PositiveAxis(order[i], static_cast<int>(sizes.size()));
      if (!n.status().ok()) return;
      (*shape)[i] = sizes[from];
    }
  }
  n.AddOutput(n.Emit("Transpose", {n.Use(0)}, {{"perm", order}}), n.input(0).type, shape);
}

void FilledLike(NodeTranslation& n, double number) {
  const DataType type = n.input(0).type;
  const std::string shape = n.EmitPart("shape", "Shape", {n.Use(0)});
  n.AddOutput(n.Emit("Expand", {n.Scalar("value", type, number), shape}), type, n.input(0).shape);
}

void ZerosLike(NodeTranslation& n) { FilledLike(n, 0); }
void OnesLike(NodeTranslation& n) { FilledLike(n, 1); }

void Fill(NodeTranslation& n) {
  n.AddOutput(n.Emit("Expand", {n.Use(1), n.UseWide(0)}), n.input(1).type, DescribedShape(n, 0));
}

void BroadcastTo(NodeTranslation& n) {
  n.AddOutput(n.Emit("Expand", {n.Use(0), n.UseWide(1)}), n.input(0).type, DescribedShape(n, 1));
}

void Tile(NodeTranslation& n) {
  StaticShape shape = n.input(0).shape;
  if (shape) shape->assign(shape->size(), -1);
  n.AddOutput(n.Emit("Tile", {n.Use(0), n.UseWide(1)}), n.input(0).type, shape);
}

void Range(NodeTranslation& n) {
  bool wide = false;
  const std::vector<std::string> bounds = n.UseAlike(0, 3, &wide);
  n.AddOutput(n.Emit("Range", bounds), n.input(0).type, tiqu::Shape{-1}, wide);
}

}  // namespace

void AddShapes(TranslationTable* table) {
  (*table)["Shape"] = ShapeOf;
  (*table)["Size"] = SizeOf;
  (*table)["Rank"] = RankOf;
  (*table)["ExpandDims"] = ExpandDims;
  (*table)["Squeeze"] = Squeeze;
  (*table)["Reshape"] = Reshape;
  (*table)["Transpose"] = Transpose;
  (*table)["ZerosLike"] = ZerosLike;
  (*table)["OnesLike"] = OnesLike;
  (*table)["Fill"] = Fill;
  (*table)["BroadcastTo"] = BroadcastTo;
  (*table)["Tile"] = Tile;
  (*table)["Range"] = Range;
}

}  // namespace tiqu::onnx
