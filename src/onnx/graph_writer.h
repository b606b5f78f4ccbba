// Fills an ONNX graph: nodes and initializers under names that occur once.
//
//   GraphWriter writer({"x", "y"});                                       // names that are spoken for
//   std::string sum = writer.Emit("Add", {"x", "b"}, "dense/bias");      // "dense/bias"
//   std::string two = writer.Constant("two", Tensor::Of<float>({}, {2}));
//
// Thread safety: none; one writer, one thread.
#pragma once

#include <initializer_list>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "onnx.pb.h"
#include "tensor/tensor.h"

namespace tiqu::onnx {

// ONNX's number of an element type; UNDEFINED when it has none.
onnxpb::TensorProto::DataType OnnxType(DataType type);

using AttributeValue = std::variant<int64_t, float, std::string, std::vector<int64_t>>;
using Attributes = std::vector<std::pair<std::string, AttributeValue>>;

class GraphWriter {
 public:
  // `reserved`: names of inputs and outputs, which no tensor made here gets.
  explicit GraphWriter(const std::set<std::string>& reserved) : taken_(reserved) {}

  // A node with one output, whose name is given back: `name`, made unique.
  std::string Emit(std::string_view op, const std::vector<std::string>& inputs, std::string_view name,
                   const Attributes& attributes = {});
  // A node with several outputs: name, name:1, ...
  std::vector<std::string> EmitMany(std::string_view op, const std::vector<std::string>& inputs, std::string_view name,
                                    int outputs, const Attributes& attributes = {});
  // A node whose output is `output`, a reserved name.
  void EmitTo(const std::string& output, std::string_view op, const std::vector<std::string>& inputs);

  // An initializer; asked for again under the same name, the same one. REQUIRES: the type is no string; one tensor a
  // name.
  std::string Constant(const std::string& name, const Tensor& value);

  void AddInput(const std::string& name, onnxpb::TypeProto type);
  void AddOutput(const std::string& name, onnxpb::TypeProto type);

  // REQUIRES: nothing is emitted afterwards.
  onnxpb::GraphProto Finish() { return std::move(graph_); }

 private:
  onnxpb::NodeProto* Begin(std::string_view op, const std::vector<std::string>& inputs, const std::string& name,
                           const Attributes& attributes);
  std::string Unique(std::string_view name);

  onnxpb::GraphProto graph_;
  std::set<std::string> taken_;
  std::map<std::string, int> suffixes_;              // the last number that a name was made unique with
  std::map<std::string, std::string> initializers_;  // asked name -> name in the graph
};

}  // namespace tiqu::onnx
