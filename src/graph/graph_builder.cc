#include "graph/graph_builder.h"

#include <cctype>

#include "fmt/format.h"
#include "graph/tensor_proto.h"

namespace tiqu::graph {
namespace {

constexpr int kProducer = 26;  // TensorFlow 1.5 to 1.8: what 1.8 and everything later read

// TensorFlow's pattern of a node's name: [A-Za-z0-9.][A-Za-z0-9_.\-/]*
bool IsNodeName(std::string_view name) {
  if (name.empty() || (std::isalnum(static_cast<unsigned char>(name[0])) == 0 && name[0] != '.')) return false;
  for (const char c : name) {
    if (std::isalnum(static_cast<unsigned char>(c)) == 0 && c != '_' && c != '.' && c != '-' && c != '/') return false;
  }
  return true;
}

// "name" of "name:k".
std::string NodeOf(const std::string& output) { return output.substr(0, output.find(':')); }

}  // namespace

ScopeGuard::ScopeGuard(GraphBuilder* builder, size_t prefix_size, std::string layer)
    : builder_(builder), prefix_size_(prefix_size), outer_layer_(std::move(layer)) {}

ScopeGuard::~ScopeGuard() {
  builder_->prefix_.resize(prefix_size_);
  builder_->layer_ = std::move(outer_layer_);
}

ScopeGuard GraphBuilder::Enter(std::string_view name, std::string_view layer) {
  const size_t prefix_size = prefix_.size();
  std::string outer_layer = layer_;
  if (!layer.empty() && !layer_.empty()) Fail(fmt::format("layer {} lies inside layer {}", layer, layer_));
  prefix_ += fmt::format("{}/", name);
  if (!layer.empty()) layer_ = layer;
  return {this, prefix_size, std::move(outer_layer)};
}

Output GraphBuilder::Role(const Output& tensor, std::string_view role) {
  if (layer_.empty()) Fail(fmt::format("role {} stands outside a layer", role));
  return Begin("Identity", fmt::format("in_{}", role), /*unique=*/false)
      .Input(tensor)
      .Type("T", tensor.type)
      .String("_tiqu_role", role)
      .Result(tensor.type);
}

Output GraphBuilder::LayerOutput(const Output& value, const std::vector<std::pair<std::string, int64_t>>& numbers) {
  if (layer_.empty()) Fail("an output stands outside a layer");
  Node node = Begin("Identity", "output", /*unique=*/false);
  node.Input(value).Type("T", value.type).String("_tiqu_role", "output").Int("_tiqu_format", kAnnotationFormat);
  for (const auto& [name, number] : numbers) node.Int(fmt::format("_tiqu_{}", name), number);
  return node.Result(value.type);
}

GraphBuilder::Node GraphBuilder::Begin(std::string_view op, std::string_view name, bool unique) {
  tensorflow::NodeDef* def = graph_.add_node();
  def->set_name(FullName(name, unique));
  def->set_op(std::string(op));
  Node node(this, def);
  if (!layer_.empty()) node.String("_tiqu_layer", layer_);
  return node;
}

std::string GraphBuilder::FullName(std::string_view name, bool unique) {
  std::string full = prefix_ + std::string(name);
  if (!IsNodeName(full)) Fail(fmt::format("'{}' cannot be a node's name", full));
  if (names_.emplace(full, 0).second) return full;
  if (!unique) {
    Fail(fmt::format("two nodes are named '{}'", full));
    return full;
  }
  int& count = names_[full];
  std::string candidate;
  do {
    candidate = fmt::format("{}_{}", full, ++count);
  } while (names_.count(candidate) != 0);
  names_.emplace(candidate, 0);
  return candidate;
}

void GraphBuilder::Fail(const std::string& message) {
  if (status_.ok()) status_ = absl::InternalError(fmt::format("graph: {}", message));
}

absl::StatusOr<tensorflow::GraphDef> GraphBuilder::Finish() {
  if (!status_.ok()) return status_;
  graph_.mutable_versions()->set_producer(kProducer);
  names_.clear();
  variables_.clear();
  tensorflow::GraphDef graph;
  graph.Swap(&graph_);
  return graph;
}

GraphBuilder::Node& GraphBuilder::Node::Input(const Output& input) {
  if (builder_->names_.count(NodeOf(input.name)) == 0) {
    builder_->Fail(fmt::format("input '{}' of node '{}' does not exist", input.name, def_->name()));
  }
  def_->add_input(input.name);
  return *this;
}

GraphBuilder::Node& GraphBuilder::Node::Inputs(const std::vector<Output>& inputs) {
  for (const Output& input : inputs) Input(input);
  return *this;
}

GraphBuilder::Node& GraphBuilder::Node::After(const Output& node) {
  if (builder_->names_.count(NodeOf(node.name)) == 0) {
    builder_->Fail(fmt::format("control input '{}' of node '{}' does not exist", node.name, def_->name()));
  }
  def_->add_input(fmt::format("^{}", NodeOf(node.name)));
  return *this;
}

GraphBuilder::Node& GraphBuilder::Node::Type(std::string_view name, DataType type) {
  Attr(name).set_type(static_cast<tensorflow::DataType>(type));
  return *this;
}

GraphBuilder::Node& GraphBuilder::Node::Types(std::string_view name, size_t count, DataType type) {
  auto* list = Attr(name).mutable_list();
  for (size_t i = 0; i < count; ++i) list->add_type(static_cast<tensorflow::DataType>(type));
  return *this;
}

GraphBuilder::Node& GraphBuilder::Node::Int(std::string_view name, int64_t value) {
  Attr(name).set_i(value);
  return *this;
}

GraphBuilder::Node& GraphBuilder::Node::Ints(std::string_view name, const std::vector<int64_t>& values) {
  auto* list = Attr(name).mutable_list();
  for (const int64_t value : values) list->add_i(value);
  return *this;
}

GraphBuilder::Node& GraphBuilder::Node::Bool(std::string_view name, bool value) {
  Attr(name).set_b(value);
  return *this;
}

GraphBuilder::Node& GraphBuilder::Node::String(std::string_view name, std::string_view value) {
  Attr(name).set_s(std::string(value));
  return *this;
}

GraphBuilder::Node& GraphBuilder::Node::ShapeAttr(std::string_view name, const tiqu::Shape& shape) {
  ShapeToProto(shape, Attr(name).mutable_shape());
  return *this;
}

GraphBuilder::Node& GraphBuilder::Node::TensorAttr(std::string_view name, const Tensor& value) {
  TensorToProto(value, Attr(name).mutable_tensor());
  return *this;
}

Output GraphBuilder::Node::Result(DataType type, int index) const {
  return {index == 0 ? def_->name() : fmt::format("{}:{}", def_->name(), index), type};
}

}  // namespace tiqu::graph
