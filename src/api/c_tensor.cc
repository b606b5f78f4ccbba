// Tensors of the C interface.
#include "api/c_tensor.h"

#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "api/c_argument.h"
#include "api/c_error.h"
#include "tiqu/tiqu.h"

namespace tiqu::api {
namespace {

Status CreateTensor(tiqu_dtype dtype, const int64_t* dims, size_t rank, tiqu_tensor** out) {
  const auto type = static_cast<DataType>(dtype);
  if (type != DataType::kString && DataTypeSize(type) == 0) {
    return Status(StatusCode::kInvalidArgument, absl::StrCat(dtype, " is not the number of an element type"));
  }
  if (dims == nullptr && rank > 0) return NullArgument("dims");
  Shape shape(dims, dims + rank);
  for (const int64_t size : shape) {
    if (size < 0) {
      return Status(StatusCode::kInvalidArgument,
                    absl::StrCat("shape ", ShapeToString(shape), " has a negative dimension"));
    }
  }
  *out = new tiqu_tensor{Tensor(type, std::move(shape))};
  return {};
}

bool HasString(const tiqu_tensor* tensor, int64_t index) {
  return tensor != nullptr && tensor->tensor.type() == DataType::kString && index >= 0 && index < tensor->tensor.size();
}

Status SetString(tiqu_tensor* tensor, int64_t index, const char* bytes, size_t size) {
  if (tensor == nullptr) return NullArgument("tensor");
  if (bytes == nullptr && size > 0) return NullArgument("bytes");
  if (tensor->tensor.type() != DataType::kString) {
    return Status(StatusCode::kInvalidArgument,
                  absl::StrCat("the tensor is ", DataTypeName(tensor->tensor.type()), ", not DT_STRING"));
  }
  if (!HasString(tensor, index)) {
    return Status(StatusCode::kOutOfRange,
                  absl::StrCat("string ", index, " of a tensor of ", tensor->tensor.size(), " strings"));
  }
  tensor->tensor.strings()[static_cast<size_t>(index)] = ViewOf(bytes, size);
  return {};
}

}  // namespace
}  // namespace tiqu::api

extern "C" {

tiqu_status tiqu_tensor_create(tiqu_dtype dtype, const int64_t* dims, size_t rank, tiqu_tensor** out,
                               tiqu_error** error) {
  return tiqu::api::Guard(error, [&] {
    if (out == nullptr) return tiqu::api::NullArgument("out");
    *out = nullptr;
    return tiqu::api::CreateTensor(dtype, dims, rank, out);
  });
}

void tiqu_tensor_free(tiqu_tensor* tensor) { delete tensor; }

tiqu_dtype tiqu_tensor_dtype(const tiqu_tensor* tensor) {
  return tensor == nullptr ? 0 : static_cast<tiqu_dtype>(tensor->tensor.type());
}

const int64_t* tiqu_tensor_dims(const tiqu_tensor* tensor, size_t* rank) {
  if (rank != nullptr) *rank = tensor == nullptr ? 0 : tensor->tensor.shape().size();
  return tensor == nullptr ? nullptr : tensor->tensor.shape().data();
}

int64_t tiqu_tensor_element_count(const tiqu_tensor* tensor) { return tensor == nullptr ? 0 : tensor->tensor.size(); }

void* tiqu_tensor_data(tiqu_tensor* tensor, size_t* byte_size) {
  if (byte_size != nullptr) *byte_size = tensor == nullptr ? 0 : tensor->tensor.byte_size();
  return tensor == nullptr ? nullptr : tensor->tensor.data<void>();
}

tiqu_status tiqu_tensor_set_string(tiqu_tensor* tensor, int64_t index, const char* bytes, size_t size,
                                   tiqu_error** error) {
  return tiqu::api::Guard(error, [&] { return tiqu::api::SetString(tensor, index, bytes, size); });
}

const char* tiqu_tensor_string(const tiqu_tensor* tensor, int64_t index, size_t* size) {
  const std::string* text =
      tiqu::api::HasString(tensor, index) ? &tensor->tensor.strings()[static_cast<size_t>(index)] : nullptr;
  if (size != nullptr) *size = text == nullptr ? 0 : text->size();
  return text == nullptr ? nullptr : text->c_str();
}

}  // extern "C"
