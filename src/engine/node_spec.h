// What a factory of an operation sees of a node at load: attributes, input types, inputs that are constants.
//
// Accessors record the first thing that is wrong and return something harmless; OpRegistry::Make looks at status()
// after the factory, so factories need not check each attribute.
//
// Thread safety: one thread.
#pragma once

#include <initializer_list>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "tensor/tensor.h"
#include "tiqu/options.h"

namespace tensorflow {
class AttrValue;
class MetaGraphDef;
class NodeDef;
}  // namespace tensorflow

namespace tiqu::engine {

class VariableCell;

// Graphs of functions that are not inlined, by the keys that nodes name them with (attribute kBodiesAttr).
using FunctionBodies = std::map<std::string, std::shared_ptr<tensorflow::MetaGraphDef>>;
inline constexpr char kBodiesAttr[] = "_tiqu_bodies";
inline constexpr char kRolesAttr[] = "_tiqu_roles";  // of fused layers: the role of each input

// Of constants in the graph and what is computed from them.
inline constexpr int64_t kMostFoldedBytes = int64_t{4} << 30;

// What the factories of one model share while it is loaded.
struct LoadContext {
  const std::map<std::string, Tensor>* variables = nullptr;  // by bundle key
  std::map<std::string, std::string> variable_keys;          // variable node -> bundle key, where they differ
  std::map<std::string, std::shared_ptr<void>> prepared;     // weights made ready once for several nodes, by a key
  Precision precision = Precision::kFloat32;                 // of the products with weights
  FunctionBodies bodies;
  // Node of a variable, or of an assignment to it -> its value, for variables that a signature changes.
  std::map<std::string, std::shared_ptr<VariableCell>> cells;
  int64_t most_folded_bytes = kMostFoldedBytes;
  int64_t folded_bytes = 0;  // so far
};

class NodeSpec {
 public:
  // constants: one entry an input, null when its value is not known at load. Everything must outlive the spec.
  NodeSpec(const tensorflow::NodeDef& def, std::vector<DataType> input_types, std::vector<const Tensor*> constants,
           LoadContext* load);

  const std::string& name() const;
  const std::string& op() const;
  int input_count() const { return static_cast<int>(input_types_.size()); }
  DataType input_type(int i) const;  // kInvalid when there is no such input
  const Tensor* constant(int i) const;
  LoadContext& load() const { return *load_; }

  // Attributes, or the default when absent.
  bool Has(std::string_view attr) const { return Find(attr) != nullptr; }
  int64_t Int(std::string_view attr, int64_t fallback) const;
  float Float(std::string_view attr, float fallback) const;
  bool Bool(std::string_view attr, bool fallback) const;
  std::string String(std::string_view attr, std::string_view fallback) const;
  DataType Type(std::string_view attr, DataType fallback) const;
  std::vector<int64_t> Ints(std::string_view attr) const;
  std::vector<std::string> Strings(std::string_view attr) const;
  std::vector<DataType> TypeList(std::string_view attr) const;
  const tensorflow::AttrValue* Find(std::string_view attr) const;

  // Fused layers: the input of a role, -1 when absent.
  int Role(std::string_view role) const;

  void ExpectInputs(int count) const { ExpectInputs(count, count); }
  void ExpectInputs(int least, int most) const;
  void ExpectType(int input, std::initializer_list<DataType> types) const;
  void ExpectSameType(int first, int second) const;
  void Fail(absl::Status status) const;  // the first one is kept
  absl::Status UnsupportedType(DataType type) const;
  const absl::Status& status() const { return status_; }

 private:
  const tensorflow::AttrValue* FindKind(std::string_view attr, int kind, const char* kind_name) const;

  const tensorflow::NodeDef& def_;
  std::vector<DataType> input_types_;
  std::vector<const Tensor*> constants_;
  LoadContext* load_;
  mutable absl::Status status_;
};

}  // namespace tiqu::engine
