#include "engine/function_bodies.h"

#include <map>
#include <set>
#include <unordered_map>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "engine/compile.h"
#include "engine/conditionals.h"
#include "engine/graph.h"
#include "engine/node_input.h"
#include "engine/signature.h"

namespace tiqu::engine {
namespace {

using tensorflow::FunctionDef;
using tensorflow::GraphDef;
using tensorflow::NodeDef;

// Which attributes name a node's functions, and how many inputs stand before their arguments.
struct FunctionNode {
  std::vector<const char*> attributes;
  int first_argument;
};

const FunctionNode* KindOf(const std::string& op) {
  static const auto* const kinds = new std::map<std::string, FunctionNode>{
      {"If", {{"then_branch", "else_branch"}, 1}},
      {"StatelessIf", {{"then_branch", "else_branch"}, 1}},
      {"While", {{"cond", "body"}, 0}},
      {"StatelessWhile", {{"cond", "body"}, 0}},
  };
  const auto it = kinds->find(op);
  return it == kinds->end() ? nullptr : &it->second;
}

class BodyTaker {
 public:
  BodyTaker(GraphDef* graph, const FindFunction& find) : graph_(graph), find_(find) {}

  absl::StatusOr<FunctionBodies> Run() {
    for (NodeDef& node : *graph_->mutable_node()) {
      const FunctionNode* kind = KindOf(node.op());
      if (kind == nullptr) continue;
      // Handles are looked up by name; a graph without such nodes needs no table.
      if (by_name_.empty()) {
        for (const NodeDef& other : graph_->node()) by_name_.emplace(other.name(), &other);
      }
      absl::Status status = Take(*kind, &node);
      if (!status.ok()) return Annotate(status, absl::StrCat("node '", node.name(), "' (", node.op(), ")"));
    }
    return std::move(bodies_);
  }

 private:
  absl::Status Take(const FunctionNode& kind, NodeDef* node) {
    std::vector<std::string> arguments, kept, control;
    for (const std::string& input : node->input()) {
      (IsControlInput(input)                                 ? control
       : static_cast<int>(kept.size()) < kind.first_argument ? kept
                                                             : arguments)
          .push_back(input);
    }
    std::vector<bool> is_handle;
    tensorflow::AttrValue keys;
    for (const char* attribute : kind.attributes) {
      const auto value = node->attr().find(attribute);
      const std::string name = value == node->attr().end() ? "" : value->second.func().name();
      const FunctionDef* function = find_(name);
      if (function == nullptr) {
        return absl::InvalidArgumentError(absl::StrCat("function '", name, "' is not in the library"));
      }
      const std::string key = absl::StrCat(node->name(), "/", attribute);
      TIQU_RETURN_IF_ERROR(MakeBody(*function, value->second.func(), key, arguments, &is_handle));
      keys.mutable_list()->add_s(key);
    }
    node->clear_input();
    for (const std::string& input : kept) node->add_input(input);
    for (size_t i = 0; i < arguments.size(); ++i) {
      if (!is_handle[i]) node->add_input(arguments[i]);
    }
    for (const std::string& input : control) node->add_input(input);
    (*node->mutable_attr())[kBodiesAttr] = keys;
    return absl::OkStatus();
  }

  absl::Status MakeBody(const FunctionDef& function, const tensorflow::NameAttrList& called, const std::string& key,
                        const std::vector<std::string>& arguments, std::vector<bool>* is_handle) {
    const auto& args = function.signature().input_arg();
    if (args.size() != static_cast<int>(arguments.size())) {
      return absl::InvalidArgumentError(absl::StrCat("function '", called.name(), "' takes ", args.size(),
                                                     " arguments and is given ", arguments.size()));
    }
    auto body = std::make_shared<tensorflow::MetaGraphDef>();
    tensorflow::SignatureDef& signature = (*body->mutable_signature_def())[""];
    NodeDef call;
    call.set_name(key);
    call.set_op("PartitionedCall");
    *(*call.mutable_attr())["f"].mutable_func() = called;
    is_handle->assign(args.size(), false);
    std::set<std::string> handles;
    int fed = 0;
    for (int i = 0; i < args.size(); ++i) {
      if (args[i].type() == tensorflow::DT_RESOURCE) {
        TIQU_ASSIGN_OR_RETURN(const NodeDef* handle, HandleBehind(arguments[i]));
        call.add_input(handle->name());
        if (handles.insert(handle->name()).second) *body->mutable_graph_def()->add_node() = *handle;
        (*is_handle)[i] = true;
        continue;
      }
      NodeDef* placeholder = body->mutable_graph_def()->add_node();
      placeholder->set_name(absl::StrCat(key, "/argument_", fed));
      placeholder->set_op("Placeholder");
      (*placeholder->mutable_attr())["dtype"].set_type(args[i].type());
      call.add_input(placeholder->name());
      SetInfo(placeholder->name(), args[i].type(), &(*signature.mutable_inputs())[absl::StrCat("a", fed++)]);
    }
    for (int i = 0; i < function.signature().output_arg_size(); ++i) {
      const auto type = function.signature().output_arg(i).type();
      if (type == tensorflow::DT_RESOURCE) continue;
      SetInfo(absl::StrCat(key, ":", i), type, &(*signature.mutable_outputs())[absl::StrCat("r", i)]);
    }
    *body->mutable_graph_def()->add_node() = call;
    bodies_.emplace(key, std::move(body));
    return absl::OkStatus();
  }

