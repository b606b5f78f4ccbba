#include "engine/fuser.h"

#include <algorithm>
#include <functional>
#include <optional>
#include <set>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "engine/fused/layer_table.h"
#include "engine/fused/register.h"
#include "engine/node_spec.h"

namespace tiqu::engine {
namespace {

constexpr int64_t kKnownFormat = 1;
constexpr char kInputPrefix[] = "/in_";
constexpr char kOutputSuffix[] = "/output";
// Each prefix of a node's name is looked up as a scope. Real paths are short; a hostile name would take forever.
constexpr size_t kLongestScope = 256;

std::string StringAttr(const tensorflow::NodeDef& def, const std::string& name) {
  const auto it = def.attr().find(name);
  return it == def.attr().end() ? std::string() : it->second.s();
}

int64_t IntAttr(const tensorflow::NodeDef& def, const std::string& name, int64_t fallback) {
  const auto it = def.attr().find(name);
  return it == def.attr().end() ? fallback : it->second.i();
}

// The nodes of one annotated scope.
struct Scope {
  const LayerRoles* layer = nullptr;
  int output = -1;
  std::map<std::string, int> inputs;  // role -> in_ROLE
  std::set<int> members;
};

class Fuser {
 public:
  Fuser(const std::map<std::string, ResolvedSignature>& signatures, Graph* graph) : graph_(*graph) {
    for (const auto& [name, signature] : signatures) {
      for (const auto& [input, edge] : signature.feeds) fed_.insert(edge.node);
      for (const auto& [output, edge] : signature.fetches) fetched_.insert(edge);
    }
  }

  int Run() {
    const Scopes scopes = FindScopes();
    std::map<int, const Scope*> scope_of;
    for (const auto& [path, scope] : scopes) {
      for (const int node : scope.members) scope_of[node] = &scope;
    }
    const std::set<const Scope*> open = ScopesUsedFromOutside(scope_of);
    int replaced = 0;
    for (const auto& [path, scope] : scopes) {
      if (!open.contains(&scope) && IsSound(scope)) {
        ReplaceScope(scope);
        ++replaced;
      }
    }
    return replaced;
  }

 private:
  using Scopes = std::map<std::string, Scope, std::less<>>;  // by path

  // Scopes are found by their output nodes; every node below that path belongs to them.
  Scopes FindScopes() const {
    Scopes scopes;
    const int count = static_cast<int>(graph_.nodes().size());
    for (int i = 0; i < count; ++i) {
      const tensorflow::NodeDef& def = *graph_.node(i).def;
      const LayerRoles* layer = FindLayer(StringAttr(def, "_tiqu_layer"));
      if (layer == nullptr || StringAttr(def, "_tiqu_role") != "output" || !def.name().ends_with(kOutputSuffix))
        continue;
      if (IntAttr(def, "_tiqu_format", 0) != kKnownFormat) continue;
      const size_t length = def.name().size() - (sizeof(kOutputSuffix) - 1);
      if (length > kLongestScope) continue;
      Scope& scope = scopes[def.name().substr(0, length)];
      scope.layer = layer;
      scope.output = i;
    }
    for (int i = 0; i < count; ++i) AddMember(i, &scopes);
    return scopes;
  }

  void AddMember(int index, Scopes* scopes) const {
    const tensorflow::NodeDef& def = *graph_.node(index).def;
    const std::string_view name = def.name();
    for (size_t slash = name.find('/'); slash <= kLongestScope; slash = name.find('/', slash + 1)) {
      const auto it = scopes->find(name.substr(0, slash));
      if (it == scopes->end()) continue;
      it->second.members.insert(index);
      const std::string role = StringAttr(def, "_tiqu_role");
      if (name == absl::StrCat(it->first, kInputPrefix, role)) it->second.inputs[role] = index;
    }
  }

