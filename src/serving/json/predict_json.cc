#include "serving/json/predict_json.h"

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/status.h"
#include "serving/json/json_text.h"
#include "serving/json/request_hint.h"
#include "serving/json/tensor_values.h"

namespace tiqu::serving {
namespace {

constexpr char kSignatureKey[] = "signature_name";
constexpr char kRowKey[] = "instances";
constexpr char kColumnarKey[] = "inputs";

// A tensor grows by its rows. The shape is that of the first row; no more room is taken than the text has bytes, for
// every value takes one: lists of other lengths could claim any product of their sizes.
class RowTensor {
 public:
  RowTensor(const engine::TensorSpec& spec, int64_t rows, int64_t most_values)
      : type_(spec.type), rows_(rows), most_values_(most_values) {}

  int64_t filled() const { return filled_; }

  absl::Status Add(const JsonValue& row) {
    TIQU_ASSIGN_OR_RETURN(const Shape shape, ShapeOf(row));
    if (filled_ == 0) TIQU_RETURN_IF_ERROR(Start(shape));
    if (shape == shape_ && has_room_) {
      TIQU_RETURN_IF_ERROR(FillTensor(row, shape, type_, &tensor_, filled_ * row_size_));
    } else {
      TIQU_RETURN_IF_ERROR(FillTensor(row, shape, type_, nullptr, 0));
    }
    if (const int64_t size = ElementCount(shape); size != row_size_) {
      return absl::InvalidArgumentError(absl::StrCat("Expecting tensor size: ", row_size_, " but got: ", size));
    }
    if (shape != shape_) {
      return absl::InvalidArgumentError(
          absl::StrCat("Expecting shape ", ShapeText(shape_), " but got: ", ShapeText(shape)));
    }
    ++filled_;
    return absl::OkStatus();
  }

  Tensor Take() { return std::move(tensor_); }

 private:
  absl::Status Start(const Shape& shape) {
    shape_ = shape;
    row_size_ = ElementCount(shape);
    has_room_ = row_size_ >= 0 && row_size_ <= most_values_ / rows_;
    if (!has_room_) return absl::OkStatus();
    Shape whole = {rows_};
    for (const int64_t size : shape) whole.push_back(size);
    tensor_ = Tensor(type_, whole);
    return absl::OkStatus();
  }

  DataType type_;
  int64_t rows_;
  int64_t most_values_;
  Shape shape_;
  int64_t row_size_ = 0;
  bool has_room_ = false;
  int64_t filled_ = 0;
  Tensor tensor_;
};

bool IsNamedObject(const JsonValue& value) { return value.IsObject() && !IsBase64Object(value); }

class RowReader {
 public:
  RowReader(const PredictTarget& target, int64_t rows, int64_t most_values) : target_(target) {
    for (const auto& [name, spec] : target.signature->inputs) {
      tensors_.emplace(name, RowTensor(spec, rows, most_values));
    }
  }

  absl::Status AddPlain(const JsonValue& row, int64_t number) {
    if (IsNamedObject(row)) {
      return absl::InvalidArgumentError(
          absl::StrCat("Expecting value/list but got object at item ", number, " of input list"));
    }
    const absl::Status status = tensors_.begin()->second.Add(row);
    if (status.ok()) return status;
    return absl::InvalidArgumentError(
        absl::StrCat("Failed to process element: ", number, " of 'instances' list. Error: ", status.ToString()));
  }

  absl::Status AddObject(const JsonValue& row, int64_t number) {
    if (!IsNamedObject(row)) {
      return absl::InvalidArgumentError(
          absl::StrCat("Expecting object but got list at item ", number, " of input list"));
    }
    for (auto member = row.MemberBegin(); member != row.MemberEnd(); ++member) {
      const absl::Status status = AddNamed(StringOf(member->name), member->value, number);
      if (status.ok()) continue;
      const std::string name(StringOf(member->name));
      return absl::InvalidArgumentError(absl::StrCat("Failed to process element: ", number, " key: ", name,
                                                     " of 'instances' list. Error: ", status.ToString()));
    }
    for (const auto& [name, tensor] : tensors_) {
      if (tensor.filled() == number + 1 || (tensor.filled() == 0 && target_.optional.contains(name))) continue;
      const auto names = absl::StrJoin(tensors_, ",", [](std::string* out, const auto& entry) { *out += entry.first; });
      return absl::InvalidArgumentError(absl::StrCat("Failed to process element: ", number,
                                                     " of 'instances' list. JSON object: ", DescribeJson(row),
                                                     " keys must be equal to: ", names));
    }
    return absl::OkStatus();
  }

  engine::TensorMap Take() {
    engine::TensorMap tensors;
    for (auto& [name, tensor] : tensors_) {
      if (tensor.filled() > 0) tensors.emplace(name, tensor.Take());
    }
    return tensors;
  }

 private:
  absl::Status AddNamed(std::string_view name, const JsonValue& value, int64_t number) {
    const auto found = tensors_.find(name);
    if (found == tensors_.end()) {
      return absl::InvalidArgumentError(absl::StrCat("JSON object: does not have named input: ", std::string(name)));
    }
    if (found->second.filled() > number) return absl::OkStatus();  // of two equal keys the first counts
    if (found->second.filled() < number) {
      return absl::InvalidArgumentError("the elements before it do not have this key");
    }
    return found->second.Add(value);
  }

