// Conditionals and loops of TensorFlow 2: their functions as graphs of their own, and a graph made ready to run.
//
// A node If(condition, a, v) {then_branch: f, else_branch: g}, v being a variable's handle, becomes If(condition, a)
// {_tiqu_bodies: ["NODE/then_branch", "NODE/else_branch"]}. Each key stands for a meta graph with one signature "":
// inputs a0, a1, ... in the order of the node's inputs behind the condition, outputs r0, r1, ... by the function's
// results; handles are nodes of that graph.
//
// Thread safety: free functions; a CompiledBody is immutable.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/node_spec.h"
#include "engine/plan.h"
#include "saved_model.pb.h"

namespace tiqu::engine {

using FindFunction = std::function<const tensorflow::FunctionDef*(const std::string& name)>;

// Rewrites the nodes in place; the calls in the bodies still are calls. Nodes that are not sound are left as they are.
// Errors: INVALID_ARGUMENT (a function that is not there, or of another number of arguments), UNIMPLEMENTED (a handle
// that is not a variable's); all name the node.
absl::StatusOr<FunctionBodies> TakeOutBodies(tensorflow::GraphDef* graph, const FindFunction& find);

struct CompiledBody {
  Plan plan;
  int inputs = 0;
  std::vector<DataType> outputs;

  // Errors: those of the body's operations.
  absl::StatusOr<std::vector<Tensor>> Run(const std::vector<Tensor>& arguments) const;
};

// The node's body number `index`, its inputs as the node's from `first_input` on. Errors: those of CompileNodes;
// INVALID_ARGUMENT (no such body, another number or other types of inputs).
absl::StatusOr<std::shared_ptr<const CompiledBody>> CompileBody(const NodeSpec& spec, int index, int first_input);

}  // namespace tiqu::engine
