#include "engine/compile.h"

#include <algorithm>
#include <cstddef>
#include <set>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "engine/schedule.h"
#include "engine/unknown_ops.h"
#include "engine/variable_cell.h"

namespace tiqu::engine {
namespace {

// A handle is typed DT_RESOURCE, but what stands for it here is the variable's value with its own element type: only
// operations that hand it on or look at that type may take one.
bool TakesHandles(const std::string& op) {
  return op == "Identity" || op == "IdentityN" || op == "ReadVariableOp" || op == "ResourceGather" ||
         op == "ResourceGatherNd";
}

int64_t BytesOf(const Tensor& tensor) {
  if (tensor.type() == DataType::kString) return tensor.size() * static_cast<int64_t>(sizeof(std::string));
  return static_cast<int64_t>(tensor.byte_size());
}

bool SharesMemory(const Tensor& a, const Tensor& b) {
  if (a.type() == DataType::kString || b.type() == DataType::kString) {
    return a.type() == b.type() && &a.strings() == &b.strings();
  }
  return a.data<std::byte>() == b.data<std::byte>();
}

std::vector<Edge> Values(const std::map<std::string, Edge>& edges) {
  std::vector<Edge> values;
  for (const auto& [name, edge] : edges) values.push_back(edge);
  return values;
}

class Compiler {
 public:
  Compiler(const Graph& graph, const std::map<std::string, ResolvedSignature>& signatures, LoadContext* load)
      : graph_(graph), signatures_(signatures), load_(load) {
    for (const auto& [name, signature] : signatures) {
      for (const auto& [input, edge] : signature.feeds) fed_anywhere_.insert(edge);
    }
  }

  absl::StatusOr<CompiledNodes> Run() {
    std::map<std::string, std::vector<int>> orders;
    for (const auto& [name, signature] : signatures_) {
      const std::vector<Edge> feeds = Values(signature.feeds);
      auto order = Schedule(graph_, {{feeds.begin(), feeds.end()}, Values(signature.fetches), nullptr});
      if (!order.ok()) return Annotate(order.status(), absl::StrCat("signature '", name, "'"));
      orders[name] = *std::move(order);
    }
    TIQU_RETURN_IF_ERROR(CheckOps(graph_, orders, load_->bodies));
    for (const auto& [name, order] : orders) FindAssignments(order);
    for (const auto& [name, order] : orders) {
      for (const int node : order) {
        if (compiled_.contains(node)) {
          TIQU_RETURN_IF_ERROR(CheckReuse(node, name));
          continue;
        }
        absl::Status status = Compile(node, signatures_.at(name));
        if (!status.ok()) return Annotate(status, absl::StrCat("signature '", name, "'"));
        compiled_for_[node] = name;
      }
    }
    return std::move(compiled_);
  }

 private:
  // Variables that an operation of some signature assigns to get a cell; all others are constants.
  void FindAssignments(const std::vector<int>& order) {
    for (const int index : order) {
      const Node& node = graph_.node(index);
      if (!node.def->op().starts_with("Assign") || node.inputs.empty()) continue;
      const tensorflow::NodeDef& variable = *graph_.node(node.inputs[0].node).def;
      if (variable.op() != "VariableV2" && variable.op() != "Variable") continue;
      std::shared_ptr<VariableCell>& cell = load_->cells[variable.name()];
      if (cell == nullptr) cell = std::make_shared<VariableCell>(Tensor());
      load_->cells[node.def->name()] = cell;
    }
  }

  // The value of an edge when it is the same in every signature, else null.
  const Tensor* ConstantOf(const Edge& edge) const {
    if (fed_anywhere_.contains(edge)) return nullptr;
    const auto it = compiled_.find(edge.node);
    if (it == compiled_.end() || it->second->run) return nullptr;
    return &it->second->constants[edge.port];
  }

  // A node is compiled once, for the types of the first signature that needs it. Another signature may feed one of its
  // inputs, so the types are compared again.
  absl::Status CheckReuse(int index, const std::string& name) const {
    const std::string& first = compiled_for_.at(index);
    for (const Edge& edge : graph_.node(index).inputs) {
      const DataType before = TypeOf(compiled_, signatures_.at(first), edge);
      const DataType now = TypeOf(compiled_, signatures_.at(name), edge);
      if (before == now) continue;
      return absl::InvalidArgumentError(absl::StrCat(
          "tensor '", graph_.node(edge.node).def->name(), ":", edge.port, "' is ", DataTypeName(before),
          " in signature '", first, "' and ", DataTypeName(now), " in signature '", name, "'; it must be of one type"));
    }
    return absl::OkStatus();
  }

