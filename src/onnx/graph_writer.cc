#include "onnx/graph_writer.h"

#include "absl/strings/str_cat.h"
#include "fmt/format.h"

namespace tiqu::onnx {
namespace {

void SetAttribute(const std::string& name, const AttributeValue& value, onnxpb::AttributeProto* attribute) {
  attribute->set_name(name);
  if (const auto* number = std::get_if<int64_t>(&value)) {
    attribute->set_type(onnxpb::AttributeProto::INT);
    attribute->set_i(*number);
  } else if (const auto* real = std::get_if<float>(&value)) {
    attribute->set_type(onnxpb::AttributeProto::FLOAT);
    attribute->set_f(*real);
  } else if (const auto* text = std::get_if<std::string>(&value)) {
    attribute->set_type(onnxpb::AttributeProto::STRING);
    attribute->set_s(*text);
  } else {
    attribute->set_type(onnxpb::AttributeProto::INTS);
    for (const int64_t number_of_list : std::get<std::vector<int64_t>>(value)) attribute->add_ints(number_of_list);
  }
}

}  // namespace

onnxpb::TensorProto::DataType OnnxType(DataType type) {
  switch (type) {
    case DataType::kFloat:
      return onnxpb::TensorProto::FLOAT;
    case DataType::kDouble:
      return onnxpb::TensorProto::DOUBLE;
    case DataType::kHalf:
      return onnxpb::TensorProto::FLOAT16;
    case DataType::kBfloat16:
      return onnxpb::TensorProto::BFLOAT16;
    case DataType::kInt8:
      return onnxpb::TensorProto::INT8;
    case DataType::kInt16:
      return onnxpb::TensorProto::INT16;
    case DataType::kInt32:
      return onnxpb::TensorProto::INT32;
    case DataType::kInt64:
      return onnxpb::TensorProto::INT64;
    case DataType::kUint8:
      return onnxpb::TensorProto::UINT8;
    case DataType::kUint16:
      return onnxpb::TensorProto::UINT16;
    case DataType::kUint32:
      return onnxpb::TensorProto::UINT32;
    case DataType::kUint64:
      return onnxpb::TensorProto::UINT64;
    case DataType::kBool:
      return onnxpb::TensorProto::BOOL;
    default:
      return onnxpb::TensorProto::UNDEFINED;
  }
}

std::string GraphWriter::Emit(std::string_view op, const std::vector<std::string>& inputs, std::string_view name,
                              const Attributes& attributes) {
  return EmitMany(op, inputs, name, 1, attributes).front();
}

std::vector<std::string> GraphWriter::EmitMany(std::string_view op, const std::vector<std::string>& inputs,
                                               std::string_view name, int outputs, const Attributes& attributes) {
  const std::string unique = Unique(name);
  onnxpb::NodeProto* node = Begin(op, inputs, unique, attributes);
  std::vector<std::string> names = {unique};
  for (int i = 1; i < outputs; ++i) names.push_back(Unique(absl::StrCat(unique, ":", i)));
  for (const std::string& output : names) node->add_output(output);
  return names;
}

void GraphWriter::EmitTo(const std::string& output, std::string_view op, const std::vector<std::string>& inputs) {
  Begin(op, inputs, output, {})->add_output(output);
}

std::string GraphWriter::Constant(const std::string& name, const Tensor& value) {
  const auto [known, is_new] = initializers_.try_emplace(name);
  if (!is_new) return known->second;
  known->second = Unique(name);
  onnxpb::TensorProto* tensor = graph_.add_initializer();
  tensor->set_name(known->second);
  tensor->set_data_type(OnnxType(value.type()));
  for (const int64_t size : value.shape()) tensor->add_dims(size);
  tensor->set_raw_data(value.data<std::byte>(), value.byte_size());
  return known->second;
}

void GraphWriter::AddInput(const std::string& name, onnxpb::TypeProto type) {
  onnxpb::ValueInfoProto* input = graph_.add_input();
  input->set_name(name);
  *input->mutable_type() = std::move(type);
}

void GraphWriter::AddOutput(const std::string& name, onnxpb::TypeProto type) {
  onnxpb::ValueInfoProto* output = graph_.add_output();
  output->set_name(name);
  *output->mutable_type() = std::move(type);
}

onnxpb::NodeProto* GraphWriter::Begin(std::string_view op, const std::vector<std::string>& inputs,
                                      const std::string& name, const Attributes& attributes) {
  onnxpb::NodeProto* node = graph_.add_node();
  node->set_name(name);
  node->set_op_type(std::string(op));
  for (const std::string& input : inputs) node->add_input(input);
  for (const auto& [key, value] : attributes) SetAttribute(key, value, node->add_attribute());
  return node;
}

std::string GraphWriter::Unique(std::string_view name) {
  std::string candidate(name);
  while (!taken_.insert(candidate).second) candidate = fmt::format("{}_{}", name, ++suffixes_[std::string(name)]);
  return candidate;
}

}  // namespace tiqu::onnx
