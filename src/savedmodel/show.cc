#include "savedmodel/show.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <vector>

#include "base/status.h"
#include "fmt/format.h"
#include "fmt/ranges.h"

namespace tiqu::savedmodel {
namespace {

using tensorflow::MetaGraphDef;
using Strings = std::vector<std::string>;

// A string as Python's repr writes it: single quotes unless only double ones save an escape.
std::string PythonRepr(const std::string& text) {
  const char quote = text.find('\'') != std::string::npos && text.find('"') == std::string::npos ? '"' : '\'';
  std::string repr(1, quote);
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == quote || c == '\\') {
      repr += {'\\', c};
    } else if (byte < 0x20 || byte == 0x7f) {
      repr += c == '\n' ? "\\n" : c == '\r' ? "\\r" : c == '\t' ? "\\t" : fmt::format("\\x{:02x}", byte);
    } else {
      repr += c;
    }
  }
  return repr + quote;
}

Strings PythonReprs(const Strings& texts) {
  Strings reprs;
  std::transform(texts.begin(), texts.end(), std::back_inserter(reprs), PythonRepr);
  return reprs;
}

Strings Tags(const MetaGraphDef& meta_graph) {
  const auto& tags = meta_graph.meta_info_def().tags();
  return {tags.begin(), tags.end()};
}

template <typename Map>
Strings SortedKeys(const Map& map) {
  Strings keys;
  for (const auto& entry : map) keys.push_back(entry.first);
  std::sort(keys.begin(), keys.end());
  return keys;
}

std::string TypeName(tensorflow::DataType type) {
  const std::string& name = tensorflow::DataType_Name(type);
  return name.empty() ? fmt::format("{}", static_cast<int>(type)) : name;
}

std::string ShapeText(const tensorflow::TensorShapeProto& shape) {
  if (shape.unknown_rank()) return "unknown_rank";
  Strings sizes;
  for (const auto& dim : shape.dim()) sizes.push_back(fmt::format("{}", dim.size()));
  return fmt::format("({})", fmt::join(sizes, ", "));
}

using TensorInfos = google::protobuf::Map<std::string, tensorflow::TensorInfo>;

// `kind` is "input" or "output".
void AppendTensors(const TensorInfos& tensors, const std::string& kind, const std::string& indent, std::string* text) {
  *text += fmt::format("{}The given SavedModel SignatureDef contains the following {}(s):\n", indent, kind);
  for (const std::string& key : SortedKeys(tensors)) {
    const tensorflow::TensorInfo& info = tensors.at(key);
    *text += fmt::format("{}  {}s['{}'] tensor_info:\n", indent, kind, key);
    *text += fmt::format("{}      dtype: {}\n", indent, TypeName(info.dtype()));
    *text += fmt::format("{}      shape: {}\n", indent, ShapeText(info.tensor_shape()));
    *text += fmt::format("{}      name: {}\n", indent, info.name());
  }
}

void AppendSignature(const tensorflow::SignatureDef& signature, const std::string& indent, std::string* text) {
  AppendTensors(signature.inputs(), "input", indent, text);
  AppendTensors(signature.outputs(), "output", indent, text);
  *text += fmt::format("{}Method name is: {}\n", indent, signature.method_name());
}

// The functions that the nodes reach, by call or as the attribute of a partitioned call, without repetition.
class FunctionWalk {
 public:
  explicit FunctionWalk(const tensorflow::GraphDef& graph) {
    for (const auto& function : graph.library().function()) functions_[function.signature().name()] = &function;
    Visit(graph.node());
    while (!waiting_.empty()) {
      const auto* function = waiting_.back();
      waiting_.pop_back();
      Visit(function->node_def());
    }
  }

  std::set<std::string> PrimitiveOps() const {
    std::set<std::string> ops;
    for (const std::string& op : used_) {
      if (functions_.find(op) == functions_.end()) ops.insert(op);
    }
    return ops;
  }

 private:
  void Visit(const google::protobuf::RepeatedPtrField<tensorflow::NodeDef>& nodes) {
    for (const tensorflow::NodeDef& node : nodes) {
      Use(node.op());
      if (node.op() != "PartitionedCall" && node.op() != "StatefulPartitionedCall") continue;
      const auto callee = node.attr().find("f");
      if (callee != node.attr().end()) Use(callee->second.func().name());
    }
  }

  void Use(const std::string& op) {
    if (!used_.insert(op).second) return;
    const auto function = functions_.find(op);
    if (function != functions_.end()) waiting_.push_back(function->second);
  }

  std::map<std::string, const tensorflow::FunctionDef*> functions_;
  std::set<std::string> used_;
  std::vector<const tensorflow::FunctionDef*> waiting_;
};

