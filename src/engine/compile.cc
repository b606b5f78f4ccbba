#include "engine/compile.h"

#include <set>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/status.h"
#include "engine/schedule.h"

namespace tiqu::engine {
namespace {

constexpr size_t kNodesNamed = 8;  // of each unknown operation; the rest is counted

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
    TIQU_RETURN_IF_ERROR(CheckOps(orders));
    for (const auto& [name, order] : orders) {
      for (const int node : order) {
        if (compiled_.contains(node)) continue;
        absl::Status status = Compile(node, signatures_.at(name));
        if (!status.ok()) return Annotate(status, absl::StrCat("signature '", name, "'"));
      }
    }
    return std::move(compiled_);
  }

 private:
  absl::Status CheckOps(const std::map<std::string, std::vector<int>>& orders) const {
    std::map<std::string, std::set<std::string>> unknown;
    for (const auto& [name, order] : orders) {
      for (const int node : order) {
        const tensorflow::NodeDef& def = *graph_.node(node).def;
        if (!OpRegistry::Global().Has(def.op())) unknown[def.op()].insert(def.name());
      }
    }
    if (unknown.empty()) return absl::OkStatus();
    std::vector<std::string> parts;
    for (const auto& [op, nodes] : unknown) {
      std::vector<std::string> named(nodes.begin(), nodes.end());
      const size_t more = named.size() > kNodesNamed ? named.size() - kNodesNamed : 0;
      named.resize(named.size() - more);
      if (more > 0) named.push_back(absl::StrCat("and ", more, " more"));
      parts.push_back(absl::StrCat(op, " (", absl::StrJoin(named, ", "), ")"));
    }
    return absl::UnimplementedError(
        absl::StrCat("operations that are not supported, with their nodes: ", absl::StrJoin(parts, "; ")));
  }

  // The value of an edge when it is the same in every signature, else null.
  const Tensor* ConstantOf(const Edge& edge) const {
    if (fed_anywhere_.contains(edge)) return nullptr;
    const auto it = compiled_.find(edge.node);
    if (it == compiled_.end() || it->second->run) return nullptr;
    return &it->second->constants[edge.port];
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
  static absl::Status Fold(const tensorflow::NodeDef& def, const std::vector<const Tensor*>& inputs, OpInstance* op) {
    if (!op->run || op->needs_feed) return absl::OkStatus();
    for (const Tensor* input : inputs) {
      if (input == nullptr) return absl::OkStatus();
    }
    std::vector<Tensor> outputs(op->output_types.size());
    OpContext context(inputs, outputs);
    absl::Status status = op->run(context);
    if (!status.ok()) return Annotate(status, absl::StrCat("node '", def.name(), "' (", def.op(), ")"));
    op->constants = std::move(outputs);
    op->run = nullptr;
    return status;
  }

  const Graph& graph_;
  const std::map<std::string, ResolvedSignature>& signatures_;
  LoadContext* load_;
  std::set<Edge> fed_anywhere_;
  CompiledNodes compiled_;
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
