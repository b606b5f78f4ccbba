// Writes a TensorFlow GraphDef node by node, TF1 style, ops and attributes of the 1.8 era (reference: TensorFlow's op
// registry of 1.8; see docs/formats/saved_model.md).
//
//   GraphBuilder g;
//   Output x = g.Placeholder("x_in", DataType::kFloat, {-1, -1});
//   Output kernel = g.Variable("encode_0/kernel", {3, 8, 16}, /*trainable=*/true);
//   {
//     auto scope = g.Enter("passage/encode_0", "DilatedGatedConv1D");  // nodes get the prefix and _tiqu_layer
//     Output in = g.Role(x, "input");                                  // an Identity with _tiqu_role: the fuser's
//     handle
//     ...
//     out = g.LayerOutput(y, {{"rate", 2}});
//   }
//   TIQU_ASSIGN_OR_RETURN(tensorflow::GraphDef graph, g.Finish());
//
// Every annotated scope has Identity nodes SCOPE/in_ROLE (attribute _tiqu_role = ROLE) for each tensor that comes in,
// weights included, and ends in one node SCOPE/output (attribute _tiqu_role = "output"; numbers such as the rate as
// further _tiqu_ attributes on it). No node outside uses anything else of the scope. So the engine can replace the
// scope by one kernel, and stock TensorFlow sees a plain graph. docs/formats/graph_annotations.md lists layers and
// roles.
//
// A mistake of the caller (a name twice, an input that does not exist) is kept and given back by Finish.
// Thread safety: none; one builder, one thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "graph.pb.h"
#include "tensor/tensor.h"

namespace tiqu::graph {

// For GraphBuilder::Begin: a name that is taken already gets a number.
inline constexpr bool kUnique = true;

// One output of a node: "name" or "name:k", with its element type.
struct Output {
  std::string name;
  DataType type = DataType::kInvalid;
};

// What an exported layer's annotation says about its own version: docs/formats/graph_annotations.md, rule 5.
inline constexpr int kAnnotationFormat = 1;

class GraphBuilder;

// Leaves the scope when it goes out of scope.
class ScopeGuard {
 public:
  ScopeGuard(GraphBuilder* builder, size_t prefix_size, std::string layer);
  ~ScopeGuard();
  ScopeGuard(const ScopeGuard&) = delete;
  ScopeGuard& operator=(const ScopeGuard&) = delete;

 private:
  GraphBuilder* builder_;
  size_t prefix_size_;
  std::string outer_layer_;
};

// Part of an axis, as in x[begin:end]. An end of 0 means up to the end of the axis; negative numbers count from it.
struct AxisRange {
  int axis = 0;
  int begin = 0;
  int end = 0;
};

// A variable as the saver and the collections need it.
struct VariableInfo {
  std::string name;
  Shape shape;
  bool trainable = true;
};

class GraphBuilder {
 public:
  // `layer` empty: only a prefix. Annotated scopes do not nest.
  [[nodiscard]] ScopeGuard Enter(std::string_view name, std::string_view layer = "");
  // The Identity node in_ROLE of the current annotated scope.
  Output Role(const Output& tensor, std::string_view role);
  // The node `output` of the current annotated scope, with _tiqu_NAME = number for each of `numbers`.
  Output LayerOutput(const Output& value, const std::vector<std::pair<std::string, int64_t>>& numbers = {});

  Output Placeholder(const std::string& name, DataType type, const Shape& shape);
  // `x` where nobody feeds NAME, else what is fed. `shape` is what may be fed.
  Output PlaceholderWithDefault(const std::string& name, const Output& x, const tiqu::Shape& shape);
  // A float VariableV2 NAME with NAME/read (given back), NAME/Assign and zeros as NAME/initial_value.
  // REQUIRES: outside any scope, so that NAME is the weight's name.
  Output Variable(const std::string& name, const Shape& shape, bool trainable);
  Output Constant(const Tensor& value);
  Output Floats(const Shape& shape, const std::vector<float>& values) { return Constant(Tensor::Of(shape, values)); }
  Output Float(float value) { return Floats({}, {value}); }
  Output Ints(const std::vector<int32_t>& values);  // a vector
  Output Int(int32_t value) { return Constant(Tensor::Of<int32_t>({}, {value})); }

