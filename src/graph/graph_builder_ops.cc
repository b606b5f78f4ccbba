// One function an operation: its inputs and the attributes that TensorFlow 1.8 knows, no others.
#include "graph/graph_builder.h"

namespace tiqu::graph {
Output GraphBuilder::Placeholder(const std::string& name, DataType type, const tiqu::Shape& shape) {
  return Begin("Placeholder", name, !kUnique).Type("dtype", type).ShapeAttr("shape", shape).Result(type);
}

Output GraphBuilder::PlaceholderWithDefault(const std::string& name, const Output& x, const tiqu::Shape& shape) {
  return Begin("PlaceholderWithDefault", name, !kUnique)
      .Input(x)
      .Type("dtype", x.type)
      .ShapeAttr("shape", shape)
      .Result(x.type);
}

Output GraphBuilder::Variable(const std::string& name, const tiqu::Shape& shape, bool trainable) {
  if (!prefix_.empty()) Fail("variable '" + name + "' is made inside a scope");
  const Output variable = Begin("VariableV2", name, !kUnique)
                              .ShapeAttr("shape", shape)
                              .Type("dtype", DataType::kFloat)
                              .String("container", "")
                              .String("shared_name", "")
                              .Result(DataType::kFloat);
  const auto scope = Enter(name);
  const Output zeros = Fill(Ints({shape.begin(), shape.end()}), Float(0), "initial_value");
  Begin("Assign", "Assign", !kUnique)
      .Inputs({variable, zeros})
      .Type("T", DataType::kFloat)
      .Bool("validate_shape", true)
      .Bool("use_locking", true);
  variables_.push_back({name, shape, trainable});
  return Begin("Identity", "read", !kUnique).Input(variable).Type("T", DataType::kFloat).Result(DataType::kFloat);
}

Output GraphBuilder::Constant(const Tensor& value) {
  return Begin("Const", "Const", kUnique).Type("dtype", value.type()).TensorAttr("value", value).Result(value.type());
}

Output GraphBuilder::Ints(const std::vector<int32_t>& values) {
  return Constant(Tensor::Of<int32_t>({static_cast<int64_t>(values.size())}, values));
}

Output GraphBuilder::Unary(std::string_view op, const Output& x) {
  return Begin(op, op, kUnique).Input(x).Type("T", x.type).Result(x.type);
}

Output GraphBuilder::Binary(std::string_view op, const Output& a, const Output& b) {
  return Begin(op, op, kUnique).Inputs({a, b}).Type("T", a.type).Result(a.type);
}

Output GraphBuilder::Compare(std::string_view op, const Output& a, const Output& b) {
  return Begin(op, op, kUnique).Inputs({a, b}).Type("T", a.type).Result(DataType::kBool);
}

Output GraphBuilder::LogicalAnd(const Output& a, const Output& b) {
  return Begin("LogicalAnd", "LogicalAnd", kUnique).Inputs({a, b}).Result(DataType::kBool);
}

Output GraphBuilder::Named(const std::string& name, const Output& x) {
  return Begin("Identity", name, !kUnique).Input(x).Type("T", x.type).Result(x.type);
}

Output GraphBuilder::Cast(const Output& x, DataType type, const std::string& name) {
  return Begin("Cast", name.empty() ? "Cast" : name, name.empty())
      .Input(x)
      .Type("SrcT", x.type)
      .Type("DstT", type)
      .Result(type);
}

Output GraphBuilder::Reduce(std::string_view op, const Output& x, int axis, bool keep_dims) {
  const Output axes = Ints({axis});
  return Begin(op, op, kUnique)
      .Inputs({x, axes})
      .Type("T", x.type)
      .Type("Tidx", DataType::kInt32)
      .Bool("keep_dims", keep_dims)
      .Result(x.type);
}

Output GraphBuilder::Shape(const Output& x) {
  return Begin("Shape", "Shape", kUnique)
      .Input(x)
      .Type("T", x.type)
      .Type("out_type", DataType::kInt32)
      .Result(DataType::kInt32);
}

Output GraphBuilder::ExpandDims(const Output& x, int axis) {
  const Output where = Int(axis);
  return Begin("ExpandDims", "ExpandDims", kUnique)
      .Inputs({x, where})
      .Type("T", x.type)
      .Type("Tdim", DataType::kInt32)
      .Result(x.type);
}

Output GraphBuilder::Squeeze(const Output& x, int axis) {
  return Begin("Squeeze", "Squeeze", kUnique).Input(x).Type("T", x.type).Ints("squeeze_dims", {axis}).Result(x.type);
}

Output GraphBuilder::Reshape(const Output& x, const Output& shape) {
  return Begin("Reshape", "Reshape", kUnique)
      .Inputs({x, shape})
      .Type("T", x.type)
      .Type("Tshape", DataType::kInt32)
      .Result(x.type);
}

Output GraphBuilder::Slice(const Output& x, int rank, const AxisRange& range) {
  std::vector<int32_t> begin(rank, 0);
  std::vector<int32_t> end(rank, 0);
  begin[range.axis] = range.begin;
  end[range.axis] = range.end;
  const int whole = (1 << rank) - 1;
  const int bounded_begin = whole & ~(1 << range.axis);
  const std::vector<Output> bounds = {Ints(begin), Ints(end), Ints(std::vector<int32_t>(rank, 1))};
  return Begin("StridedSlice", "StridedSlice", kUnique)
      .Input(x)
      .Inputs(bounds)
      .Type("T", x.type)
      .Type("Index", DataType::kInt32)
      .Int("begin_mask", bounded_begin)
      .Int("end_mask", range.end == 0 ? whole : bounded_begin)
      .Int("ellipsis_mask", 0)
      .Int("new_axis_mask", 0)
      .Int("shrink_axis_mask", 0)
      .Result(x.type);
}

Output GraphBuilder::Element(const Output& vector, int index) {
  const std::vector<Output> bounds = {Ints({index}), Ints({index + 1}), Ints({1})};
  return Begin("StridedSlice", "Element", kUnique)
      .Input(vector)
      .Inputs(bounds)
      .Type("T", vector.type)
      .Type("Index", DataType::kInt32)
      .Int("begin_mask", 0)
      .Int("end_mask", 0)
      .Int("ellipsis_mask", 0)
      .Int("new_axis_mask", 0)
      .Int("shrink_axis_mask", 1)
      .Result(vector.type);
}

Output GraphBuilder::Pad(const Output& x, const std::vector<int32_t>& before_after) {
  const auto rank = static_cast<int64_t>(before_after.size() / 2);
  const Output paddings = Constant(Tensor::Of<int32_t>({rank, 2}, before_after));
  return Begin("Pad", "Pad", kUnique)
      .Inputs({x, paddings})
      .Type("T", x.type)
      .Type("Tpaddings", DataType::kInt32)
      .Result(x.type);
}

Output GraphBuilder::Concat(const std::vector<Output>& parts, int axis) {
  const DataType type = parts.front().type;
  const Output where = Int(axis);
  return Begin("ConcatV2", "Concat", kUnique)
      .Inputs(parts)
      .Input(where)
      .Int("N", static_cast<int64_t>(parts.size()))
      .Type("T", type)
      .Type("Tidx", DataType::kInt32)
      .Result(type);
}

Output GraphBuilder::Tile(const Output& x, const Output& multiples) {
  return Begin("Tile", "Tile", kUnique)
      .Inputs({x, multiples})
      .Type("T", x.type)
      .Type("Tmultiples", multiples.type)
      .Result(x.type);
}

std::vector<Output> GraphBuilder::Split(const Output& x, int parts, int axis) {
  const Output axis_constant = Int(axis);
  Node node = Begin("Split", "Split", kUnique);
  node.Inputs({axis_constant, x}).Int("num_split", parts).Type("T", x.type);
  std::vector<Output> results;
  for (int i = 0; i < parts; ++i) results.push_back(node.Result(x.type, i));
  return results;
}

Output GraphBuilder::Range(const Output& begin, const Output& end, const Output& step) {
  return Begin("Range", "Range", kUnique).Inputs({begin, end, step}).Type("Tidx", begin.type).Result(begin.type);
}

Output GraphBuilder::Fill(const Output& dims, const Output& value, const std::string& name) {
  return Begin("Fill", name.empty() ? "Fill" : name, name.empty())
      .Inputs({dims, value})
      .Type("T", value.type)
      .Result(value.type);
}

Output GraphBuilder::MatMul(const Output& a, const Output& b) {
  return Begin("MatMul", "MatMul", kUnique)
      .Inputs({a, b})
      .Type("T", a.type)
      .Bool("transpose_a", false)
      .Bool("transpose_b", false)
      .Result(a.type);
}

Output GraphBuilder::BatchMatMul(const Output& a, const Output& b, bool transpose_b) {
  return Begin("BatchMatMul", "BatchMatMul", kUnique)
      .Inputs({a, b})
      .Type("T", a.type)
      .Bool("adj_x", false)
      .Bool("adj_y", transpose_b)
      .Result(a.type);
}

Output GraphBuilder::BiasAdd(const Output& x, const Output& bias) {
  return Begin("BiasAdd", "BiasAdd", kUnique)
      .Inputs({x, bias})
      .Type("T", x.type)
      .String("data_format", "NHWC")
      .Result(x.type);
}

Output GraphBuilder::Gather(const Output& table, const Output& ids) {
  return Begin("Gather", "Gather", kUnique)
      .Inputs({table, ids})
      .Type("Tparams", table.type)
      .Type("Tindices", ids.type)
      .Bool("validate_indices", true)
      .Result(table.type);
}

Output GraphBuilder::MaxPoolHeight(const Output& x, int window) {
  return Begin("MaxPool", "MaxPool", kUnique)
      .Input(x)
      .Type("T", x.type)
      .Ints("ksize", {1, window, 1, 1})
      .Ints("strides", {1, 1, 1, 1})
      .String("padding", "SAME")
      .String("data_format", "NHWC")
      .Result(x.type);
}

}  // namespace tiqu::graph