  const PredictTarget& target_;
  std::map<std::string, RowTensor, std::less<>> tensors_;
};

absl::StatusOr<engine::TensorMap> ReadRows(const JsonValue& rows, const PredictTarget& target, int64_t most_values) {
  const bool objects = IsNamedObject(rows[0]);
  if (!objects && target.signature->inputs.size() > 1) {
    return absl::InvalidArgumentError(
        "instances is a plain list, but expecting list of objects as multiple input tensors required as per "
        "tensorinfo_map");
  }
  RowReader reader(target, rows.Size(), most_values);
  int64_t number = 0;
  for (const JsonValue& row : rows.GetArray()) {
    TIQU_RETURN_IF_ERROR(objects ? reader.AddObject(row, number) : reader.AddPlain(row, number));
    ++number;
  }
  return reader.Take();
}

absl::StatusOr<Tensor> ReadColumn(const JsonValue& value, DataType type, int64_t most_values) {
  TIQU_ASSIGN_OR_RETURN(const Shape shape, ShapeOf(value));
  const int64_t size = ElementCount(shape);
  if (size < 0 || size > most_values) {
    TIQU_RETURN_IF_ERROR(FillTensor(value, shape, type, nullptr, 0));
    return absl::InternalError("more values than the text has bytes");
  }
  Tensor tensor(type, shape);
  TIQU_RETURN_IF_ERROR(FillTensor(value, shape, type, &tensor, 0));
  return tensor;
}

absl::StatusOr<engine::TensorMap> ReadColumns(const JsonValue& value, const PredictTarget& target,
                                              int64_t most_values) {
  const auto& inputs = target.signature->inputs;
  engine::TensorMap tensors;
  if (!IsNamedObject(value)) {
    if (inputs.size() > 1) {
      return absl::InvalidArgumentError(
          "inputs is a plain value/list, but expecting an object as multiple input tensors required as per "
          "tensorinfo_map");
    }
    const auto& [name, spec] = *inputs.begin();
    TIQU_ASSIGN_OR_RETURN(tensors[name], ReadColumn(value, spec.type, most_values));
    return tensors;
  }
  for (const auto& [name, spec] : inputs) {
    const JsonValue* item = FindMember(value, name);
    if (item != nullptr) {
      TIQU_ASSIGN_OR_RETURN(tensors[name], ReadColumn(*item, spec.type, most_values));
    } else if (!target.optional.contains(name)) {
      return absl::InvalidArgumentError(absl::StrCat("Missing named input: ", name, " in 'inputs' object."));
    }
  }
  return tensors;
}

absl::StatusOr<PredictInputs> ReadValues(const JsonDocument& request, const PredictTarget& target) {
  const JsonValue* rows = FindMember(request.root(), kRowKey);
  const JsonValue* columns = FindMember(request.root(), kColumnarKey);
  const auto wrong = [&request](std::string_view what) {
    return absl::InvalidArgumentError(
        absl::StrCat("JSON Value: ", DescribeJson(request.root()), " ", std::string(what)));
  };
  PredictInputs inputs;
  if (rows != nullptr && columns != nullptr) {
    return wrong("Not formatted correctly expecting only one of 'inputs' or 'instances' keys to exist ");
  }
  if (rows == nullptr && columns == nullptr) return absl::InvalidArgumentError("Missing 'inputs' or 'instances' key");
  if (columns != nullptr) {
    inputs.form = PredictForm::kColumnar;
    TIQU_ASSIGN_OR_RETURN(inputs.tensors, ReadColumns(*columns, target, request.text_bytes()));
    return inputs;
  }
  if (!rows->IsArray()) return wrong("Expecting 'instances' to be an list/array");
  if (rows->Empty()) return wrong("No values in 'instances' array");
  TIQU_ASSIGN_OR_RETURN(inputs.tensors, ReadRows(*rows, target, request.text_bytes()));
  return inputs;
}

}  // namespace

absl::StatusOr<std::string> ReadSignatureName(const JsonDocument& request) {
  const JsonValue* name = FindMember(request.root(), kSignatureKey);
  if (name == nullptr) return std::string();
  if (name->IsString()) return std::string(StringOf(*name));
  return absl::InvalidArgumentError(
      absl::StrCat("JSON Value: ", DescribeJson(request.root()),
                   " not formatted correctly. 'signature_name' key must be a string value."));
}

absl::StatusOr<PredictInputs> ReadPredictInputs(const JsonDocument& request, const PredictTarget& target) {
  if (target.signature->inputs.empty()) {
    return absl::InvalidArgumentError(absl::StrCat("Failed to get input map for signature: ",
                                                   target.signature_name.empty() ? "DEFAULT" : target.signature_name));
  }
  auto inputs = ReadValues(request, target);
  if (!absl::IsInvalidArgument(inputs.status())) return inputs;
  const PredictForm form =
      FindMember(request.root(), kColumnarKey) != nullptr ? PredictForm::kColumnar : PredictForm::kRow;
  return absl::InvalidArgumentError(absl::StrCat(inputs.status().message(), RequestHint(target, form)));
}

}  // namespace tiqu::serving