  // Elementwise, operands broadcast; the operation's name is the function's.
  Output Add(const Output& a, const Output& b) { return Binary("Add", a, b); }
  Output Sub(const Output& a, const Output& b) { return Binary("Sub", a, b); }
  Output Mul(const Output& a, const Output& b) { return Binary("Mul", a, b); }
  Output RealDiv(const Output& a, const Output& b) { return Binary("RealDiv", a, b); }
  Output FloorDiv(const Output& a, const Output& b) { return Binary("FloorDiv", a, b); }
  Output FloorMod(const Output& a, const Output& b) { return Binary("FloorMod", a, b); }
  Output Maximum(const Output& a, const Output& b) { return Binary("Maximum", a, b); }
  Output Minimum(const Output& a, const Output& b) { return Binary("Minimum", a, b); }
  Output Equal(const Output& a, const Output& b) { return Compare("Equal", a, b); }
  Output Greater(const Output& a, const Output& b) { return Compare("Greater", a, b); }
  Output GreaterEqual(const Output& a, const Output& b) { return Compare("GreaterEqual", a, b); }
  Output LogicalAnd(const Output& a, const Output& b);
  Output Identity(const Output& x) { return Unary("Identity", x); }
  Output Named(const std::string& name, const Output& x);  // an Identity of that name
  Output Sigmoid(const Output& x) { return Unary("Sigmoid", x); }
  Output Relu(const Output& x) { return Unary("Relu", x); }
  Output Softmax(const Output& x) { return Unary("Softmax", x); }  // REQUIRES: rank 2 (older TensorFlow takes no other)
  Output Cast(const Output& x, DataType type, const std::string& name = "");

  // Reductions over one axis.
  Output Max(const Output& x, int axis, bool keep_dims) { return Reduce("Max", x, axis, keep_dims); }
  Output Sum(const Output& x, int axis, bool keep_dims) { return Reduce("Sum", x, axis, keep_dims); }

  // Shapes.
  Output Shape(const Output& x);  // int32 vector
  Output ExpandDims(const Output& x, int axis);
  Output Squeeze(const Output& x, int axis);
  Output Reshape(const Output& x, const Output& shape);
  Output Slice(const Output& x, int rank, const AxisRange& range);        // StridedSlice along one axis
  Output Element(const Output& vector, int index);                        // StridedSlice that gives a scalar
  Output Pad(const Output& x, const std::vector<int32_t>& before_after);  // two numbers an axis, zeros
  Output Concat(const std::vector<Output>& parts, int axis);              // ConcatV2
  Output Tile(const Output& x, const Output& multiples);                  // a number an axis: how often it is repeated
  std::vector<Output> Split(const Output& x, int parts, int axis);
  Output Range(const Output& begin, const Output& end, const Output& step);
  Output Fill(const Output& dims, const Output& value, const std::string& name = "");

  // Products and tables.
  Output MatMul(const Output& a, const Output& b);                         // rank 2
  Output BatchMatMul(const Output& a, const Output& b, bool transpose_b);  // rank 3
  Output BiasAdd(const Output& x, const Output& bias);
  Output Gather(const Output& table, const Output& ids);
  // Largest of `window` neighbours along axis 1 of [batch, height, 1, channels], zeros outside not counted.
  Output MaxPoolHeight(const Output& x, int window);

  // For whatever has no function above. The node's name is the scope, then `name`, made unique when `unique`.
  class Node;
  Node Begin(std::string_view op, std::string_view name, bool unique);

  const std::vector<VariableInfo>& variables() const { return variables_; }

  // The graph, or the first mistake. The builder is empty afterwards.
  absl::StatusOr<tensorflow::GraphDef> Finish();

 private:
  friend class ScopeGuard;

  Output Unary(std::string_view op, const Output& x);
  Output Binary(std::string_view op, const Output& a, const Output& b);
  Output Compare(std::string_view op, const Output& a, const Output& b);
  Output Reduce(std::string_view op, const Output& x, int axis, bool keep_dims);
  std::string FullName(std::string_view name, bool unique);
  void Fail(const std::string& message);

  tensorflow::GraphDef graph_;
  std::unordered_map<std::string, int> names_;  // full name -> how many unique suffixes were given for it
  std::vector<VariableInfo> variables_;
  std::string prefix_;  // "passage/encode_0/"
  std::string layer_;
  absl::Status status_;
};

// One node under construction. Inputs must exist; types of the usual attributes are the caller's business.
class GraphBuilder::Node {
 public:
  Node(GraphBuilder* builder, tensorflow::NodeDef* def) : builder_(builder), def_(def) {}

  Node& Input(const Output& input);
  Node& Inputs(const std::vector<Output>& inputs);
  Node& After(const Output& node);  // a control input
  Node& Type(std::string_view name, DataType type);
  Node& Types(std::string_view name, size_t count, DataType type);  // a list of `count` equal types
  Node& Int(std::string_view name, int64_t value);
  Node& Ints(std::string_view name, const std::vector<int64_t>& values);
  Node& Bool(std::string_view name, bool value);
  Node& String(std::string_view name, std::string_view value);
  Node& ShapeAttr(std::string_view name, const tiqu::Shape& shape);
  Node& TensorAttr(std::string_view name, const Tensor& value);
  Output Result(DataType type, int index = 0) const;

 private:
  tensorflow::AttrValue& Attr(std::string_view name) { return (*def_->mutable_attr())[std::string(name)]; }

  GraphBuilder* builder_;
  tensorflow::NodeDef* def_;
};

}  // namespace tiqu::graph
