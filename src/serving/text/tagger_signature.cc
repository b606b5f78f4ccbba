#include <algorithm>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "serving/text/signature_builder.h"
#include "serving/text/text_rows.h"
#include "serving/text/text_signatures.h"

namespace tiqu::serving {
namespace {

using Entities = std::vector<answer::Entity>;

TensorMap EntityOutputs(std::vector<Entities> found) {
  const auto rows = static_cast<int64_t>(found.size());
  int64_t most = 0;
  for (const Entities& entities : found) most = std::max<int64_t>(most, entities.size());
  Tensor types(DataType::kString, {rows, most}), texts(DataType::kString, {rows, most});
  Tensor begins(DataType::kInt32, {rows, most}), ends(DataType::kInt32, {rows, most});
  Tensor scores(DataType::kFloat, {rows, most}), counts(DataType::kInt32, {rows});
  std::fill_n(begins.data<int32_t>(), rows * most, -1);
  std::fill_n(ends.data<int32_t>(), rows * most, -1);
  for (int64_t row = 0; row < rows; ++row) {
    counts.data<int32_t>()[row] = static_cast<int32_t>(found[row].size());
    int64_t at = row * most;
    for (answer::Entity& entity : found[row]) {
      types.strings()[at] = std::move(entity.type);
      texts.strings()[at] = std::move(entity.text);
      begins.data<int32_t>()[at] = entity.begin;
      ends.data<int32_t>()[at] = entity.end;
      scores.data<float>()[at++] = entity.score;
    }
  }
  return {{"types", types}, {"entities", texts}, {"begins", begins},
          {"ends", ends},   {"scores", scores},  {"counts", counts}};
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