  static void SetInfo(const std::string& tensor, tensorflow::DataType type, tensorflow::TensorInfo* info) {
    info->set_name(tensor);
    info->set_dtype(type);
  }

  absl::StatusOr<const NodeDef*> HandleBehind(std::string input) const {
    for (size_t hops = 0; hops <= by_name_.size(); ++hops) {
      const auto it = by_name_.find(input.substr(0, input.find(':')));
      if (it == by_name_.end()) break;
      if (it->second->op() == "VarHandleOp") return it->second;
      if (it->second->op() != "Identity" || it->second->input_size() < 1) break;
      input = it->second->input(0);
    }
    return absl::UnimplementedError(absl::StrCat("'", input, "' is a handle, but not a variable's"));
  }

  GraphDef* graph_;
  const FindFunction& find_;
  std::unordered_map<std::string, const NodeDef*> by_name_;
  FunctionBodies bodies_;
};

}  // namespace

absl::StatusOr<FunctionBodies> TakeOutBodies(GraphDef* graph, const FindFunction& find) {
  return BodyTaker(graph, find).Run();
}

absl::StatusOr<std::vector<Tensor>> CompiledBody::Run(const std::vector<Tensor>& arguments) const {
  TensorMap inputs;
  for (size_t i = 0; i < arguments.size(); ++i) inputs.emplace(absl::StrCat("a", i), arguments[i]);
  TensorMap results;
  TIQU_RETURN_IF_ERROR(plan.Run(inputs, nullptr, &results));
  std::vector<Tensor> values(outputs.size());
  for (size_t i = 0; i < outputs.size(); ++i) {
    const auto it = results.find(absl::StrCat("r", i));
    if (it != results.end()) values[i] = std::move(it->second);
  }
  return values;
}

absl::StatusOr<std::shared_ptr<const CompiledBody>> CompileBody(const NodeSpec& spec, int index, int first_input) {
  const std::vector<std::string> keys = spec.Strings(kBodiesAttr);
  const auto it =
      index < static_cast<int>(keys.size()) ? spec.load().bodies.find(keys[index]) : spec.load().bodies.end();
  if (it == spec.load().bodies.end()) return absl::InvalidArgumentError("its functions are not in the library");
  const tensorflow::MetaGraphDef& meta = *it->second;
  TIQU_ASSIGN_OR_RETURN(Graph graph, Graph::FromDef(meta.graph_def()));
  TIQU_ASSIGN_OR_RETURN(const auto signatures, ResolveSignatures(meta, graph));
  TIQU_RETURN_IF_ERROR(ResolveConditionals(signatures, &graph));
  const ResolvedSignature& signature = signatures.at("");
  auto body = std::make_shared<CompiledBody>();
  body->inputs = static_cast<int>(signature.feeds.size());
  if (body->inputs != spec.input_count() - first_input) {
    return absl::InvalidArgumentError(absl::StrCat("'", it->first, "' takes ", body->inputs, " arguments and is given ",
                                                   spec.input_count() - first_input));
  }
  for (int i = 0; i < body->inputs; ++i) {
    const DataType wanted = signature.accepted.inputs.at(absl::StrCat("a", i)).type;
    if (wanted == spec.input_type(first_input + i)) continue;
    return absl::InvalidArgumentError(absl::StrCat("argument ", i, " of '", it->first, "' is ",
                                                   DataTypeName(spec.input_type(first_input + i)), ", expected ",
                                                   DataTypeName(wanted)));
  }
  TIQU_ASSIGN_OR_RETURN(const CompiledNodes nodes, CompileNodes(graph, signatures, &spec.load()));
  TIQU_ASSIGN_OR_RETURN(body->plan, Plan::Make(graph, nodes, signature));
  for (const auto& [name, output] : signature.signature.outputs) {
    const size_t port = std::stoul(name.substr(1));
    if (body->outputs.size() <= port) body->outputs.resize(port + 1, DataType::kInvalid);
    body->outputs[port] = output.type;
  }
  return body;
}

}  // namespace tiqu::engine
