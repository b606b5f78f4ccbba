// What the translation of one operation sees of a TensorFlow node, and with what it writes ONNX nodes.
//
//   void TranslateBiasAdd(NodeTranslation& n) {
//     n.AddOutput(n.Emit("Add", {n.Use(0), n.Use(1)}), n.input(0).type, n.input(0).shape);
//   }
//
// Accessors record the first thing that is wrong and give back something harmless; status() has it.
//
// Thread safety: one thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "graph.pb.h"
#include "onnx/graph_writer.h"
#include "onnx/value.h"

namespace tiqu::onnx {

class NodeTranslation {
 public:
  // `def` and `writer` must outlive this.
  NodeTranslation(const tensorflow::NodeDef& def, std::vector<Value> inputs, GraphWriter* writer)
      : def_(def), inputs_(std::move(inputs)), writer_(writer) {}

  const std::string& op() const { return def_.op(); }
  int input_count() const { return static_cast<int>(inputs_.size()); }
  const Value& input(int i);

  // Attributes, or the default when absent.
  int64_t Int(std::string_view attr, int64_t fallback);
  float Float(std::string_view attr, float fallback);
  bool Bool(std::string_view attr, bool fallback);
  std::string String(std::string_view attr, std::string_view fallback);
  DataType Type(std::string_view attr, DataType fallback);
  std::vector<int64_t> Ints(std::string_view attr);
  const tensorflow::AttrValue* Find(std::string_view attr) const;

  // The integers of an input that must be a constant; what is wrong names the input.
  std::vector<int64_t> ConstantInts(int i);
  int64_t ConstantInt(int i);
  // The rank of an input, which must be known.
  int Rank(int i);
  // `axis` of an input of this rank as 0 .. rank - 1.
  int PositiveAxis(int64_t axis, int rank);

  // ONNX's name of an input: of exactly TensorFlow's type, or of an integer as int64.
  std::string Use(int i);
  std::string UseWide(int i);
  // Inputs [begin, end) of one type: all as int64 when one of them is wide. `wide` says so.
  std::vector<std::string> UseAlike(int begin, int end, bool* wide);

  // Initializers that belong to this node.
  std::string WideInts(std::string_view part, const std::vector<int64_t>& values);  // an int64 vector
  std::string Scalar(std::string_view part, DataType type, double value);           // float, double, int32, int64, bool

  // A node under the TensorFlow node's name, or under NAME/PART for what leads up to it. Gives its output's name.
  std::string Emit(std::string_view onnx_op, const std::vector<std::string>& inputs, const Attributes& attributes = {});
  std::string EmitPart(std::string_view part, std::string_view onnx_op, const std::vector<std::string>& inputs,
                       const Attributes& attributes = {});
  std::vector<std::string> EmitMany(std::string_view onnx_op, const std::vector<std::string>& inputs, int outputs,
                                    const Attributes& attributes = {});
  std::string EmitCast(std::string_view part, const std::string& input, DataType type);

  // Outputs in the order of their ports.
  void AddOutput(Value value) { outputs_.push_back(std::move(value)); }
  void AddOutput(std::string name, DataType type, StaticShape shape, bool wide = false);

  void Fail(std::string message);  // the first one is kept
  const absl::Status& status() const { return status_; }
  const std::vector<Value>& outputs() const { return outputs_; }

 private:
  std::string NameOf(const Value& value);

  const tensorflow::NodeDef& def_;
  std::vector<Value> inputs_;
  GraphWriter* writer_;
  std::vector<Value> outputs_;
  absl::Status status_;
};

}  // namespace tiqu::onnx