void AppendOps(const MetaGraphDef& meta_graph, std::string* text) {
  const std::set<std::string> ops = FunctionWalk(meta_graph.graph_def()).PrimitiveOps();
  const std::string set =
      ops.empty() ? "set()" : fmt::format("{{{}}}", fmt::join(PythonReprs({ops.begin(), ops.end()}), ", "));
  *text += fmt::format("The MetaGraph with tag set [{}] contains the following ops: {}\n",
                       fmt::join(PythonReprs(Tags(meta_graph)), ", "), set);
}

std::string ShowAll(const tensorflow::SavedModel& saved_model) {
  std::vector<const MetaGraphDef*> meta_graphs;
  for (const MetaGraphDef& meta_graph : saved_model.meta_graphs()) meta_graphs.push_back(&meta_graph);
  std::stable_sort(meta_graphs.begin(), meta_graphs.end(),
                   [](const MetaGraphDef* a, const MetaGraphDef* b) { return Tags(*a) < Tags(*b); });
  std::string text;
  for (const MetaGraphDef* meta_graph : meta_graphs) {
    text += fmt::format("\nMetaGraphDef with tag-set: '{}' contains the following SignatureDefs:\n",
                        fmt::join(Tags(*meta_graph), ", "));
    for (const std::string& key : SortedKeys(meta_graph->signature_def())) {
      text += fmt::format("\nsignature_def['{}']:\n", key);
      AppendSignature(meta_graph->signature_def().at(key), "  ", &text);
    }
    AppendOps(*meta_graph, &text);
  }
  return text;
}

std::string ShowTagSets(const tensorflow::SavedModel& saved_model) {
  std::vector<Strings> tag_sets;
  for (const MetaGraphDef& meta_graph : saved_model.meta_graphs()) tag_sets.push_back(Tags(meta_graph));
  std::sort(tag_sets.begin(), tag_sets.end());
  std::string text = "The given SavedModel contains the following tag-sets:\n";
  for (Strings& tags : tag_sets) {
    std::sort(tags.begin(), tags.end());
    text += PythonRepr(fmt::format("{}", fmt::join(tags, ", "))) + "\n";
  }
  return text;
}

std::set<std::string> SplitTags(const std::string& tag_set) {
  std::set<std::string> tags;
  for (size_t begin = 0; begin <= tag_set.size();) {
    const size_t end = std::min(tag_set.find(',', begin), tag_set.size());
    if (end > begin) tags.insert(tag_set.substr(begin, end - begin));
    begin = end + 1;
  }
  return tags;
}

absl::StatusOr<const MetaGraphDef*> FindMetaGraph(const tensorflow::SavedModel& saved_model,
                                                  const std::string& tag_set) {
  const std::set<std::string> wanted = SplitTags(tag_set);
  for (const MetaGraphDef& meta_graph : saved_model.meta_graphs()) {
    const auto& tags = meta_graph.meta_info_def().tags();
    if (std::set<std::string>(tags.begin(), tags.end()) == wanted) return &meta_graph;
  }
  return absl::NotFoundError(
      fmt::format("MetaGraphDef associated with tag-set {} could not be found in the SavedModel", tag_set));
}

absl::StatusOr<std::string> ShowMetaGraph(const MetaGraphDef& meta_graph, const ShowOptions& options) {
  std::string text;
  if (options.list_ops) AppendOps(meta_graph, &text);
  const Strings keys = SortedKeys(meta_graph.signature_def());
  if (!options.signature_def.has_value()) {
    text += "The given SavedModel MetaGraphDef contains SignatureDefs with the following keys:\n";
    for (const std::string& key : keys) text += fmt::format("SignatureDef key: \"{}\"\n", key);
    return text;
  }
  const auto signature = meta_graph.signature_def().find(*options.signature_def);
  if (signature == meta_graph.signature_def().end()) {
    return absl::NotFoundError(fmt::format("Could not find signature \"{}\". Please choose from: {}",
                                           *options.signature_def, fmt::join(keys, ", ")));
  }
  AppendSignature(signature->second, "", &text);
  return text;
}

}  // namespace

absl::StatusOr<std::string> Show(const tensorflow::SavedModel& saved_model, const ShowOptions& options) {
  if (options.all) return ShowAll(saved_model);
  if (!options.tag_set.has_value()) {
    const std::string hint =
        options.list_ops ? "--list_ops must be paired with a tag-set or with --all.\n" : std::string();
    return hint + ShowTagSets(saved_model);
  }
  TIQU_ASSIGN_OR_RETURN(const MetaGraphDef* meta_graph, FindMetaGraph(saved_model, *options.tag_set));
  return ShowMetaGraph(*meta_graph, options);
}

}  // namespace tiqu::savedmodel
