#include <memory>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "serving/models/guarded.h"
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

absl::StatusOr<TensorMap> OutputsOfTags(TagResults results) {
  TIQU_RETURN_IF_ERROR(results.status());
  std::vector<Entities> found;
  for (size_t row = 0; row < results->size(); ++row) {
    answer::TagResult& entities = (*results)[row];
    if (!entities.ok()) return Annotate(entities.status(), absl::StrCat("row ", row));
    found.push_back(*std::move(entities));
  }
  return EntityOutputs(std::move(found));
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

void StartTaggerSignature(TensorMap inputs, const StartTagging& tag, RunDone done) {
  const auto held = std::make_shared<const TensorMap>(std::move(inputs));  // what the views point into
  const auto texts = TextsOf(*held, kTextInput);
  if (!texts.ok()) return done(texts.status());
  tag({(*texts)->begin(), (*texts)->end()}, [held, done = std::move(done)](TagResults results) {
    done(Guarded([&] { return OutputsOfTags(std::move(results)); }));
  });
}

}  // namespace tiqu::serving
