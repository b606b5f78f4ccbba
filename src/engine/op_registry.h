// Operations by name: how a node of a graph becomes something that runs.
//
//   void RegisterMyOps(OpRegistry& registry) { registry.Add("Square", MakeSquare, {kNumberTypeNames}); }
//
// A factory runs once a node at load, checks types and attributes, and returns what runs at each call.
//
// Thread safety: the registry is built once and then only read. What a factory returns must be callable from several
// threads at once.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "engine/buffer_pool.h"
#include "engine/node_spec.h"
#include "tensor/tensor.h"

namespace tiqu::engine {

// One execution of one node.
class OpContext {
 public:
  // most_bytes: of all that is allocated.
  OpContext(std::span<const Tensor* const> inputs, std::span<Tensor> outputs,
            int64_t most_bytes = std::numeric_limits<int64_t>::max())
      : inputs_(inputs), outputs_(outputs), most_bytes_(most_bytes) {}

  int input_count() const { return static_cast<int>(inputs_.size()); }
  const Tensor& input(int i) const { return *inputs_[i]; }
  void set_output(int i, Tensor tensor) { outputs_[i] = std::move(tensor); }

  // Makes output `i`, with unspecified values. The pointer lives until the output is set again. Errors: those of
  // NewTensor, RESOURCE_EXHAUSTED beyond most_bytes.
  absl::StatusOr<Tensor*> Allocate(int i, DataType type, Shape shape);

  // A tensor for the time of this execution, not counted into what is allocated. Errors: as above.
  absl::StatusOr<Tensor> Temporary(DataType type, Shape shape) const;

 private:
  // The bytes of a tensor, 0 where NewTensor will refuse it. Errors: RESOURCE_EXHAUSTED beyond most_bytes.
  absl::StatusOr<int64_t> CheckedBytes(DataType type, const Shape& shape) const;

  std::span<const Tensor* const> inputs_;
  std::span<Tensor> outputs_;
  int64_t most_bytes_;
};

struct OpInstance {
  std::vector<DataType> output_types = {};
  // Null when the node is a constant: then `constants` has its outputs. The types of the inputs are those that the
  // factory saw; shapes are to be checked here.
  std::function<absl::Status(OpContext&)> run = nullptr;
  std::vector<Tensor> constants = {};
  bool folds = true;        // may run at load, when all inputs are constants
  bool needs_feed = false;  // a placeholder without a default: an error when a signature needs it and does not feed it
  // Instances of the same kind, unless it is empty, do the same with as many inputs, and differ in those alone:
  // `run_together` of one does what `run` of each does, bit for bit, and takes less time. An error fails them all.
  std::string kind = {};
  std::function<absl::Status(std::span<OpContext>)> run_together = nullptr;
};

using OpFactory = absl::StatusOr<OpInstance> (*)(const NodeSpec& spec);

// What docs/ops.md says of an operation.
struct OpInfo {
  std::string types = {};       // the element types of what it computes with: "float, double"
  std::string attributes = {};  // those that it looks at, with what is asked of their values; types of elements aside
};

inline constexpr char kFloatName[] = "float";
inline constexpr char kFloatTypeNames[] = "float, double";
inline constexpr char kNumberTypeNames[] = "float, double, int32, int64";
inline constexpr char kBoolName[] = "bool";
inline constexpr char kAnyName[] = "any";

class OpRegistry {
 public:
  // All operations of engine/ops and engine/fused.
  static const OpRegistry& Global();

  void Add(const std::string& op, OpFactory factory, OpInfo info = {}) {
    factories_[op] = factory;
    infos_[op] = std::move(info);
  }
  bool Has(const std::string& op) const { return factories_.contains(op); }
  // REQUIRES: Has(spec.op()). Errors: INVALID_ARGUMENT, UNIMPLEMENTED (a type or attribute value), naming the node.
  absl::StatusOr<OpInstance> Make(const NodeSpec& spec) const;
  const std::map<std::string, OpFactory>& factories() const { return factories_; }
  const std::map<std::string, OpInfo>& infos() const { return infos_; }

 private:
  std::map<std::string, OpFactory> factories_;
  std::map<std::string, OpInfo> infos_;
};

// Element types a factory chooses among: DispatchType(spec, type, Types<float, int32_t>{}, [](auto zero) {...}) calls
// the function with a value of the chosen type, or says that the type is not supported.
template <typename... Ts>
struct Types {};
using NumberTypes = Types<float, double, int32_t, int64_t>;
using FloatTypes = Types<float, double>;

template <typename Make, typename... Ts>
absl::StatusOr<OpInstance> DispatchType(const NodeSpec& spec, DataType type, Types<Ts...>, const Make& make) {
  absl::StatusOr<OpInstance> result = spec.UnsupportedType(type);
  static_cast<void>(((type == DataTypeOf<Ts>::value && (result = make(Ts{}), true)) || ...));
  return result;
}

}  // namespace tiqu::engine
