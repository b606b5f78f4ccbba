// Writes a TensorFlow GraphDef node by node, TF1 style, ops and attributes of the 1.8 era (reference: TensorFlow's op
// registry of 1.8; see docs/formats/saved_model.md).
//
//   GraphBuilder g;
//   Output x = g.Placeholder("x_in", DataType::kFloat, {-1, -1});
//   {
//     auto scope = g.Enter("encode_0", "DilatedGatedConv1D");   // nodes get the prefix and _tiqu_layer
//     Output in = g.Role(x, "input");                           // an Identity with _tiqu_role: the fuser's handle
//     ...
//   }
//
// Every annotated scope has Identity nodes SCOPE/in_ROLE (attribute _tiqu_role = ROLE) for each tensor that comes in,
// weights included, and ends in one node SCOPE/output (attribute _tiqu_role = "output"; numbers such as the rate as
// further _tiqu_ attributes on it). No node outside uses anything else of the scope. So the engine can replace the
// scope by one kernel, and stock TensorFlow sees a plain graph.
//
// Thread safety: none; one builder, one thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tensor/tensor.h"

namespace tensorflow {
class GraphDef;
class NodeDef;
}  // namespace tensorflow

namespace tiqu::graph {

// One output of a node: "name" or "name:k".
struct Output {
  std::string name;
};

class GraphBuilder;

// Leaves the scope when it goes out of scope.
class ScopeGuard {
 public:
  ScopeGuard(GraphBuilder* builder, size_t prefix_size, std::string layer);
  ~ScopeGuard();
  ScopeGuard(const ScopeGuard&) = delete;
  ScopeGuard& operator=(const ScopeGuard&) = delete;

 private:
  GraphBuilder* builder_;
  size_t prefix_size_;
  std::string outer_layer_;
};

}  // namespace tiqu::graph
