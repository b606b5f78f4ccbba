#include "engine/fuse_attention.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "engine/fused/register.h"
#include "engine/node_spec.h"

namespace tiqu::engine {
namespace {

// REQUIRES: the layer has the role, as all have that FuseLayers made.
size_t PlaceOf(const tensorflow::NodeDef& layer, const char* role) {
  const auto& roles = layer.attr().at(kRolesAttr).list().s();
  return static_cast<size_t>(std::find(roles.begin(), roles.end(), role) - roles.begin());
}

bool TakeIn(int index, Graph* graph) {
  const Node& merged = graph->node(index);
  if (merged.def->op() != absl::StrCat(kFusedPrefix, "MergedContext")) return false;
  const size_t place = PlaceOf(*merged.def, "c2q");
  const Node& attention = graph->node(merged.inputs[place].node);
  if (attention.def->op() != absl::StrCat(kFusedPrefix, "C2QAttention")) return false;
  tensorflow::NodeDef def = *merged.def;
  std::vector<Edge> inputs = merged.inputs;
  auto& roles = *(*def.mutable_attr())[kRolesAttr].mutable_list();
  roles.set_s(static_cast<int>(place), "similarity");
  inputs[place] = attention.inputs[PlaceOf(*attention.def, "similarity")];
  roles.add_s("question");
  inputs.push_back(attention.inputs[PlaceOf(*attention.def, "question")]);
  graph->Replace(index, std::move(def), std::move(inputs));
  return true;
}

}  // namespace

int FuseAttention(Graph* graph) {
  int taken = 0;
  const int count = static_cast<int>(graph->nodes().size());
  for (int node = 0; node < count; ++node) taken += TakeIn(node, graph) ? 1 : 0;
  return taken;
}

}  // namespace tiqu::engine
