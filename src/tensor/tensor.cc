#include "tensor/tensor.h"

#include <cstdlib>
#include <limits>
#include <new>

namespace tiqu {
namespace {

constexpr size_t kAlignment = 64;  // a cache line, and the widest vector register

// Up to this size a block is cut from a larger one: malloc's aligned blocks cost it some times as much.
constexpr size_t kSmallBytes = 512;

std::shared_ptr<std::byte> AllocateZeroed(size_t bytes) {
  const size_t rounded = (bytes + kAlignment - 1) / kAlignment * kAlignment;
  if (rounded <= kSmallBytes) {
    const auto block = std::make_shared<std::byte[]>(rounded + kAlignment - 1);
    const size_t past = reinterpret_cast<uintptr_t>(block.get()) % kAlignment;
    return {block, block.get() + (past == 0 ? 0 : kAlignment - past)};
  }
  auto* memory = static_cast<std::byte*>(::operator new (rounded, std::align_val_t{kAlignment}));
  std::memset(memory, 0, rounded);
  return {memory, [](std::byte* pointer) { ::operator delete (pointer, std::align_val_t{kAlignment}); }};
}

}  // namespace

size_t DataTypeSize(DataType type) {
  switch (type) {
    case DataType::kUint8:
    case DataType::kInt8:
    case DataType::kBool:
      return 1;
    case DataType::kInt16:
    case DataType::kUint16:
    case DataType::kBfloat16:
    case DataType::kHalf:
      return 2;
    case DataType::kFloat:
    case DataType::kInt32:
    case DataType::kUint32:
      return 4;
    case DataType::kDouble:
    case DataType::kInt64:
    case DataType::kUint64:
      return 8;
    default:
      return 0;
  }
}

const char* DataTypeName(DataType type) {
  switch (type) {
    case DataType::kFloat:
      return "DT_FLOAT";
    case DataType::kDouble:
      return "DT_DOUBLE";
    case DataType::kInt32:
      return "DT_INT32";
    case DataType::kUint8:
      return "DT_UINT8";
    case DataType::kInt16:
      return "DT_INT16";
    case DataType::kInt8:
      return "DT_INT8";
    case DataType::kString:
      return "DT_STRING";
    case DataType::kInt64:
      return "DT_INT64";
    case DataType::kBool:
      return "DT_BOOL";
    case DataType::kBfloat16:
      return "DT_BFLOAT16";
    case DataType::kUint16:
      return "DT_UINT16";
    case DataType::kHalf:
      return "DT_HALF";
    case DataType::kResource:
      return "DT_RESOURCE";
    case DataType::kUint32:
      return "DT_UINT32";
    case DataType::kUint64:
      return "DT_UINT64";
    default:
      return "DT_INVALID";
  }
}

int64_t ElementCount(const Shape& shape) {
  int64_t count = 1;
  for (const int64_t size : shape) {
    if (size < 0 || __builtin_mul_overflow(count, size, &count)) return -1;
  }
  return count;
}

std::string ShapeToString(const Shape& shape) {
  std::string text = "(";
  for (size_t i = 0; i < shape.size(); ++i) {
    if (i > 0) text += ", ";
    text += std::to_string(shape[i]);
  }
  return text + ")";
}

Tensor::Tensor(DataType type, Shape shape) : type_(type), shape_(std::move(shape)), size_(ElementCount(shape_)) {
  if (size_ < 0) throw std::bad_alloc();  // an unknown or absurd dimension: callers check shapes that come from outside
  if (type_ == DataType::kString) {
    strings_ = std::make_shared<std::vector<std::string>>(static_cast<size_t>(size_));
    return;
  }
  size_t bytes = 0;
  if (__builtin_mul_overflow(static_cast<size_t>(size_), DataTypeSize(type_), &bytes)) throw std::bad_alloc();
  buffer_ = AllocateZeroed(bytes);
}

Tensor::Tensor(DataType type, Shape shape, std::shared_ptr<std::byte> buffer)
    : type_(type), shape_(std::move(shape)), size_(ElementCount(shape_)), buffer_(std::move(buffer)) {}

size_t Tensor::byte_size() const { return static_cast<size_t>(size_) * DataTypeSize(type_); }

Tensor Tensor::Reshaped(Shape shape) const {
  Tensor result = *this;
  result.shape_ = std::move(shape);
  return result;
}

}  // namespace tiqu
