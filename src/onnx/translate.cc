#include "onnx/translate.h"

#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/status.h"
#include "engine/graph.h"
#include "engine/inline_functions.h"
#include "engine/schedule.h"
#include "engine/signature.h"
#include "engine/unknown_ops.h"
#include "engine/variables.h"
#include "graph/tensor_proto.h"
#include "onnx/op_table.h"

namespace tiqu::onnx {
namespace {

using engine::Edge;
using engine::Graph;
using engine::ResolvedSignature;
using engine::TensorSpec;

// A handle stands for the variable's value: a file that is only read has nothing to assign.
bool IsVariable(const std::string& op) { return op == "VariableV2" || op == "Variable" || op == "VarHandleOp"; }

// What only orders nodes has no place in ONNX.
absl::StatusOr<Graph> WithoutControl(const tensorflow::GraphDef& def) {
  TIQU_ASSIGN_OR_RETURN(Graph graph, Graph::FromDef(def));
  for (int i = 0; i < static_cast<int>(graph.nodes().size()); ++i) {
    if (!graph.node(i).control_inputs.empty()) graph.Replace(i, *graph.node(i).def, graph.node(i).inputs);
  }
  return graph;
}

absl::StatusOr<onnxpb::TypeProto> DescribeType(const std::string& name, DataType type, const StaticShape& shape,
                                               const TranslateOptions& options) {
  if (OnnxType(type) == onnxpb::TensorProto::UNDEFINED) {
    return absl::UnimplementedError(
        absl::StrCat("'", name, "' is ", DataTypeName(type), ", which ONNX has no place for"));
  }
  onnxpb::TypeProto described;
  described.mutable_tensor_type()->set_elem_type(OnnxType(type));
  if (!shape) return described;
  auto* axes = described.mutable_tensor_type()->mutable_shape();
  const auto named = options.axis_names.find(name);
  for (size_t i = 0; i < shape->size(); ++i) {
    auto* axis = axes->add_dim();
    if ((*shape)[i] >= 0) {
      axis->set_dim_value((*shape)[i]);
    } else if (named != options.axis_names.end() && i < named->second.size()) {
      axis->set_dim_param(named->second[i]);
    } else {
      axis->set_dim_param(absl::StrCat(name, "_", i));
    }
  }
  return described;
}

StaticShape DeclaredShape(const TensorSpec& spec) {
  if (spec.unknown_rank || spec.shape.size() > kMostAxes) return std::nullopt;
  Shape shape = spec.shape;
  for (int64_t& size : shape) size = KnownSize(size);
  return shape;
}

class Translator {
 public:
  Translator(const Graph& graph, const ResolvedSignature& signature, const savedmodel::LoadedSavedModel& model,
             const TranslateOptions& options)
      : graph_(graph),
        signature_(signature),
        variables_(model.variables),
        keys_(engine::RestoredKeys(graph, model.variables)),
        options_(options),
        writer_(ReservedNames(signature)) {}

  absl::StatusOr<onnxpb::GraphProto> Run() {
    engine::ScheduleRequest request;
    for (const auto& [name, edge] : signature_.feeds) request.feeds.insert(edge);
    for (const auto& [name, edge] : signature_.fetches) request.fetches.push_back(edge);
    TIQU_ASSIGN_OR_RETURN(const std::vector<int> order, engine::Schedule(graph_, request));
    TIQU_RETURN_IF_ERROR(CheckOps(order));
    TIQU_RETURN_IF_ERROR(CheckWeightBytes(order));
    TIQU_RETURN_IF_ERROR(AddInputs());
    for (const int node : order) TIQU_RETURN_IF_ERROR(TranslateNode(node));
    TIQU_RETURN_IF_ERROR(AddOutputs());
    return writer_.Finish();
  }

 private:
  static std::set<std::string> ReservedNames(const ResolvedSignature& signature) {
    std::set<std::string> names;
    for (const auto& [name, edge] : signature.feeds) names.insert(name);
    for (const auto& [name, edge] : signature.fetches) names.insert(name);
    return names;
  }

