// Types, shapes, attributes and data.
#include <algorithm>
#include <bit>
#include <cmath>

#include "base/short_floats.h"
#include "base/status.h"
#include "fmt/format.h"
#include "keras/hdf5_parser.h"

namespace tiqu::keras {
namespace {

// Classes of datatypes, as numbered in the file.
constexpr uint64_t kFloatClass = 1;
constexpr uint64_t kTextClass = 3;
constexpr uint64_t kOpaqueClass = 5;
constexpr uint64_t kVariableClass = 9;

absl::Status Damaged(std::string_view what) {
  return absl::DataLossError(fmt::format("HDF5: {} is damaged or cut off", what));
}

struct FloatFormat {
  uint64_t bytes, exponent_bits, mantissa_bits, bias;
  NumberKind kind;
};

constexpr FloatFormat kFloatFormats[] = {
    {2, 5, 10, 15, NumberKind::kFloat16},
    {2, 8, 7, 127, NumberKind::kBfloat16},
    {4, 8, 23, 127, NumberKind::kFloat32},
    {8, 11, 52, 1023, NumberKind::kFloat64},
};

// IEEE 754 in either byte order; others stay kOther.
void ReadFloatType(uint64_t bits, Hdf5Cursor in, Hdf5Type* type) {
  in.Skip(4);  // bit offset and precision
  in.Skip(1);
  const uint64_t exponent_bits = in.Number(1);
  in.Skip(1);
  const uint64_t mantissa_bits = in.Number(1);
  const uint64_t bias = in.Number(4);
  const uint64_t order = bits & 0x41;  // 0x41 is VAX
  if (!in.ok() || order > 1) return;
  for (const FloatFormat& format : kFloatFormats) {
    if (format.bytes == type->size && format.exponent_bits == exponent_bits && format.mantissa_bits == mantissa_bits &&
        format.bias == bias) {
      type->number = format.kind;
      type->big_endian = order == 1;
    }
  }
}

uint64_t ElementBytes(NumberKind kind) {
  for (const FloatFormat& format : kFloatFormats) {
    if (format.kind == kind) return format.bytes;
  }
  return 0;
}

// False on overflow.
bool CountElements(const std::vector<int64_t>& shape, uint64_t* count) {
  *count = 1;
  for (const int64_t size : shape) {
    if (__builtin_mul_overflow(*count, static_cast<uint64_t>(size), count)) return false;
  }
  return true;
}

float ToFloat(NumberKind kind, uint64_t bits) {
  switch (kind) {
    case NumberKind::kFloat16:
      return FromHalf(static_cast<uint16_t>(bits));
    case NumberKind::kBfloat16:
      return FromBfloat16(static_cast<uint16_t>(bits));
    case NumberKind::kFloat32:
      return std::bit_cast<float>(static_cast<uint32_t>(bits));
    default: {
      // Beyond float32's range: infinite, as numpy has it (a plain conversion would be undefined).
      const double value = std::bit_cast<double>(bits);
      if (std::isfinite(value) && std::abs(value) > 3.4028235677973366e38) return value > 0 ? INFINITY : -INFINITY;
      return static_cast<float>(value);
    }
  }
}

std::string Trimmed(std::string_view text, bool space_padded) {
  text = text.substr(0, text.find('\0'));
  while (space_padded && !text.empty() && text.back() == ' ') text.remove_suffix(1);
  return std::string(text);
}

}  // namespace

absl::StatusOr<Hdf5Type> ReadHdf5Type(std::string_view body) {
  Hdf5Cursor in(body);
  const uint64_t type_class = in.Number(1) & 15;
  const uint64_t bits = in.Number(3);
  Hdf5Type type;
  type.size = in.Number(4);
  if (!in.ok() || type.size == 0) return Damaged("a type");
  if (type_class == kFloatClass) {
    type.kind = Hdf5Type::Class::kNumber;
    ReadFloatType(bits, in, &type);
  } else if (type_class == kTextClass) {
    type.kind = Hdf5Type::Class::kFixedText;
    type.space_padded = (bits & 15) == 2;
  } else if (type_class == kVariableClass && (bits & 15) == 1) {
    type.kind = Hdf5Type::Class::kVariableText;
  } else if (type_class == kOpaqueClass && type.size == 2) {
    // numpy has no bfloat16 of its own; Keras stores it as two opaque bytes, and says so in an attribute.
    type.number = NumberKind::kBfloat16;
  }
  return type;
}

absl::StatusOr<std::vector<int64_t>> ReadHdf5Shape(std::string_view body, size_t length_width) {
  constexpr uint64_t kMostDimensions = 32;
  constexpr uint64_t kNull = 2;
  Hdf5Cursor in(body);
  const uint64_t version = in.Number(1);
  const uint64_t rank = in.Number(1);
  in.Skip(1);
  const uint64_t kind = in.Number(1);
  if (version == 1) in.Skip(4);
  if (!in.ok() || version < 1 || version > 2 || rank > kMostDimensions) return Damaged("a shape");
  if (version == 2 && kind == kNull) return std::vector<int64_t>{0};
  std::vector<int64_t> shape;
  for (uint64_t i = 0; i < rank; ++i) {
    const uint64_t size = in.Number(length_width);
    if (size > uint64_t{1} << 48) return Damaged("a shape");
    shape.push_back(static_cast<int64_t>(size));
  }
  if (!in.ok()) return Damaged("a shape");
  return shape;
}

absl::StatusOr<Hdf5Array> Hdf5Parser::ReadArray(const std::vector<Hdf5Message>& messages) {
  Hdf5Array array;
  Hdf5Type type;
  std::string_view layout;
  bool has_type = false;
  bool has_shape = false;
  for (const Hdf5Message& message : messages) {
    if (message.Is(Hdf5MessageType::kDatatype)) {
      has_type = true;
      if (message.shared) continue;  // a named type: kOther
      TIQU_ASSIGN_OR_RETURN(type, ReadHdf5Type(message.body));
    } else if (message.Is(Hdf5MessageType::kDataspace)) {
      has_shape = true;
      TIQU_ASSIGN_OR_RETURN(array.shape, ReadHdf5Shape(message.body, length_width_));
    } else if (message.Is(Hdf5MessageType::kLayout)) {
      layout = message.body;
    } else if (message.Is(Hdf5MessageType::kExternalFiles)) {
      array.problem = "is stored in another file";
    }
  }
  uint64_t count = 0;
  if (!has_type || !has_shape || !CountElements(array.shape, &count)) return Damaged("a dataset");
  array.kind = type.number;
  array.big_endian = type.big_endian;
  const uint64_t element = ElementBytes(array.kind);
  uint64_t bytes = 0;
  if (__builtin_mul_overflow(count, element, &bytes)) return Damaged("a dataset");
  if (element == 0 || !array.problem.empty()) return array;
  TIQU_RETURN_IF_ERROR(ReadLayout(layout, bytes, &array));
  return array;
}

absl::Status Hdf5Parser::ReadLayout(std::string_view body, uint64_t bytes, Hdf5Array* array) {
  constexpr uint64_t kCompact = 0;
  constexpr uint64_t kContiguous = 1;
  Hdf5Cursor in(body);
  const uint64_t version = in.Number(1);
  const uint64_t kind = in.Number(1);
  if (!in.ok()) return Damaged("a dataset");
  if (version < 3 || version > 4) {
    array->problem = fmt::format("has a layout of version {}, known are 3 and 4", version);
  } else if (kind == kCompact) {
    array->data = in.Bytes(in.Number(2)).substr(0, bytes);
  } else if (kind == kContiguous) {
    const uint64_t address = Address(&in);
    if (!in.ok()) return Damaged("a dataset");
    if (Defined(address)) array->data = At(address).Bytes(bytes);
  } else {
    array->problem = "is stored in chunks; write it in one piece (h5repack -l CONTI)";
  }
  if (array->problem.empty() && array->data.size() != bytes) {
    return absl::DataLossError(fmt::format("HDF5: {} bytes of data are missing or lie outside of the file", bytes));
  }
  return absl::OkStatus();
}

absl::Status Hdf5Parser::ReadAttribute(std::string_view body, Hdf5Object* object) {
  Hdf5Cursor in(body);
  const uint64_t version = in.Number(1);
  const uint64_t flags = in.Number(1);
  const uint64_t name_size = in.Number(2);
  const uint64_t type_size = in.Number(2);
  const uint64_t shape_size = in.Number(2);
  if (version == 3) in.Skip(1);  // character set
  const auto part = [&in, version](uint64_t size) {
    const std::string_view bytes = in.Bytes(size);
    if (version == 1 && size % 8 != 0) in.Skip(8 - size % 8);
    return bytes;
  };
  const std::string_view name = part(name_size);
  const std::string_view type_body = part(type_size);
  const std::string_view shape_body = part(shape_size);
  if (!in.ok() || version < 1 || version > 3) return Damaged("an attribute");
  std::vector<std::string>& values = object->attributes[Trimmed(name, false)];
  if (version > 1 && (flags & 3) != 0) return absl::OkStatus();  // a named type: not text of Keras's
  TIQU_ASSIGN_OR_RETURN(const Hdf5Type type, ReadHdf5Type(type_body));
  TIQU_ASSIGN_OR_RETURN(const std::vector<int64_t> shape, ReadHdf5Shape(shape_body, length_width_));
  uint64_t count = 0;
  if (!CountElements(shape, &count)) return Damaged("an attribute");
  absl::StatusOr<std::vector<std::string>> texts = ReadTexts(type, count, in.rest());
  if (!texts.ok()) return Annotate(texts.status(), fmt::format("attribute {}", Trimmed(name, false)));
  values = *std::move(texts);
  return absl::OkStatus();
}

absl::StatusOr<std::vector<std::string>> Hdf5Parser::ReadTexts(const Hdf5Type& type, uint64_t count,
                                                               std::string_view data) {
  std::vector<std::string> texts;
  const bool variable = type.kind == Hdf5Type::Class::kVariableText;
  if (!variable && type.kind != Hdf5Type::Class::kFixedText) return texts;
  const uint64_t size = variable ? 8 + address_width_ : type.size;
  Hdf5Cursor in(data);
  for (uint64_t i = 0; i < count; ++i) {
    Hdf5Cursor element(in.Bytes(size));
    std::string_view text = element.rest();
    if (in.ok() && variable) {
      const uint64_t length = element.Number(4);
      const uint64_t address = Address(&element);
      const uint64_t index = element.Number(4);
      text = {};
      if (length > 0) {
        TIQU_ASSIGN_OR_RETURN(text, ReadHeapObject(address, index));
        if (length > text.size()) return Damaged("a text");
        text = text.substr(0, length);
      }
    }
    if (!in.ok()) return Damaged("a list of texts");
    TIQU_RETURN_IF_ERROR(Spend(1 + text.size() / 16));
    texts.push_back(Trimmed(text, type.space_padded));
  }
  return texts;
}

// An object of a global heap, which is where texts of variable length are.
absl::StatusOr<std::string_view> Hdf5Parser::ReadHeapObject(uint64_t address, uint64_t index) {
  Hdf5Cursor in = At(address);
  const std::string_view signature = in.Bytes(4);
  in.Skip(4);
  const uint64_t size = Length(&in);
  const uint64_t prefix = 8 + length_width_;
  if (!in.ok() || signature != "GCOL" || size < prefix) return Damaged("a heap of texts");
  Hdf5Cursor objects(in.Bytes(size - prefix));
  while (in.ok() && objects.rest().size() >= prefix) {
    TIQU_RETURN_IF_ERROR(Spend(1));
    const uint64_t found = objects.Number(2);
    objects.Skip(6);
    const uint64_t bytes = Length(&objects);
    if (found == 0) break;  // the free rest
    const std::string_view object = objects.Bytes(bytes);
    if (!objects.ok()) break;
    if (found == index) return object;
    objects.Skip(std::min<uint64_t>((8 - bytes % 8) % 8, objects.rest().size()));
  }
  return Damaged("a heap of texts");
}

absl::StatusOr<std::vector<float>> ToFloats(const Hdf5Array& array) {
  if (!array.problem.empty()) return absl::InvalidArgumentError(array.problem);
  const uint64_t element = ElementBytes(array.kind);
  if (element == 0) return absl::InvalidArgumentError("is not of floating-point numbers");
  std::vector<float> values(array.data.size() / element);
  for (size_t i = 0; i < values.size(); ++i) {
    uint64_t bits = 0;
    for (uint64_t k = 0; k < element; ++k) {
      const auto byte = static_cast<uint8_t>(array.data[i * element + k]);
      bits |= uint64_t{byte} << (8 * (array.big_endian ? element - 1 - k : k));
    }
    values[i] = ToFloat(array.kind, bits);
  }
  return values;
}

}  // namespace tiqu::keras
