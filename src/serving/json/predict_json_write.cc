// The answer of Predict: layout and numbers as TensorFlow Serving writes them.
#include <string_view>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "serving/json/json_text.h"
#include "serving/json/number_text.h"
#include "serving/json/predict_json.h"
#include "serving/json/tensor_values.h"

namespace tiqu::serving {
namespace {

constexpr std::string_view kBytesSuffix = "_bytes";
constexpr size_t kIndent = 4;

void NewLine(size_t depth, std::string* out) {
  out->push_back('\n');
  out->append(depth * kIndent, ' ');
}

// Writes the elements of one tensor in their order. Lists stand on one line in row form, and one element a line in
// columnar form.
class ElementWriter {
 public:
  ElementWriter(const std::string& name, const Tensor& tensor, bool one_line, std::string* out)
      : tensor_(tensor), base64_(name.ends_with(kBytesSuffix)), one_line_(one_line), out_(out) {}

  // The element that is next, from axis `axis` on; `depth` brackets are open.
  void Write(size_t axis, size_t depth) {
    if (axis == tensor_.shape().size()) return WriteElement(depth);
    const int64_t size = tensor_.shape()[axis];
    out_->push_back('[');
    for (int64_t i = 0; i < size; ++i) {
      if (one_line_) {
        if (i > 0) out_->append(", ");
      } else {
        if (i > 0) out_->push_back(',');
        NewLine(depth + 1, out_);
      }
      Write(axis + 1, depth + 1);
    }
    if (size > 0 && !one_line_) NewLine(depth, out_);
    out_->push_back(']');
  }

 private:
  void WriteElement(size_t depth) {
    const int64_t at = next_++;
    switch (tensor_.type()) {
      case DataType::kFloat:
        return AppendFloat(tensor_.data<float>()[at], out_);
      case DataType::kDouble:
        return AppendDouble(tensor_.data<double>()[at], out_);
      case DataType::kInt32:
        return AppendInteger(tensor_.data<int32_t>()[at], out_);
      case DataType::kInt16:
        return AppendInteger(tensor_.data<int16_t>()[at], out_);
      case DataType::kInt8:
        return AppendInteger(tensor_.data<int8_t>()[at], out_);
      case DataType::kUint8:
        return AppendInteger(tensor_.data<uint8_t>()[at], out_);
      case DataType::kInt64:
        return AppendInteger(tensor_.data<int64_t>()[at], out_);
      case DataType::kUint32:
        return AppendInteger(tensor_.data<uint32_t>()[at], out_);
      case DataType::kUint64:
        return AppendInteger(tensor_.data<uint64_t>()[at], out_);
      case DataType::kBool:
        out_->append(tensor_.data<bool>()[at] ? "true" : "false");
        return;
      default:
        return WriteString(tensor_.strings()[at], depth);
    }
  }

  void WriteString(const std::string& text, size_t depth) {
    if (!base64_) return AppendJsonString(text, out_);
    out_->push_back('{');
    NewLine(depth + 1, out_);
    absl::StrAppend(out_, "\"b64\": \"", absl::Base64Escape(text), "\"");
    NewLine(depth, out_);
    out_->push_back('}');
  }

  const Tensor& tensor_;
  bool base64_;
  bool one_line_;
  std::string* out_;
  int64_t next_ = 0;
};

bool HasJsonValues(DataType type) {
  switch (type) {
    case DataType::kFloat:
    case DataType::kDouble:
    case DataType::kInt32:
    case DataType::kInt16:
    case DataType::kInt8:
    case DataType::kUint8:
    case DataType::kInt64:
    case DataType::kUint32:
    case DataType::kUint64:
    case DataType::kBool:
    case DataType::kString:
      return true;
    default:
      return false;
  }
}

absl::Status CheckTypes(const engine::TensorMap& outputs) {
  if (outputs.empty()) return absl::InvalidArgumentError("Cannot convert empty tensor map to JSON");
  for (const auto& [name, tensor] : outputs) {
    if (tensor.size() == 0 || HasJsonValues(tensor.type())) continue;
    return absl::InvalidArgumentError(
        absl::StrCat("Failed to write JSON value for tensor type: ", TypeWord(tensor.type())));
  }
  return absl::OkStatus();
}

absl::StatusOr<int64_t> BatchSize(const engine::TensorMap& outputs) {
  int64_t batch = -1;
  for (const auto& [name, tensor] : outputs) {
    if (tensor.shape().empty()) {
      return absl::InvalidArgumentError(absl::StrCat("Tensor name: ", name, " has no shape information "));
    }
    if (batch >= 0 && batch != tensor.shape()[0]) {
      return absl::InvalidArgumentError(absl::StrCat(
          "Tensor name: ", name, " has inconsistent batch size: ", tensor.shape()[0], " expecting: ", batch));
    }
    batch = tensor.shape()[0];
  }
  return batch;
}

// About what the text takes, so that it is not copied as it grows.
size_t ExpectedBytes(const engine::TensorMap& outputs) {
  constexpr size_t kBytesPerValue = 14;
  size_t bytes = 64;
  for (const auto& [name, tensor] : outputs) bytes += name.size() + tensor.size() * kBytesPerValue;
  return bytes;
}

absl::StatusOr<std::string> WriteRows(const engine::TensorMap& outputs) {
  TIQU_ASSIGN_OR_RETURN(const int64_t batch, BatchSize(outputs));
  std::string out;
  out.reserve(ExpectedBytes(outputs));
  out = "{\n    \"predictions\": [";
  std::vector<ElementWriter> writers;
  for (const auto& [name, tensor] : outputs) writers.emplace_back(name, tensor, /*one_line=*/true, &out);
  const bool objects = outputs.size() > 1;
  for (int64_t row = 0; row < batch; ++row) {
    if (row > 0) out.append(objects ? "," : ", ");
    if (!objects) {
      writers.front().Write(1, 2);
      continue;
    }
    NewLine(2, &out);
    out.push_back('{');
    size_t number = 0;
    for (const auto& [name, tensor] : outputs) {
      if (number > 0) out.push_back(',');
      NewLine(3, &out);
      AppendJsonString(name, &out);
      out.append(": ");
      writers[number++].Write(1, 3);
    }
    NewLine(2, &out);
    out.push_back('}');
  }
  if (batch > 0) NewLine(1, &out);
  out.append("]\n}");
  return out;
}

std::string WriteColumns(const engine::TensorMap& outputs) {
  std::string out;
  out.reserve(ExpectedBytes(outputs));
  out = "{\n    \"outputs\": ";
  if (outputs.size() == 1) {
    const auto& [name, tensor] = *outputs.begin();
    ElementWriter(name, tensor, /*one_line=*/false, &out).Write(0, 1);
    out.append("\n}");
    return out;
  }
  const char* before = "{";
  for (const auto& [name, tensor] : outputs) {
    out.append(before);
    NewLine(2, &out);
    AppendJsonString(name, &out);
    out.append(": ");
    ElementWriter(name, tensor, /*one_line=*/false, &out).Write(0, 2);
    before = ",";
  }
  out.append("\n    }\n}");
  return out;
}

}  // namespace

absl::StatusOr<std::string> WritePredictions(const engine::TensorMap& outputs, PredictForm form) {
  TIQU_RETURN_IF_ERROR(CheckTypes(outputs));
  if (form == PredictForm::kRow) return WriteRows(outputs);
  return WriteColumns(outputs);
}

}  // namespace tiqu::serving