  absl::Status CheckOps(const std::vector<int>& order) const {
    engine::UnknownOps unknown;
    for (const int node : order) {
      const tensorflow::NodeDef& def = *graph_.node(node).def;
      const bool source = IsVariable(def.op()) || def.op() == "Const" || def.op() == "Placeholder";
      if (!source && !Translations().contains(def.op())) unknown[def.op()].insert(def.name());
    }
    if (unknown.empty()) return absl::OkStatus();
    return absl::UnimplementedError(absl::StrCat("operations that have no translation to ONNX, with their nodes: ",
                                                 engine::ListUnknownOps(unknown)));
  }

  const Tensor* FindVariable(const std::string& node) const {
    const auto key = keys_.find(node);
    const auto found = variables_.find(key == keys_.end() ? node : key->second);
    return found == variables_.end() ? nullptr : &found->second;
  }

  absl::Status CheckWeightBytes(const std::vector<int>& order) {
    for (const int node : order) {
      const tensorflow::NodeDef& def = *graph_.node(node).def;
      if (!IsVariable(def.op())) continue;
      const Tensor* variable = FindVariable(def.name());
      if (variable == nullptr) {
        return absl::InvalidArgumentError(absl::StrCat("variable '", def.name(), "' has no value in the model"));
      }
      if (variable->type() != DataType::kString) bytes_ += static_cast<int64_t>(variable->byte_size());
    }
    if (bytes_ <= options_.most_bytes) return absl::OkStatus();
    return absl::InvalidArgumentError(
        absl::StrCat("the weights take ", bytes_, " bytes; an ONNX file holds at most ", options_.most_bytes));
  }

  absl::Status AddInputs() {
    for (const auto& [name, edge] : signature_.feeds) {
      Value value;
      value.name = name;
      value.type = signature_.accepted.inputs.at(name).type;
      value.shape = DeclaredShape(signature_.accepted.inputs.at(name));
      TIQU_ASSIGN_OR_RETURN(onnxpb::TypeProto type, DescribeType(name, value.type, value.shape, options_));
      writer_.AddInput(name, std::move(type));
      values_[edge] = std::move(value);
    }
    return absl::OkStatus();
  }

  absl::Status AddOutputs() {
    for (const auto& [name, edge] : signature_.fetches) {
      TIQU_ASSIGN_OR_RETURN(const Value value, ValueOf(edge, absl::StrCat("output '", name, "'")));
      const StaticShape declared = DeclaredShape(signature_.signature.outputs.at(name));
      TIQU_ASSIGN_OR_RETURN(onnxpb::TypeProto type,
                            DescribeType(name, value.type, declared ? declared : value.shape, options_));
      tensorflow::NodeDef result;
      result.set_name(name);
      NodeTranslation n(result, {value}, &writer_);
      const std::string made = n.Use(0);
      TIQU_RETURN_IF_ERROR(n.status());
      writer_.EmitTo(name, "Identity", {made});
      writer_.AddOutput(name, std::move(type));
    }
    return absl::OkStatus();
  }

  absl::StatusOr<Value> ValueOf(const Edge& edge, const std::string& user) const {
    const auto found = values_.find(edge);
    if (found != values_.end()) return found->second;
    return absl::InvalidArgumentError(absl::StrCat(user, " takes output ", edge.port, " of node '",
                                                   graph_.node(edge.node).def->name(), "', which has no such output"));
  }

