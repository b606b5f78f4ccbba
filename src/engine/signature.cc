#include "engine/signature.h"

#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/status.h"

namespace tiqu::engine {
namespace {

constexpr char kInternalPrefix[] = "__saved_model_";  // initialisation and training steps of TF 2.x

absl::StatusOr<TensorSpec> ReadTensorInfo(const tensorflow::TensorInfo& info) {
  if (info.encoding_case() != tensorflow::TensorInfo::kName) {
    return absl::UnimplementedError("is not a dense tensor");
  }
  TensorSpec spec;
  spec.tensor_name = info.name();
  spec.type = static_cast<DataType>(info.dtype());
  spec.unknown_rank = !info.has_tensor_shape() || info.tensor_shape().unknown_rank();
  for (const auto& dim : info.tensor_shape().dim()) spec.shape.push_back(dim.size());
  return spec;
}

using TensorInfos = google::protobuf::Map<std::string, tensorflow::TensorInfo>;

absl::Status ResolveTensors(const TensorInfos& infos, const Graph& graph, std::map<std::string, TensorSpec>* specs,
                            std::map<std::string, Edge>* edges) {
  for (const auto& [name, info] : infos) {
    absl::StatusOr<TensorSpec> spec = ReadTensorInfo(info);
    if (!spec.ok()) return Annotate(spec.status(), absl::StrCat("'", name, "'"));
    absl::StatusOr<Edge> edge = graph.Resolve(spec->tensor_name);
    if (!edge.ok()) return Annotate(edge.status(), absl::StrCat("'", name, "'"));
    specs->emplace(name, *std::move(spec));
    edges->emplace(name, *edge);
  }
  return absl::OkStatus();
}

absl::StatusOr<ResolvedSignature> ResolveOne(const tensorflow::SignatureDef& def, const Graph& graph) {
  ResolvedSignature resolved;
  resolved.signature.method_name = def.method_name();
  TIQU_RETURN_IF_ERROR(ResolveTensors(def.inputs(), graph, &resolved.signature.inputs, &resolved.feeds));
  TIQU_RETURN_IF_ERROR(ResolveTensors(def.outputs(), graph, &resolved.signature.outputs, &resolved.fetches));
  std::set<Edge> fed;
  for (const auto& [name, edge] : resolved.feeds) {
    if (!fed.insert(edge).second) {
      return absl::InvalidArgumentError(absl::StrCat("'", name, "' and another input are the same tensor"));
    }
  }
  resolved.accepted = resolved.signature;
  for (const auto& [name, edge] : resolved.feeds) {
    const auto& attributes = graph.node(edge.node).def->attr();
    const auto type = attributes.find("dtype");
    const bool typed = graph.node(edge.node).def->op().starts_with("Placeholder") && type != attributes.end();
    if (typed) resolved.accepted.inputs[name].type = static_cast<DataType>(type->second.type());
  }
  return resolved;
}

bool ShapeFits(const TensorSpec& spec, const Shape& shape) {
  if (spec.unknown_rank) return true;
  if (spec.shape.size() != shape.size()) return false;
  for (size_t i = 0; i < shape.size(); ++i) {
    if (spec.shape[i] >= 0 && spec.shape[i] != shape[i]) return false;
  }
  return true;
}

std::string NameList(const std::map<std::string, TensorSpec>& specs) {
  return absl::StrJoin(specs, ", ", [](std::string* out, const auto& entry) { absl::StrAppend(out, entry.first); });
}

}  // namespace

absl::StatusOr<std::map<std::string, ResolvedSignature>> ResolveSignatures(const tensorflow::MetaGraphDef& meta_graph,
                                                                           const Graph& graph) {
  std::map<std::string, ResolvedSignature> resolved;
  for (const auto& [name, def] : meta_graph.signature_def()) {
    if (name.starts_with(kInternalPrefix)) continue;
    absl::StatusOr<ResolvedSignature> one = ResolveOne(def, graph);
    if (!one.ok()) return Annotate(one.status(), absl::StrCat("signature '", name, "'"));
    resolved.emplace(name, *std::move(one));
  }
  return resolved;
}

absl::Status CheckInputs(const Signature& signature, const TensorMap& inputs, bool check_shapes) {
  for (const auto& [name, tensor] : inputs) {
    if (!signature.inputs.contains(name)) {
      return absl::InvalidArgumentError(
          absl::StrCat("there is no input '", name, "'; the inputs are ", NameList(signature.inputs)));
    }
  }
  for (const auto& [name, spec] : signature.inputs) {
    const auto it = inputs.find(name);
    if (it == inputs.end()) return absl::InvalidArgumentError(absl::StrCat("input '", name, "' is missing"));
    const Tensor& tensor = it->second;
    if (tensor.type() != spec.type) {
      return absl::InvalidArgumentError(
          absl::StrCat("input '", name, "' is ", DataTypeName(tensor.type()), ", expected ", DataTypeName(spec.type)));
    }
    if (check_shapes && !ShapeFits(spec, tensor.shape())) {
      return absl::InvalidArgumentError(absl::StrCat("input '", name, "' has shape ", ShapeToString(tensor.shape()),
                                                     ", expected ", ShapeToString(spec.shape)));
    }
  }
  return absl::OkStatus();
}

}  // namespace tiqu::engine
