// Tensor element types under TensorFlow's numbers, and a plain host tensor.
//
//   tiqu::Tensor x = tiqu::Tensor::Of<float>({1, 3}, {1, 2, 3});
//   x.data<float>()[2] = 4;                      // row-major
//   tiqu::Tensor names(tiqu::DataType::kString, {2});
//   names.strings()[0] = "罗显敏";
//
// Thread safety: a value; copies share the buffer, which is immutable once shared (write before you copy).
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tiqu/dims.h"
#include "tiqu/export.h"

namespace tiqu {

// TensorFlow's DataType numbers (fixed: they stand in files and on the wire).
enum class DataType : int32_t {
  kInvalid = 0,
  kFloat = 1,
  kDouble = 2,
  kInt32 = 3,
  kUint8 = 4,
  kInt16 = 5,
  kInt8 = 6,
  kString = 7,
  kInt64 = 9,
  kBool = 10,
  kBfloat16 = 14,
  kUint16 = 17,
  kHalf = 19,
  kResource = 20,
  kUint32 = 22,
  kUint64 = 23,
};

// Bytes of one element; 0 for strings and unknown types.
TIQU_API size_t DataTypeSize(DataType type);
// "DT_FLOAT", ...; "DT_INVALID" when unknown.
TIQU_API const char* DataTypeName(DataType type);

using Shape = Dims;  // -1 is an unknown dimension
// The product of the dimensions (1 for a scalar); -1 when a dimension is unknown or the product overflows.
TIQU_API int64_t ElementCount(const Shape& shape);
TIQU_API std::string ShapeToString(const Shape& shape);  // "(2, -1)"

// A dense row-major tensor. Numbers live in one 64-byte aligned buffer, strings in a vector.
class TIQU_API Tensor {
 public:
  Tensor() = default;
  // Zeros or empty strings. REQUIRES: no unknown dimension. Throws std::bad_alloc when memory does not suffice.
  Tensor(DataType type, Shape shape);
  // Over memory that the caller brings, as it is. REQUIRES: not strings; 64-byte aligned and large enough.
  Tensor(DataType type, Shape shape, std::shared_ptr<std::byte> buffer);

  template <typename T>
  static Tensor Of(Shape shape, const std::vector<T>& values);  // REQUIRES: values.size() == ElementCount(shape)

  DataType type() const { return type_; }
  const Shape& shape() const { return shape_; }
  int64_t size() const { return size_; }
  size_t byte_size() const;  // of the numbers; 0 for strings

  // REQUIRES: the type matches T
  template <typename T>
  T* data() {
    return reinterpret_cast<T*>(buffer_.get());
  }
  template <typename T>
  const T* data() const {
    return reinterpret_cast<const T*>(buffer_.get());
  }
  // REQUIRES: the type is kString
  std::vector<std::string>& strings() { return *strings_; }
  const std::vector<std::string>& strings() const { return *strings_; }

  // The same buffer under another shape. REQUIRES: equal element count
  Tensor Reshaped(Shape shape) const;

 private:
  DataType type_ = DataType::kInvalid;
  Shape shape_;
  int64_t size_ = 0;
  std::shared_ptr<std::byte> buffer_;
  std::shared_ptr<std::vector<std::string>> strings_;
};

template <typename T>
struct DataTypeOf;
template <>
struct DataTypeOf<float> {
  static constexpr DataType value = DataType::kFloat;
};
template <>
struct DataTypeOf<double> {
  static constexpr DataType value = DataType::kDouble;
};
template <>
struct DataTypeOf<int32_t> {
  static constexpr DataType value = DataType::kInt32;
};
template <>
struct DataTypeOf<int64_t> {
  static constexpr DataType value = DataType::kInt64;
};
template <>
struct DataTypeOf<uint8_t> {
  static constexpr DataType value = DataType::kUint8;
};
template <>
struct DataTypeOf<bool> {
  static constexpr DataType value = DataType::kBool;
};

template <typename T>
Tensor Tensor::Of(Shape shape, const std::vector<T>& values) {
  Tensor tensor(DataTypeOf<T>::value, std::move(shape));
  if (!values.empty()) std::memcpy(tensor.data<T>(), values.data(), values.size() * sizeof(T));
  return tensor;
}

}  // namespace tiqu
