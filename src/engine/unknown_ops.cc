#include "engine/unknown_ops.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/status.h"
#include "engine/conditionals.h"
#include "engine/op_registry.h"
#include "engine/schedule.h"
#include "engine/signature.h"

namespace tiqu::engine {
namespace {

constexpr size_t kNodesNamed = 8;  // of each unknown operation; the rest is counted

absl::Status CollectFromBody(const tensorflow::MetaGraphDef& body, const FunctionBodies& bodies, UnknownOps* unknown);

absl::Status Collect(const Graph& graph, const std::vector<int>& order, const FunctionBodies& bodies,
                     UnknownOps* unknown) {
  for (const int node : order) {
    const tensorflow::NodeDef& def = *graph.node(node).def;
    if (!OpRegistry::Global().Has(def.op())) (*unknown)[def.op()].insert(def.name());
    const auto keys = def.attr().find(kBodiesAttr);
    if (keys == def.attr().end()) continue;
    for (const std::string& key : keys->second.list().s()) {
      const auto body = bodies.find(key);
      if (body != bodies.end()) TIQU_RETURN_IF_ERROR(CollectFromBody(*body->second, bodies, unknown));
    }
  }
  return absl::OkStatus();
}

// Bodies are nested no deeper than calls.
absl::Status CollectFromBody(const tensorflow::MetaGraphDef& body, const FunctionBodies& bodies, UnknownOps* unknown) {
  TIQU_ASSIGN_OR_RETURN(Graph graph, Graph::FromDef(body.graph_def()));
  TIQU_ASSIGN_OR_RETURN(const auto signatures, ResolveSignatures(body, graph));
  TIQU_RETURN_IF_ERROR(ResolveConditionals(signatures, &graph));
  for (const auto& [name, signature] : signatures) {
    ScheduleRequest request;
    for (const auto& [input, edge] : signature.feeds) request.feeds.insert(edge);
    for (const auto& [output, edge] : signature.fetches) request.fetches.push_back(edge);
    TIQU_ASSIGN_OR_RETURN(const std::vector<int> order, Schedule(graph, request));
    TIQU_RETURN_IF_ERROR(Collect(graph, order, bodies, unknown));
  }
  return absl::OkStatus();
}

}  // namespace

std::string ListUnknownOps(const UnknownOps& unknown) {
  std::vector<std::string> parts;
  for (const auto& [op, nodes] : unknown) {
    std::vector<std::string> named(nodes.begin(), nodes.end());
    const size_t more = named.size() > kNodesNamed ? named.size() - kNodesNamed : 0;
    named.resize(named.size() - more);
    if (more > 0) named.push_back(absl::StrCat("and ", more, " more"));
    parts.push_back(absl::StrCat(op, " (", absl::StrJoin(named, ", "), ")"));
  }
  return absl::StrJoin(parts, "; ");
}

absl::Status CheckOps(const Graph& graph, const std::map<std::string, std::vector<int>>& orders,
                      const FunctionBodies& bodies) {
  UnknownOps unknown;
  for (const auto& [name, order] : orders) TIQU_RETURN_IF_ERROR(Collect(graph, order, bodies, &unknown));
  if (unknown.empty()) return absl::OkStatus();
  return absl::UnimplementedError(
      absl::StrCat("operations that are not supported, with their nodes: ", ListUnknownOps(unknown)));
}

}  // namespace tiqu::engine