  std::set<const Scope*> ScopesUsedFromOutside(const std::map<int, const Scope*>& scope_of) const {
    std::set<const Scope*> open;
    const auto use = [&](const Edge& edge, const Scope* user) {
      const auto it = scope_of.find(edge.node);
      if (it == scope_of.end() || it->second == user) return;
      if (edge.node != it->second->output || edge.port != 0) open.insert(it->second);
    };
    const int count = static_cast<int>(graph_.nodes().size());
    for (int i = 0; i < count; ++i) {
      const auto self = scope_of.find(i);
      const Scope* user = self == scope_of.end() ? nullptr : self->second;
      for (const Edge& edge : graph_.node(i).inputs) use(edge, user);
      for (const int control : graph_.node(i).control_inputs) use({control, 0}, user);
    }
    for (const Edge& edge : fetched_) use(edge, nullptr);
    for (const int node : fed_) use({node, 0}, nullptr);
    return open;
  }

  // All roles are there and no others, weights are constants, and nothing enters but through the roles.
  bool IsSound(const Scope& scope) const {
    if (fed_.contains(scope.output)) return false;
    size_t known = 0;
    for (const RoleRule& rule : scope.layer->roles) {
      const auto it = scope.inputs.find(rule.name);
      if (it == scope.inputs.end()) {
        if (!rule.optional) return false;
        continue;
      }
      ++known;
      if (rule.with != nullptr && !scope.inputs.contains(rule.with)) return false;
      const Node& in = graph_.node(it->second);
      if (in.def->op() != "Identity" || in.inputs.size() != 1) return false;
      if (rule.weight && !IsWeight(in.inputs[0])) return false;
    }
    return known == scope.inputs.size() && IsClosed(scope);
  }

  // No node but those of the roles takes anything from outside.
  bool IsClosed(const Scope& scope) const {
    for (const int member : scope.members) {
      const bool is_input = std::any_of(scope.inputs.begin(), scope.inputs.end(),
                                        [member](const auto& entry) { return entry.second == member; });
      for (const Edge& edge : graph_.node(member).inputs) {
        if (!is_input && !scope.members.contains(edge.node)) return false;
      }
    }
    return true;
  }

  // Through identities to a variable or a constant that nobody feeds.
  bool IsWeight(Edge edge) const {
    for (size_t hops = 0; hops <= graph_.nodes().size(); ++hops) {
      if (fed_.contains(edge.node)) return false;
      const Node& node = graph_.node(edge.node);
      const std::string& op = node.def->op();
      if (op == "Const" || op == "VariableV2" || op == "Variable" || op == "VarHandleOp") return true;
      if ((op != "Identity" && op != "ReadVariableOp") || node.inputs.empty()) return false;
      edge = node.inputs[0];
    }
    return false;
  }

  void ReplaceScope(const Scope& scope) {
    tensorflow::NodeDef def;
    const tensorflow::NodeDef& output = *graph_.node(scope.output).def;
    def.set_name(output.name());
    def.set_op(absl::StrCat(kFusedPrefix, scope.layer->name));
    for (const auto& [name, value] : output.attr()) {
      if (name.starts_with("_tiqu_")) (*def.mutable_attr())[name] = value;
    }
    std::vector<Edge> inputs;
    auto* roles = (*def.mutable_attr())[kRolesAttr].mutable_list();
    for (const RoleRule& rule : scope.layer->roles) {
      const auto it = scope.inputs.find(rule.name);
      if (it == scope.inputs.end()) continue;
      roles->add_s(rule.name);
      inputs.push_back(graph_.node(it->second).inputs[0]);
    }
    graph_.Replace(scope.output, std::move(def), std::move(inputs));
  }

  Graph& graph_;
  std::set<int> fed_;
  std::set<Edge> fetched_;
};

}  // namespace

int FuseLayers(const std::map<std::string, ResolvedSignature>& signatures, Graph* graph) {
  return Fuser(signatures, graph).Run();
}

}  // namespace tiqu::engine