  absl::Status TranslateNode(int index) {
    const tensorflow::NodeDef& def = *graph_.node(index).def;
    if (def.op() == "Placeholder") {
      return absl::InvalidArgumentError(absl::StrCat("placeholder '", def.name(), "' is no input of the signature"));
    }
    if (IsVariable(def.op())) return AddConstant(index, *FindVariable(def.name()));
    if (def.op() == "Const") return DecodeConstant(index);
    std::vector<Value> inputs;
    for (const Edge& edge : graph_.node(index).inputs) {
      TIQU_ASSIGN_OR_RETURN(Value value, ValueOf(edge, absl::StrCat("node '", def.name(), "'")));
      inputs.push_back(std::move(value));
    }
    NodeTranslation n(def, std::move(inputs), &writer_);
    Translations().at(def.op())(n);
    TIQU_RETURN_IF_ERROR(n.status());
    for (int port = 0; port < static_cast<int>(n.outputs().size()); ++port) {
      values_.try_emplace({index, port}, n.outputs()[port]);  // an output that is fed is there already
    }
    return absl::OkStatus();
  }

  absl::Status DecodeConstant(int index) {
    const tensorflow::NodeDef& def = *graph_.node(index).def;
    const auto attribute = def.attr().find("value");
    if (attribute == def.attr().end()) {
      return absl::InvalidArgumentError(absl::StrCat("constant '", def.name(), "' has no value"));
    }
    absl::StatusOr<Tensor> tensor = graph::TensorFromProto(attribute->second.tensor());
    if (!tensor.ok()) return Annotate(tensor.status(), absl::StrCat("constant '", def.name(), "'"));
    if (tensor->type() != DataType::kString) bytes_ += static_cast<int64_t>(tensor->byte_size());
    if (bytes_ > options_.most_bytes) {
      return absl::InvalidArgumentError(absl::StrCat("with constant '", def.name(), "' the weights take ", bytes_,
                                                     " bytes; an ONNX file holds at most ", options_.most_bytes));
    }
    return AddConstant(index, *tensor);
  }

  absl::Status AddConstant(int index, const Tensor& tensor) {
    Value value;
    value.name = graph_.node(index).def->name();
    value.type = tensor.type();
    value.shape = tensor.shape();
    value.constant = tensor;
    values_.try_emplace({index, 0}, std::move(value));
    return absl::OkStatus();
  }

  const Graph& graph_;
  const ResolvedSignature& signature_;
  const std::map<std::string, Tensor>& variables_;
  const std::map<std::string, std::string> keys_;  // variable node -> bundle key, where they differ
  const TranslateOptions& options_;
  GraphWriter writer_;
  std::map<Edge, Value> values_;
  int64_t bytes_ = 0;  // of weights and constants so far
};

}  // namespace

absl::StatusOr<onnxpb::ModelProto> Translate(const savedmodel::LoadedSavedModel& model,
                                             const TranslateOptions& options) {
  tensorflow::MetaGraphDef meta_graph = model.meta_graph;
  engine::FunctionBodies bodies;  // of conditionals and loops, which have no translation
  TIQU_RETURN_IF_ERROR(engine::InlineFunctions(&meta_graph, &bodies));
  TIQU_ASSIGN_OR_RETURN(const Graph graph, WithoutControl(meta_graph.graph_def()));
  TIQU_ASSIGN_OR_RETURN(const auto signatures, engine::ResolveSignatures(meta_graph, graph));
  const auto signature = signatures.find(options.signature);
  if (signature == signatures.end()) {
    const auto name = [](std::string* out, const auto& entry) { absl::StrAppend(out, entry.first); };
    return absl::NotFoundError(absl::StrCat("there is no signature '", options.signature,
                                            "'; there are: ", absl::StrJoin(signatures, ", ", name)));
  }
  onnxpb::ModelProto onnx;
  onnx.set_ir_version(kIrVersion);
  onnx.set_producer_name("tiqu");
  onnx.add_opset_import()->set_version(kOpsetVersion);
  onnx.mutable_opset_import(0)->set_domain("");
  TIQU_ASSIGN_OR_RETURN(*onnx.mutable_graph(), Translator(graph, signature->second, model, options).Run());
  onnx.mutable_graph()->set_name(options.signature);
  return onnx;
}

}  // namespace tiqu::onnx
