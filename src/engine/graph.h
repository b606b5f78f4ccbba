// A GraphDef with its names resolved to indices.
//
// Thread safety: a value.
#pragma once

#include <compare>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "absl/status/statusor.h"
#include "saved_model.pb.h"

namespace tiqu::engine {

// Output `port` of node `node`.
struct Edge {
  int node = -1;
  int port = 0;
  auto operator<=>(const Edge&) const = default;
};

struct Node {
  const tensorflow::NodeDef* def = nullptr;
  std::vector<Edge> inputs;
  std::vector<int> control_inputs;
};

class Graph {
 public:
  // `def` must outlive the graph. Errors: INVALID_ARGUMENT (two nodes of one name, an input that does not exist,
  // an operation that only the loader makes).
  static absl::StatusOr<Graph> FromDef(const tensorflow::GraphDef& def);

  const std::vector<Node>& nodes() const { return nodes_; }
  const Node& node(int index) const { return nodes_[index]; }
  int Find(std::string_view name) const;  // -1 when there is none

  // "name" or "name:port". Errors: INVALID_ARGUMENT naming the tensor.
  absl::StatusOr<Edge> Resolve(std::string_view tensor_name) const;

  // Puts another operation in a node's place; who used its output 0 uses the new one's.
  void Replace(int index, tensorflow::NodeDef def, std::vector<Edge> inputs);

 private:
  std::vector<Node> nodes_;
  std::unordered_map<std::string_view, int> by_name_;
  std::deque<tensorflow::NodeDef> owned_;  // of replaced nodes
};

}  // namespace tiqu::engine
