// The values of one tensor in nested JSON lists.
//
// Thread safety: free functions.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "serving/json/json_document.h"
#include "tensor/tensor.h"

namespace tiqu::serving {

// "float", "int32", "string", ...
const char* TypeWord(DataType type);

// {"b64": "..."} with a string, and nothing else.
bool IsBase64Object(const JsonValue& value);
// Errors: INVALID_ARGUMENT.
absl::Status DecodeBase64Object(const JsonValue& value, std::string* bytes);

// Lengths along the first elements; a value that is no list has no dimensions. Errors: INVALID_ARGUMENT (more
// dimensions than a tensor may have).
absl::StatusOr<Shape> ShapeOf(const JsonValue& value);

// "[2,3]"
std::string ShapeText(const Shape& shape);

// Writes the values of `value` to the tensor, from element `offset` on; with a null tensor they are only checked.
// Errors: INVALID_ARGUMENT (a value of another type, lists of unequal lengths or depths), UNIMPLEMENTED (a type that
// JSON has no values for). REQUIRES: the shape is ShapeOf(value), and the tensor has room.
absl::Status FillTensor(const JsonValue& value, const Shape& shape, DataType type, Tensor* tensor, int64_t offset);

}  // namespace tiqu::serving
