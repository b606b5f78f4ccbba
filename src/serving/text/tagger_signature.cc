#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "serving/text/signature_builder.h"
#include "serving/text/span_outputs.h"
#include "serving/text/text_rows.h"
#include "serving/text/text_signatures.h"

namespace tiqu::serving {
namespace {

using Entities = std::vector<answer::Entity>;

TensorMap EntityOutputs(std::vector<Entities> found) {
  TensorMap outputs = SpanNumbers(found);
  outputs["types"] = SpanTexts(&found, [](answer::Entity& entity) -> std::string& { return entity.type; });
  outputs["entities"] = SpanTexts(&found, [](answer::Entity& entity) -> std::string& { return entity.text; });
  return outputs;
}

}  // namespace

void AddTaggerSignature(SignatureDefs* defs, std::map<std::string, engine::Signature>* signatures) {
  const Shape vector = {-1}, matrix = {-1, -1};
  AddTextSignature({kExtractSignature, kExtractMethod}, {{kTextInput, DataType::kString, vector}},
                   {{"types", DataType::kString, matrix},
                    {"entities", DataType::kString, matrix},
                    {"begins", DataType::kInt32, matrix},
                    {"ends", DataType::kInt32, matrix},
                    {"scores", DataType::kFloat, matrix},
                    {"counts", DataType::kInt32, vector}},
                   defs, signatures);
}

absl::StatusOr<TensorMap> RunTaggerSignature(const TensorMap& inputs, const TagTexts& tag) {
  TIQU_ASSIGN_OR_RETURN(const auto* texts, TextsOf(inputs, kTextInput));
  const std::vector<std::string_view> views(texts->begin(), texts->end());
  TIQU_ASSIGN_OR_RETURN(std::vector<answer::TagResult> results, tag(views));
  std::vector<Entities> found;
  for (size_t row = 0; row < results.size(); ++row) {
    if (!results[row].ok()) return Annotate(results[row].status(), absl::StrCat("row ", row));
    found.push_back(*std::move(results[row]));
  }
  return EntityOutputs(std::move(found));
}

}  // namespace tiqu::serving
