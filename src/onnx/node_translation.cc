#include "onnx/node_translation.h"

#include "absl/strings/str_cat.h"

namespace tiqu::onnx {
namespace {

template <typename T>
std::vector<int64_t> Widened(const Tensor& tensor) {
  return {tensor.data<T>(), tensor.data<T>() + tensor.size()};
}

Tensor OfNumber(DataType type, double value) {
  switch (type) {
    case DataType::kDouble:
      return Tensor::Of<double>({}, {value});
    case DataType::kInt32:
      return Tensor::Of<int32_t>({}, {static_cast<int32_t>(value)});
    case DataType::kInt64:
      return Tensor::Of<int64_t>({}, {static_cast<int64_t>(value)});
    case DataType::kBool: {
      Tensor tensor(DataType::kBool, {});
      *tensor.data<bool>() = value != 0;
      return tensor;
    }
    default:
      return Tensor::Of<float>({}, {static_cast<float>(value)});
  }
}

}  // namespace

const Value& NodeTranslation::input(int i) {
  static const Value kNone;
  if (i >= 0 && i < input_count()) return inputs_[i];
  Fail(absl::StrCat("has ", input_count(), " inputs, at least ", i + 1, " are needed"));
  return kNone;
}

const tensorflow::AttrValue* NodeTranslation::Find(std::string_view attr) const {
  const auto it = def_.attr().find(std::string(attr));
  return it == def_.attr().end() ? nullptr : &it->second;
}

int64_t NodeTranslation::Int(std::string_view attr, int64_t fallback) {
  const auto* value = Find(attr);
  return value != nullptr && value->value_case() == tensorflow::AttrValue::kI ? value->i() : fallback;
}

float NodeTranslation::Float(std::string_view attr, float fallback) {
  const auto* value = Find(attr);
  return value != nullptr && value->value_case() == tensorflow::AttrValue::kF ? value->f() : fallback;
}

bool NodeTranslation::Bool(std::string_view attr, bool fallback) {
  const auto* value = Find(attr);
  return value != nullptr && value->value_case() == tensorflow::AttrValue::kB ? value->b() : fallback;
}

std::string NodeTranslation::String(std::string_view attr, std::string_view fallback) {
  const auto* value = Find(attr);
  return value != nullptr && value->value_case() == tensorflow::AttrValue::kS ? value->s() : std::string(fallback);
}

DataType NodeTranslation::Type(std::string_view attr, DataType fallback) {
  const auto* value = Find(attr);
  const bool typed = value != nullptr && value->value_case() == tensorflow::AttrValue::kType;
  return typed ? static_cast<DataType>(value->type()) : fallback;
}

std::vector<int64_t> NodeTranslation::Ints(std::string_view attr) {
  const auto* value = Find(attr);
  if (value == nullptr) return {};
  return {value->list().i().begin(), value->list().i().end()};
}

std::vector<int64_t> NodeTranslation::ConstantInts(int i) {
  const Value& value = input(i);
  if (!value.constant) {
    Fail(absl::StrCat("input ", i, " ('", value.name, "') must be a constant"));
    return {};
  }
  if (value.type == DataType::kInt32) return Widened<int32_t>(*value.constant);
  if (value.type == DataType::kInt64) return Widened<int64_t>(*value.constant);
  Fail(absl::StrCat("input ", i, " ('", value.name, "') is ", DataTypeName(value.type), ", expected integers"));
  return {};
}

int64_t NodeTranslation::ConstantInt(int i) {
  const std::vector<int64_t> values = ConstantInts(i);
  if (values.size() == 1) return values.front();
  Fail(absl::StrCat("input ", i, " has ", values.size(), " elements, expected 1"));
  return 0;
}

int NodeTranslation::Rank(int i) {
  const Value& value = input(i);
  if (value.shape) return static_cast<int>(value.shape->size());
  Fail(absl::StrCat("the rank of input ", i, " ('", value.name, "') must be known"));
  return 0;
}

int NodeTranslation::PositiveAxis(int64_t axis, int rank) {
  if (axis >= -rank && axis < rank) return static_cast<int>(axis < 0 ? axis + rank : axis);
  Fail(absl::StrCat("axis ", axis, " of a tensor of ", rank, " axes"));
  return 0;
}

std::string NodeTranslation::NameOf(const Value& value) {
  if (!value.constant) return value.name;
  if (OnnxType(value.type) != onnxpb::TensorProto::UNDEFINED) return writer_->Constant(value.name, *value.constant);
  Fail(absl::StrCat("'", value.name, "' is ", DataTypeName(value.type), ", which ONNX has no place for"));
  return value.name;
}

std::string NodeTranslation::Use(int i) {
  const Value& value = input(i);
  if (!value.wide) return NameOf(value);
  return EmitCast(absl::StrCat("input_", i), value.name, DataType::kInt32);
}

std::string NodeTranslation::UseWide(int i) {
  const Value& value = input(i);
  if (value.wide || value.type == DataType::kInt64) return NameOf(value);
  if (value.constant) {
    const std::vector<int64_t> values = ConstantInts(i);
    if (!status_.ok()) return value.name;
    return writer_->Constant(absl::StrCat(value.name, "/int64"), Tensor::Of<int64_t>(value.constant->shape(), values));
  }
  return EmitCast(absl::StrCat("input_", i), value.name, DataType::kInt64);
}

std::vector<std::string> NodeTranslation::UseAlike(int begin, int end, bool* wide) {
  *wide = false;
  for (int i = begin; i < end; ++i) *wide = *wide || input(i).wide;
  std::vector<std::string> names;
  for (int i = begin; i < end; ++i) names.push_back(*wide ? UseWide(i) : Use(i));
  return names;
}

std::string NodeTranslation::WideInts(std::string_view part, const std::vector<int64_t>& values) {
  const Tensor tensor = Tensor::Of<int64_t>({static_cast<int64_t>(values.size())}, values);
  return writer_->Constant(absl::StrCat(def_.name(), "/", std::string(part)), tensor);
}

std::string NodeTranslation::Scalar(std::string_view part, DataType type, double value) {
  return writer_->Constant(absl::StrCat(def_.name(), "/", std::string(part)), OfNumber(type, value));
}

std::string NodeTranslation::Emit(std::string_view onnx_op, const std::vector<std::string>& inputs,
                                  const Attributes& attributes) {
  return writer_->Emit(onnx_op, inputs, def_.name(), attributes);
}

std::string NodeTranslation::EmitPart(std::string_view part, std::string_view onnx_op,
                                      const std::vector<std::string>& inputs, const Attributes& attributes) {
  return writer_->Emit(onnx_op, inputs, absl::StrCat(def_.name(), "/", std::string(part)), attributes);
}

std::vector<std::string> NodeTranslation::EmitMany(std::string_view onnx_op, const std::vector<std::string>& inputs,
                                                   int outputs, const Attributes& attributes) {
  return writer_->EmitMany(onnx_op, inputs, def_.name(), outputs, attributes);
}

std::string NodeTranslation::EmitCast(std::string_view part, const std::string& input, DataType type) {
  return EmitPart(part, "Cast", {input}, {{"to", int64_t{OnnxType(type)}}});
}

void NodeTranslation::AddOutput(std::string name, DataType type, StaticShape shape, bool wide) {
  if (OnnxType(type) == onnxpb::TensorProto::UNDEFINED) {
    Fail(absl::StrCat("its output is ", DataTypeName(type), ", which ONNX has no place for"));
  }
  if (shape && shape->size() > kMostAxes) {
    Fail(absl::StrCat("its output has ", shape->size(), " axes, the limit is ", kMostAxes));
    shape = std::nullopt;
  }
  if (shape) {
    for (int64_t& size : *shape) size = KnownSize(size);
  }
  Value value;
  value.name = std::move(name);
  value.type = type;
  value.shape = std::move(shape);
  value.wide = wide;
  outputs_.push_back(std::move(value));
}

void NodeTranslation::Fail(std::string message) {
  if (!status_.ok()) return;
  status_ = absl::UnimplementedError(absl::StrCat("node '", def_.name(), "' (", def_.op(), "): ", message));
}

}  // namespace tiqu::onnx
