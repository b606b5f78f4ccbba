// The roles of every layer that can run as one operation (docs/formats/graph_annotations.md).
//
// Thread safety: constant data.
#pragma once

#include <string_view>
#include <vector>

namespace tiqu::engine {

struct RoleRule {
  const char* name;
  bool weight = false;  // must be known at load
  bool optional = false;
  const char* with = nullptr;  // another role: both are there or neither
};

struct LayerRoles {
  const char* name;
  std::vector<RoleRule> roles;
};

// Null when there is no such layer.
const LayerRoles* FindLayer(std::string_view name);

}  // namespace tiqu::engine
