#include "serving/json/tensor_values.h"

#include <cstdint>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/status.h"
#include "serving/json/json_text.h"

namespace tiqu::serving {
namespace {

// TensorFlow's own limit.
constexpr size_t kMostDimensions = 254;
constexpr char kBase64Key[] = "b64";

absl::Status WrongType(const JsonValue& value, DataType type) {
  return absl::InvalidArgumentError(absl::StrCat("JSON Value: ", DescribeJson(value), " Type: ", JsonTypeName(value),
                                                 " is not of expected type: ", TypeWord(type)));
}

// One kind of values: Take says whether the JSON value is one, and writes it down.
template <typename T>
struct DecimalCell {
  using Type = T;
  static bool Take(const JsonValue& value, T* out) {
    if (!value.IsNumber()) return false;
    *out = static_cast<T>(value.GetDouble());
    return true;
  }
};

// 8 and 16 bits take the low bits of what fits 32, as TensorFlow Serving does.
template <typename T>
struct IntCell {
  using Type = T;
  static bool Take(const JsonValue& value, T* out) {
    if (!value.IsInt()) return false;
    *out = static_cast<T>(value.GetInt());
    return true;
  }
};

struct Int64Cell {
  using Type = int64_t;
  static bool Take(const JsonValue& value, int64_t* out) {
    if (!value.IsInt64()) return false;
    *out = value.GetInt64();
    return true;
  }
};

struct Uint32Cell {
  using Type = uint32_t;
  static bool Take(const JsonValue& value, uint32_t* out) {
    if (!value.IsUint()) return false;
    *out = value.GetUint();
    return true;
  }
};

struct Uint64Cell {
  using Type = uint64_t;
  static bool Take(const JsonValue& value, uint64_t* out) {
    if (!value.IsUint64()) return false;
    *out = value.GetUint64();
    return true;
  }
};

struct BoolCell {
  using Type = bool;
  static bool Take(const JsonValue& value, bool* out) {
    if (!value.IsBool()) return false;
    *out = value.GetBool();
    return true;
  }
};

struct StringCell {
  using Type = std::string;
  static bool Take(const JsonValue& value, std::string* out) {
    if (value.IsString()) {
      out->assign(StringOf(value));
      return true;
    }
    return IsBase64Object(value) && DecodeBase64Object(value, out).ok();
  }
};

// Why Take refused the value.
absl::Status Refusal(const JsonValue& value, DataType type) {
  std::string bytes;
  if (type == DataType::kString && value.IsObject()) return DecodeBase64Object(value, &bytes);
  return WrongType(value, type);
}

struct FillTarget {
  const Shape* shape;
  DataType type;
};

// `out` moves over the elements; null: nothing is written.
template <typename Cell>
absl::Status FillLevel(const JsonValue& value, const FillTarget& target, int64_t level, typename Cell::Type** out) {
  const auto rank = static_cast<int64_t>(target.shape->size());
  if (!value.IsArray()) {
    if (level != rank) {
      return absl::InvalidArgumentError(absl::StrCat("JSON Value: ", DescribeJson(value), " found at incorrect level: ",
                                                     level + 1, " in the JSON DOM. Expected at level: ", rank));
    }
    typename Cell::Type unused{};
    if (!Cell::Take(value, *out == nullptr ? &unused : *out)) return Refusal(value, target.type);
    if (*out != nullptr) ++*out;
    return absl::OkStatus();
  }
  if (level >= rank) {
    return absl::InvalidArgumentError(
        absl::StrCat("Encountered list at unexpected level: ", level, " expected < ", rank));
  }
  if (static_cast<int64_t>(value.Size()) != (*target.shape)[level]) {
    return absl::InvalidArgumentError(absl::StrCat("Encountered list at unexpected size: ", value.Size(),
                                                   " at level: ", level, " expected size: ", (*target.shape)[level]));
  }
  if (level + 1 == rank && *out != nullptr) {
    // The bulk of the values, without the checks above.
    for (const JsonValue& item : value.GetArray()) {
      if (item.IsArray() || !Cell::Take(item, *out)) return FillLevel<Cell>(item, target, level + 1, out);
      ++*out;
    }
    return absl::OkStatus();
  }
  for (const JsonValue& item : value.GetArray()) TIQU_RETURN_IF_ERROR(FillLevel<Cell>(item, target, level + 1, out));
  return absl::OkStatus();
}

template <typename Cell>
absl::Status FillNumbers(const JsonValue& value, const FillTarget& target, Tensor* tensor, int64_t offset) {
  auto* out = tensor == nullptr ? nullptr : tensor->data<typename Cell::Type>() + offset;
  return FillLevel<Cell>(value, target, 0, &out);
}

// For types that JSON has no values for: the first value is refused. Empty lists are not.
struct NoCell {
  using Type = char;
  static bool Take(const JsonValue& /*value*/, char* /*out*/) { return false; }
};

absl::Status FillNothing(const JsonValue& value, const FillTarget& target) {
  const JsonValue* first = &value;
  while (first->IsArray() && !first->Empty()) first = &(*first)[0];
  if (!first->IsArray()) {
    return absl::UnimplementedError(
        absl::StrCat("Conversion of JSON Value: ", DescribeJson(*first), " to type: ", TypeWord(target.type)));
  }
  char* nowhere = nullptr;
  return FillLevel<NoCell>(value, target, 0, &nowhere);
}

}  // namespace

const char* TypeWord(DataType type) {
  switch (type) {
    case DataType::kFloat:
      return "float";
    case DataType::kDouble:
      return "double";
    case DataType::kInt32:
      return "int32";
    case DataType::kUint8:
      return "uint8";
    case DataType::kInt16:
      return "int16";
    case DataType::kInt8:
      return "int8";
    case DataType::kString:
      return "string";
    case DataType::kInt64:
      return "int64";
    case DataType::kBool:
      return "bool";
    case DataType::kBfloat16:
      return "bfloat16";
    case DataType::kUint16:
      return "uint16";
    case DataType::kHalf:
      return "half";
    case DataType::kResource:
      return "resource";
    case DataType::kUint32:
      return "uint32";
    case DataType::kUint64:
      return "uint64";
    case DataType::kInvalid:
      break;
  }
  return "INVALID";
}

bool IsBase64Object(const JsonValue& value) {
  return value.IsObject() && value.MemberCount() == 1 && value.MemberBegin()->value.IsString() &&
         StringOf(value.MemberBegin()->name) == kBase64Key;
}

absl::Status DecodeBase64Object(const JsonValue& value, std::string* bytes) {
  if (!IsBase64Object(value)) {
    return absl::InvalidArgumentError(
        absl::StrCat("JSON Value: ", DescribeJson(value), " not formatted correctly for base64 data"));
  }
  const JsonValue& text = value.MemberBegin()->value;
  if (!absl::Base64Unescape({text.GetString(), text.GetStringLength()}, bytes)) {
    return absl::InvalidArgumentError("Unable to base64 decode");
  }
  return absl::OkStatus();
}

absl::StatusOr<Shape> ShapeOf(const JsonValue& value) {
  Shape shape;
  for (const JsonValue* at = &value; at->IsArray(); at = &(*at)[0]) {
    if (shape.size() == kMostDimensions) {
      return absl::InvalidArgumentError(
          absl::StrCat("lists nest deeper than the ", kMostDimensions, " dimensions that a tensor may have"));
    }
    shape.push_back(at->Size());
    if (at->Empty()) break;
  }
  return shape;
}

std::string ShapeText(const Shape& shape) { return absl::StrCat("[", absl::StrJoin(shape, ","), "]"); }

absl::Status FillTensor(const JsonValue& value, const Shape& shape, DataType type, Tensor* tensor, int64_t offset) {
  const FillTarget target = {&shape, type};
  switch (type) {
    case DataType::kFloat:
      return FillNumbers<DecimalCell<float>>(value, target, tensor, offset);
    case DataType::kDouble:
      return FillNumbers<DecimalCell<double>>(value, target, tensor, offset);
    case DataType::kInt32:
      return FillNumbers<IntCell<int32_t>>(value, target, tensor, offset);
    case DataType::kInt16:
      return FillNumbers<IntCell<int16_t>>(value, target, tensor, offset);
    case DataType::kInt8:
      return FillNumbers<IntCell<int8_t>>(value, target, tensor, offset);
    case DataType::kUint8:
      return FillNumbers<IntCell<uint8_t>>(value, target, tensor, offset);
    case DataType::kInt64:
      return FillNumbers<Int64Cell>(value, target, tensor, offset);
    case DataType::kUint32:
      return FillNumbers<Uint32Cell>(value, target, tensor, offset);
    case DataType::kUint64:
      return FillNumbers<Uint64Cell>(value, target, tensor, offset);
    case DataType::kBool:
      return FillNumbers<BoolCell>(value, target, tensor, offset);
    case DataType::kString: {
      std::string* out = tensor == nullptr ? nullptr : tensor->strings().data() + offset;
      return FillLevel<StringCell>(value, target, 0, &out);
    }
    default:
      return FillNothing(value, target);
  }
}

}  // namespace tiqu::serving
