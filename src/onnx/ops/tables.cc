// Rows of tables by their ids. An index below 0 counts from the end in ONNX; TensorFlow refuses it (Gather) or gives a
// row of nothing (OneHot). Here it becomes an index beyond the end, which ONNX treats alike.
#include <algorithm>
#include <limits>

#include "onnx/op_table.h"

namespace tiqu::onnx {
namespace {

bool NeverNegative(NodeTranslation& n, int i) {
  if (!n.input(i).constant) return false;
  const std::vector<int64_t> ids = n.ConstantInts(i);
  return std::all_of(ids.begin(), ids.end(), [](int64_t id) { return id >= 0; });
}

void GatherAlong(NodeTranslation& n, int64_t axis) {
  bool wide = false;
  std::string ids = n.UseAlike(1, 2, &wide).front();
  const DataType type = wide ? DataType::kInt64 : n.input(1).type;
  if (!NeverNegative(n, 1)) {
    const double beyond =
        type == DataType::kInt32 ? std::numeric_limits<int32_t>::max() : static_cast<double>(int64_t{1} << 62);
    const std::string negative = n.EmitPart("below_zero", "Less", {ids, n.Scalar("zero", type, 0)});
    ids = n.EmitPart("ids", "Where", {negative, n.Scalar("beyond", type, beyond), ids});
  }
  StaticShape shape = n.input(0).shape;
  if (shape && n.input(1).shape) {
    const int at = n.PositiveAxis(axis, static_cast<int>(shape->size()));
    if (!n.status().ok()) return;
    shape->erase(shape->begin() + at);
    shape->insert(shape->begin() + at, n.input(1).shape->begin(), n.input(1).shape->end());
  } else {
    shape = std::nullopt;
  }
  bool wide_table = false;
  const std::string table = n.UseAlike(0, 1, &wide_table).front();
  n.AddOutput(n.Emit("Gather", {table, ids}, {{"axis", axis}}), n.input(0).type, shape, wide_table);
}

void Gather(NodeTranslation& n) {
  if (n.Int("batch_dims", 0) != 0) n.Fail("batch_dims must be 0");
  GatherAlong(n, 0);
}

void GatherV2(NodeTranslation& n) {
  if (n.Int("batch_dims", 0) != 0) n.Fail("batch_dims must be 0");
  GatherAlong(n, n.ConstantInt(2));
}

void OneHot(NodeTranslation& n) {
  const int rank = n.Rank(0) + 1;
  const int axis = n.PositiveAxis(n.Int("axis", -1), rank);
  const std::string zero = n.Scalar("zero", DataType::kInt64, 0);
  std::string classes = n.EmitPart("classes", "Range", {zero, n.UseWide(1), n.Scalar("one", DataType::kInt64, 1)});
  std::vector<int64_t> after;
  for (int i = axis + 1; i < rank; ++i) after.push_back(i - axis);
  if (!after.empty()) classes = n.EmitPart("classes", "Unsqueeze", {classes, n.WideInts("after", after)});
  const std::string ids = n.EmitPart("ids", "Unsqueeze", {n.UseWide(0), n.WideInts("axis", {axis})});
  const std::string hot = n.EmitPart("hot", "Equal", {ids, classes});
  StaticShape shape = n.input(0).shape;
  if (shape) shape->insert(shape->begin() + axis, n.input(1).constant ? n.ConstantInt(1) : -1);
  n.AddOutput(n.Emit("Where", {hot, n.Use(2), n.Use(3)}), n.input(2).type, shape);
}

}  // namespace

void AddTables(TranslationTable* table) {
  (*table)["Gather"] = (*table)["ResourceGather"] = Gather;
  (*table)["GatherV2"] = GatherV2;
  (*table)["OneHot"] = OneHot;
}

}  // namespace tiqu::onnx
