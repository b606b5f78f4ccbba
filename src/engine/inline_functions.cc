#include "engine/inline_functions.h"

#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "engine/call_results.h"
#include "engine/function_bodies.h"
#include "engine/node_input.h"
#include "engine/op_registry.h"
#include "engine/output_args.h"

namespace tiqu::engine {
namespace {

using tensorflow::FunctionDef;
using tensorflow::GraphDef;
using tensorflow::NodeDef;
using Attributes = google::protobuf::Map<std::string, tensorflow::AttrValue>;

// A call that waits for its body; `caller` is the call in whose body it stands, -1 in the graph itself.
struct Call {
  NodeDef* node;
  const FunctionDef* function;
  int caller;
  int depth;
};

// One body on its way into the graph.
struct Body {
  const FunctionDef* function;
  std::string prefix;               // of the names of its nodes
  std::vector<std::string> inputs;  // the caller's tensors, in the order of the arguments
  const Attributes* attributes;     // of the call
  std::unordered_map<std::string, std::pair<int64_t, int64_t>> args;  // name -> first tensor, number of tensors
  std::unordered_map<std::string, const NodeDef*> nodes;
};

// What all graphs of a model share.
struct Shared {
  explicit Shared(const tensorflow::MetaGraphDef& model)
      : outputs(model.meta_info_def().stripped_op_list()),
        most_bytes(kMostInlinedBytes + 4 * static_cast<int64_t>(model.graph_def().library().ByteSizeLong())) {
    for (const FunctionDef& function : model.graph_def().library().function()) {
      functions.emplace(function.signature().name(), &function);
    }
  }

  OutputArgs outputs;
  int64_t most_bytes;
  std::unordered_map<std::string, const FunctionDef*> functions;
  int copied_nodes = 0;
  int64_t copied_bytes = 0;
};

// Inlines calls in one graph: the model's, or that of a branch or loop.
class Inliner {
 public:
  // depth: of the calls in this graph
  Inliner(tensorflow::MetaGraphDef* meta_graph, int depth, Shared* shared)
      : meta_(*meta_graph), graph_(meta_graph->mutable_graph_def()), depth_(depth), shared_(*shared) {}

  absl::Status Run() {
    for (const NodeDef& node : graph_->node()) names_.insert(node.name());
    for (NodeDef* node : NeededNodes()) {
      const FunctionDef* function = nullptr;
      TIQU_RETURN_IF_ERROR(FunctionOf(*node, &function));
      if (function != nullptr) calls_.push_back({node, function, -1, depth_});
    }
    for (size_t i = 0; i < calls_.size(); ++i) {
      absl::Status status = Expand(static_cast<int>(i));
      if (!status.ok()) {
        return Annotate(status, absl::StrCat("function '", calls_[i].function->signature().name(), "', called by '",
                                             calls_[i].node->name(), "'"));
      }
    }
    for (NodeDef& node : *graph_->mutable_node()) {
      absl::Status status = results_.PassThrough(&node);
      if (!status.ok()) return Annotate(status, absl::StrCat("input of node '", node.name(), "'"));
    }
    return absl::OkStatus();
  }

 private:
  // Nodes of the graph that the signatures or the restore operation need.
  std::vector<NodeDef*> NeededNodes() {
    std::unordered_map<std::string_view, NodeDef*> by_name;
    for (NodeDef& node : *graph_->mutable_node()) by_name.emplace(node.name(), &node);
    std::vector<std::string> pending = {meta_.saver_def().restore_op_name()};
    for (const auto& [name, signature] : meta_.signature_def()) {
      if (name.starts_with("__saved_model_")) continue;
      for (const auto& [output, info] : signature.outputs()) pending.push_back(NodeOfInput(info.name()));
    }
    std::vector<NodeDef*> needed;
    std::unordered_set<std::string> seen;
    while (!pending.empty()) {
      const std::string name = std::move(pending.back());
      pending.pop_back();
      const auto it = by_name.find(name);
      if (it == by_name.end() || !seen.insert(name).second) continue;
      needed.push_back(it->second);
      for (const std::string& input : it->second->input()) pending.push_back(NodeOfInput(input));
    }
    return needed;
  }

