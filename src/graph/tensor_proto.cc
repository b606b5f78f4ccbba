#include "graph/tensor_proto.h"

#include <algorithm>

#include "fmt/format.h"

namespace tiqu::graph {
namespace {

constexpr int64_t kMaxBytes = int64_t{1} << 31;  // protobuf's own limit
// Of a tensor whose file gives one value for all elements, so that a small file cannot ask for all memory.
constexpr int64_t kMaxListedBytes = int64_t{1} << 28;

// Writes `values` as elements of type T, the last one repeated.
template <typename T, typename List>
absl::Status FillNumbers(const List& values, Tensor* tensor) {
  if (values.size() > tensor->size()) {
    return absl::InvalidArgumentError(
        fmt::format("tensor of shape {} has {} values", ShapeToString(tensor->shape()), values.size()));
  }
  T* out = tensor->data<T>();
  for (int i = 0; i < values.size(); ++i) out[i] = static_cast<T>(values[i]);
  if (!values.empty()) std::fill(out + values.size(), out + tensor->size(), static_cast<T>(values[values.size() - 1]));
  return absl::OkStatus();
}

absl::Status FillStrings(const tensorflow::TensorProto& proto, Tensor* tensor) {
  const auto& values = proto.string_val();
  if (values.size() > tensor->size()) {
    return absl::InvalidArgumentError(
        fmt::format("tensor of shape {} has {} strings", ShapeToString(tensor->shape()), values.size()));
  }
  std::copy(values.begin(), values.end(), tensor->strings().begin());
  if (!values.empty()) {
    std::fill(tensor->strings().begin() + values.size(), tensor->strings().end(), values[values.size() - 1]);
  }
  return absl::OkStatus();
}

absl::Status FillFromLists(const tensorflow::TensorProto& proto, Tensor* tensor) {
  switch (tensor->type()) {
    case DataType::kFloat:
      return FillNumbers<float>(proto.float_val(), tensor);
    case DataType::kDouble:
      return FillNumbers<double>(proto.double_val(), tensor);
    case DataType::kInt32:
      return FillNumbers<int32_t>(proto.int_val(), tensor);
    case DataType::kInt16:
      return FillNumbers<int16_t>(proto.int_val(), tensor);
    case DataType::kInt8:
      return FillNumbers<int8_t>(proto.int_val(), tensor);
    case DataType::kUint16:
      return FillNumbers<uint16_t>(proto.int_val(), tensor);
    case DataType::kUint8:
      return FillNumbers<uint8_t>(proto.int_val(), tensor);
    case DataType::kInt64:
      return FillNumbers<int64_t>(proto.int64_val(), tensor);
    case DataType::kBool:
      return FillNumbers<bool>(proto.bool_val(), tensor);
    case DataType::kHalf:
    case DataType::kBfloat16:
      return FillNumbers<uint16_t>(proto.half_val(), tensor);
    case DataType::kUint32:
      return FillNumbers<uint32_t>(proto.uint32_val(), tensor);
    case DataType::kUint64:
      return FillNumbers<uint64_t>(proto.uint64_val(), tensor);
    default:
      return FillStrings(proto, tensor);
  }
}

absl::Status CheckShape(const Shape& shape, DataType type, bool listed) {
  const int64_t limit = listed ? kMaxListedBytes : kMaxBytes;
  const auto element_bytes = static_cast<int64_t>(type == DataType::kString ? sizeof(std::string) : DataTypeSize(type));
  const int64_t count = ElementCount(shape);
  if (count >= 0 && count <= limit / element_bytes) return absl::OkStatus();
  return absl::InvalidArgumentError(
      fmt::format("a constant's shape is {}: it must be known and take at most {} bytes", ShapeToString(shape), limit));
}

}  // namespace

absl::StatusOr<Tensor> TensorFromProto(const tensorflow::TensorProto& proto) {
  const auto type = static_cast<DataType>(proto.dtype());
  if (type != DataType::kString && DataTypeSize(type) == 0) {
    return absl::UnimplementedError(fmt::format("element type {} is not supported", static_cast<int>(type)));
  }
  if (proto.tensor_shape().unknown_rank()) return absl::InvalidArgumentError("a constant has unknown rank");
  Shape shape = ShapeFromProto(proto.tensor_shape());
  const bool listed = proto.tensor_content().empty() || type == DataType::kString;
  if (absl::Status status = CheckShape(shape, type, listed); !status.ok()) return status;
  const std::string& content = proto.tensor_content();
  if (!listed && content.size() != static_cast<size_t>(ElementCount(shape)) * DataTypeSize(type)) {
    return absl::InvalidArgumentError(fmt::format("a constant of shape {} and type {} has {} bytes",
                                                  ShapeToString(shape), DataTypeName(type), content.size()));
  }
  Tensor tensor(type, std::move(shape));
  if (listed) {
    if (absl::Status status = FillFromLists(proto, &tensor); !status.ok()) return status;
    return tensor;
  }
  std::memcpy(tensor.data<std::byte>(), content.data(), content.size());
  return tensor;
}

void TensorToProto(const Tensor& tensor, tensorflow::TensorProto* proto) {
  proto->Clear();
  proto->set_dtype(static_cast<tensorflow::DataType>(tensor.type()));
  ShapeToProto(tensor.shape(), proto->mutable_tensor_shape());
  if (tensor.type() == DataType::kString) {
    for (const std::string& value : tensor.strings()) proto->add_string_val(value);
    return;
  }
  proto->set_tensor_content(reinterpret_cast<const char*>(tensor.data<std::byte>()), tensor.byte_size());
}

Shape ShapeFromProto(const tensorflow::TensorShapeProto& proto) {
  Shape shape;
  shape.reserve(proto.dim_size());
  for (const auto& dim : proto.dim()) shape.push_back(std::max<int64_t>(dim.size(), -1));
  return shape;
}

void ShapeToProto(const Shape& shape, tensorflow::TensorShapeProto* proto) {
  proto->Clear();
  for (const int64_t size : shape) proto->add_dim()->set_size(size);
}

}  // namespace tiqu::graph
