// Any bytes as the body of predict, classify and regress: errors or tensors, never a crash; a value that is read is no
// larger than the text, and what is written back is what another parser reads.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "serving/json/example_json.h"
#include "serving/json/json_text.h"
#include "serving/json/predict_json.h"
#include "serving/json/request_hint.h"

namespace {

using tiqu::DataType;
using tiqu::serving::PredictForm;

tiqu::engine::Signature SignatureOf(std::initializer_list<std::pair<const char*, DataType>> inputs) {
  tiqu::engine::Signature signature;
  for (const auto& [name, type] : inputs) signature.inputs[name] = {name, type, {-1, 2}, false};
  return signature;
}

void Check(bool right) {
  if (!right) std::abort();
}

void ReadAsPredict(const tiqu::serving::JsonDocument& document, const tiqu::engine::Signature& signature) {
  const auto inputs = tiqu::serving::ReadPredictInputs(document, {"s", &signature, {}});
  if (!inputs.ok()) return Check(inputs.status().message().size() < 4000);
  tiqu::serving::BatchDimensionHint({"s", &signature, {}}, *inputs);
  for (const auto& [name, tensor] : inputs->tensors) Check(tensor.size() <= document.text_bytes());
  for (const PredictForm form : {PredictForm::kRow, PredictForm::kColumnar}) {
    const auto text = tiqu::serving::WritePredictions(inputs->tensors, form);
    if (text.ok()) Check(tiqu::serving::JsonDocument::Parse(*text).ok());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto document = tiqu::serving::JsonDocument::Parse(text);
  if (!document.ok()) {
    const auto message = document.status().message();
    Check(tiqu::serving::JsonDocument::Parse(tiqu::serving::ErrorBody({message.data(), message.size()})).ok());
    return 0;
  }
  static_cast<void>(tiqu::serving::ReadSignatureName(*document));
  ReadAsPredict(*document, SignatureOf({{"x", DataType::kFloat}}));
  ReadAsPredict(*document, SignatureOf({{"x", DataType::kString}}));
  ReadAsPredict(*document, SignatureOf({{"x", DataType::kInt64}, {"y", DataType::kBool}}));
  ReadAsPredict(*document, SignatureOf({{"x", DataType::kHalf}}));
  ::tensorflow::serving::Input input;
  static_cast<void>(tiqu::serving::ReadExamples(*document, &input));
  return 0;
}