  // Sets `function` to what the node calls, null when it is no call.
  absl::Status FunctionOf(const NodeDef& node, const FunctionDef** function) const {
    *function = nullptr;
    std::string name = node.op();
    if (name == "PartitionedCall" || name == "StatefulPartitionedCall") {
      const auto attribute = node.attr().find("f");
      if (attribute == node.attr().end() || !attribute->second.has_func()) {
        return absl::InvalidArgumentError(absl::StrCat("node '", node.name(), "' calls no function"));
      }
      name = attribute->second.func().name();
      if (!shared_.functions.contains(name)) {
        return absl::InvalidArgumentError(
            absl::StrCat("node '", node.name(), "' calls function '", name, "', which is not in the library"));
      }
    }
    const auto it = shared_.functions.find(name);
    if (it != shared_.functions.end() && !OpRegistry::Global().Has(name)) *function = it->second;
    return absl::OkStatus();
  }

  absl::Status CheckDepth(const Call& call) const {
    for (int caller = call.caller; caller >= 0; caller = calls_[caller].caller) {
      if (calls_[caller].function == call.function) return absl::InvalidArgumentError("calls itself");
    }
    if (call.depth <= kDeepestCalls) return absl::OkStatus();
    return absl::ResourceExhaustedError(absl::StrCat("calls are nested deeper than ", kDeepestCalls));
  }

  absl::Status Expand(int index) {
    const Call call = calls_[index];
    TIQU_RETURN_IF_ERROR(CheckDepth(call));
    Body body;
    body.function = call.function;
    const auto f = call.node->attr().find("f");
    body.attributes =
        f != call.node->attr().end() && f->second.has_func() ? &f->second.func().attr() : &call.node->attr();
    std::vector<std::string> control;
    for (const std::string& input : call.node->input())
      (IsControlInput(input) ? control : body.inputs).push_back(input);
    TIQU_RETURN_IF_ERROR(BindArguments(&body));
    ChoosePrefix(call.node->name(), &body);
    for (const NodeDef& node : call.function->node_def()) {
      absl::Status status = AddNode(body, node, index, call.depth + 1);
      if (!status.ok()) return Annotate(status, absl::StrCat("node '", node.name(), "'"));
    }
    std::vector<std::string> results;
    TIQU_RETURN_IF_ERROR(TranslateResults(body, &results, &control));
    // Who uses the call's results gets them without a detour; the node keeps its name for signatures and for order.
    NodeDef* node = call.node;
    node->set_op("IdentityN");
    node->clear_attr();
    node->clear_input();
    for (const std::string& result : results) node->add_input(result);
    for (const std::string& done : control) node->add_input(done);
    results_.Add(node->name(), std::move(results));
    return absl::OkStatus();
  }

  static absl::Status BindArguments(Body* body) {
    int64_t first = 0;
    for (const auto& arg : body->function->signature().input_arg()) {
      TIQU_ASSIGN_OR_RETURN(const int64_t size, ArgSize(arg, *body->attributes));
      body->args.emplace(arg.name(), std::make_pair(first, size));
      first += size;
    }
    for (const NodeDef& node : body->function->node_def()) body->nodes.emplace(node.name(), &node);
    if (first == static_cast<int64_t>(body->inputs.size())) return absl::OkStatus();
    return absl::InvalidArgumentError(absl::StrCat("takes ", first, " arguments and is given ", body->inputs.size()));
  }

  // The call's name, with one more slash where a name of the body would be taken.
  void ChoosePrefix(const std::string& call, Body* body) {
    body->prefix = call + "/";
    for (const NodeDef& node : body->function->node_def()) {
      if (!names_.contains(body->prefix + node.name())) continue;
      body->prefix += "/";
      return;
    }
  }

  absl::Status AddNode(const Body& body, const NodeDef& node, int caller, int depth) {
    shared_.copied_bytes += static_cast<int64_t>(node.ByteSizeLong() + body.prefix.size() * (node.input_size() + 1));
    if (++shared_.copied_nodes > kMostInlinedNodes || shared_.copied_bytes > shared_.most_bytes) {
      return absl::ResourceExhaustedError(absl::StrCat("the graph grows beyond ", kMostInlinedNodes, " nodes or ",
                                                       shared_.most_bytes, " bytes of functions put in their places"));
    }
    NodeDef* copy = graph_->add_node();
    *copy = node;
    copy->set_name(body.prefix + node.name());
    names_.insert(copy->name());
    for (std::string& input : *copy->mutable_input()) {
      TIQU_ASSIGN_OR_RETURN(input, Translate(body, input));
    }
    for (auto& [name, value] : *copy->mutable_attr()) {
      if (value.value_case() != tensorflow::AttrValue::kPlaceholder) continue;
      const auto given = body.attributes->find(value.placeholder());
      if (given == body.attributes->end()) {
        return absl::InvalidArgumentError(
            absl::StrCat("attribute ", name, " is left to the call's ", value.placeholder(), ", which is missing"));
      }
      value = tensorflow::AttrValue(given->second);
    }
    const FunctionDef* function = nullptr;
    TIQU_RETURN_IF_ERROR(FunctionOf(*copy, &function));
    if (function != nullptr) calls_.push_back({copy, function, caller, depth});
    return absl::OkStatus();
  }