  absl::Status Compile(int index, const ResolvedSignature& signature) {
    const Node& node = graph_.node(index);
    std::vector<DataType> types;
    std::vector<const Tensor*> constants;
    for (const Edge& edge : node.inputs) {
      const DataType type = TypeOf(compiled_, signature, edge);
      if (type == DataType::kInvalid) {
        return absl::InvalidArgumentError(absl::StrCat("node '", node.def->name(), "': its input '",
                                                       graph_.node(edge.node).def->name(), "' has no output ",
                                                       edge.port));
      }
      if (type == DataType::kResource && !TakesHandles(node.def->op())) {
        return absl::InvalidArgumentError(absl::StrCat("node '", node.def->name(), "' (", node.def->op(), ") takes '",
                                                       graph_.node(edge.node).def->name(),
                                                       "', the handle of a variable, instead of its value"));
      }
      types.push_back(type);
      constants.push_back(ConstantOf(edge));
    }
    const NodeSpec spec(*node.def, std::move(types), constants, load_);
    TIQU_ASSIGN_OR_RETURN(OpInstance made, OpRegistry::Global().Make(spec));
    TIQU_RETURN_IF_ERROR(Fold(*node.def, constants, &made));
    compiled_.emplace(index, std::make_shared<const OpInstance>(std::move(made)));
    return absl::OkStatus();
  }

  // An operation on constants alone runs now, once.
  absl::Status Fold(const tensorflow::NodeDef& def, const std::vector<const Tensor*>& inputs, OpInstance* op) {
    if (!op->run && def.op() == "Const") return Count(def, inputs, op->constants);  // one value may fill any shape
    if (!op->run || op->needs_feed || !op->folds) return absl::OkStatus();
    for (const Tensor* input : inputs) {
      if (input == nullptr) return absl::OkStatus();
    }
    std::vector<Tensor> outputs(op->output_types.size());
    OpContext context(inputs, outputs, load_->most_folded_bytes - load_->folded_bytes);
    absl::Status status = op->run(context);
    if (!status.ok()) return Annotate(status, absl::StrCat("node '", def.name(), "' (", def.op(), ")"));
    op->constants = std::move(outputs);
    op->run = nullptr;
    return Count(def, inputs, op->constants);
  }

  // What is computed at load is kept as long as the engine: a small file must not ask for any amount of it.
  absl::Status Count(const tensorflow::NodeDef& def, const std::vector<const Tensor*>& inputs,
                     const std::vector<Tensor>& outputs) {
    int64_t bytes = 0;
    for (const Tensor& output : outputs) {
      const bool shared = std::any_of(inputs.begin(), inputs.end(),
                                      [&output](const Tensor* input) { return SharesMemory(*input, output); });
      if (!shared) bytes += BytesOf(output);
    }
    load_->folded_bytes += bytes;
    if (load_->folded_bytes <= load_->most_folded_bytes) return absl::OkStatus();
    return absl::ResourceExhaustedError(absl::StrCat("node '", def.name(), "' (", def.op(), ") holds ", bytes,
                                                     " bytes; with it the graph's constants take ", load_->folded_bytes,
                                                     ", limit ", load_->most_folded_bytes));
  }

  const Graph& graph_;
  const std::map<std::string, ResolvedSignature>& signatures_;
  LoadContext* load_;
  std::set<Edge> fed_anywhere_;
  CompiledNodes compiled_;
  std::map<int, std::string> compiled_for_;  // the signature whose types a node was compiled for
};

}  // namespace

absl::StatusOr<CompiledNodes> CompileNodes(const Graph& graph,
                                           const std::map<std::string, ResolvedSignature>& signatures,
                                           LoadContext* load) {
  return Compiler(graph, signatures, load).Run();
}

DataType TypeOf(const CompiledNodes& nodes, const ResolvedSignature& signature, const Edge& edge) {
  for (const auto& [name, fed] : signature.feeds) {
    if (fed == edge) return signature.accepted.inputs.at(name).type;
  }
  const auto it = nodes.find(edge.node);
  if (it == nodes.end() || edge.port >= static_cast<int>(it->second->output_types.size())) return DataType::kInvalid;
  return it->second->output_types[edge.port];
}

}  // namespace tiqu::engine
