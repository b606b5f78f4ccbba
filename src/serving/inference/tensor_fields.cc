#include "serving/inference/tensor_fields.h"

#include "graph/tensor_proto.h"

namespace tiqu::serving {
namespace {

template <typename T, typename Field>
void AppendValues(const Tensor& tensor, Field* field) {
  const T* values = tensor.data<T>();
  field->Reserve(static_cast<int>(tensor.size()));
  for (int64_t i = 0; i < tensor.size(); ++i) field->AddAlreadyReserved(values[i]);
}

}  // namespace

void TensorToFields(const Tensor& tensor, tensorflow::TensorProto* proto) {
  proto->Clear();
  proto->set_dtype(static_cast<tensorflow::DataType>(tensor.type()));
  graph::ShapeToProto(tensor.shape(), proto->mutable_tensor_shape());
  switch (tensor.type()) {
    case DataType::kFloat:
      return AppendValues<float>(tensor, proto->mutable_float_val());
    case DataType::kDouble:
      return AppendValues<double>(tensor, proto->mutable_double_val());
    case DataType::kInt32:
      return AppendValues<int32_t>(tensor, proto->mutable_int_val());
    case DataType::kInt16:
      return AppendValues<int16_t>(tensor, proto->mutable_int_val());
    case DataType::kInt8:
      return AppendValues<int8_t>(tensor, proto->mutable_int_val());
    case DataType::kUint16:
      return AppendValues<uint16_t>(tensor, proto->mutable_int_val());
    case DataType::kUint8:
      return AppendValues<uint8_t>(tensor, proto->mutable_int_val());
    case DataType::kInt64:
      return AppendValues<int64_t>(tensor, proto->mutable_int64_val());
    case DataType::kBool:
      return AppendValues<bool>(tensor, proto->mutable_bool_val());
    case DataType::kHalf:
    case DataType::kBfloat16:
      return AppendValues<uint16_t>(tensor, proto->mutable_half_val());
    case DataType::kUint32:
      return AppendValues<uint32_t>(tensor, proto->mutable_uint32_val());
    case DataType::kUint64:
      return AppendValues<uint64_t>(tensor, proto->mutable_uint64_val());
    case DataType::kString:
      for (const std::string& value : tensor.strings()) proto->add_string_val(value);
      return;
    case DataType::kInvalid:
    case DataType::kResource:
      return;
  }
}

}  // namespace tiqu::serving