  // An input as a body writes it ("arg", "arg:1", "node:output:0", "^node"), as one of the graph.
  absl::StatusOr<std::string> Translate(const Body& body, const std::string& input) const {
    const std::string name = NodeOfInput(input);
    const auto node = body.nodes.find(name);
    if (IsControlInput(input) && node != body.nodes.end()) return absl::StrCat("^", body.prefix, name);
    std::string output;
    int64_t index = 0;
    if (const size_t first = input.find(':'); first != std::string::npos) {
      const size_t last = input.rfind(':');
      if (last > first) output = input.substr(first + 1, last - first - 1);
      if (!absl::SimpleAtoi(input.substr(last + 1), &index) || index < 0) {
        return absl::InvalidArgumentError(absl::StrCat("'", input, "' is not an input"));
      }
    }
    if (node != body.nodes.end()) {
      TIQU_ASSIGN_OR_RETURN(const int64_t port, PortOf(*node->second, output, index));
      return absl::StrCat(body.prefix, name, ":", port);
    }
    const auto arg = body.args.find(name);
    if (arg == body.args.end() || index >= arg->second.second) {
      return absl::InvalidArgumentError(absl::StrCat("its input '", input, "' does not exist"));
    }
    const std::string& given = body.inputs[arg->second.first + index];
    return IsControlInput(input) ? absl::StrCat("^", NodeOfInput(given)) : given;
  }

  absl::StatusOr<int64_t> PortOf(const NodeDef& node, const std::string& output, int64_t index) const {
    if (output.empty()) return index;
    const auto function = shared_.functions.find(node.op());
    if (function == shared_.functions.end() || OpRegistry::Global().Has(node.op())) {
      return shared_.outputs.PortOf(node, output, index);
    }
    return OutputArgs::PortAmong(function->second->signature().output_arg(), node, output, index);
  }

  absl::Status TranslateResults(const Body& body, std::vector<std::string>* results,
                                std::vector<std::string>* control) const {
    const FunctionDef& function = *body.function;
    for (const auto& arg : function.signature().output_arg()) {
      const auto returned = function.ret().find(arg.name());
      if (returned == function.ret().end()) {
        return absl::InvalidArgumentError(absl::StrCat("does not say what '", arg.name(), "' returns"));
      }
      absl::StatusOr<std::string> tensor = Translate(body, returned->second);
      if (!tensor.ok()) return Annotate(tensor.status(), absl::StrCat("result '", arg.name(), "'"));
      results->push_back(*std::move(tensor));
    }
    for (const auto& [name, node] : function.control_ret()) {
      absl::StatusOr<std::string> done = Translate(body, absl::StrCat("^", node));
      if (!done.ok()) return Annotate(done.status(), absl::StrCat("control result '", name, "'"));
      control->push_back(*std::move(done));
    }
    return absl::OkStatus();
  }

  const tensorflow::MetaGraphDef& meta_;
  GraphDef* graph_;
  const int depth_;
  Shared& shared_;
  std::unordered_set<std::string> names_;
  std::deque<Call> calls_;
  CallResults results_;
};

absl::Status InlineGraph(tensorflow::MetaGraphDef* meta_graph, int depth, Shared* shared, FunctionBodies* bodies) {
  TIQU_RETURN_IF_ERROR(Inliner(meta_graph, depth, shared).Run());
  const auto find = [shared](const std::string& name) {
    const auto it = shared->functions.find(name);
    return it == shared->functions.end() ? nullptr : it->second;
  };
  TIQU_ASSIGN_OR_RETURN(const FunctionBodies own, TakeOutBodies(meta_graph->mutable_graph_def(), find));
  for (const auto& [key, body] : own) {
    if (depth == kDeepestCalls) {
      return absl::ResourceExhaustedError(absl::StrCat("'", key, "': calls are nested deeper than ", kDeepestCalls));
    }
    TIQU_RETURN_IF_ERROR(InlineGraph(body.get(), depth + 1, shared, bodies));
    bodies->emplace(key, body);
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status InlineFunctions(tensorflow::MetaGraphDef* meta_graph, FunctionBodies* bodies) {
  if (meta_graph->graph_def().library().function_size() == 0) return absl::OkStatus();
  Shared shared(*meta_graph);
  return InlineGraph(meta_graph, 1, &shared, bodies);
}

}  // namespace tiqu::engine
