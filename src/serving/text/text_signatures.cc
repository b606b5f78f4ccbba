#include "serving/text/text_signatures.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "serving/inference/example_signature.h"
#include "serving/text/signature_builder.h"
#include "serving/text/span_outputs.h"
#include "serving/text/text_rows.h"

namespace tiqu::serving {
namespace {

using tensorflow::SignatureDef;

// Least score of a candidate that classify lists.
constexpr float kCandidateThreshold = 0.01F;

absl::StatusOr<std::vector<Reply>> ReadRows(std::span<const TextRow> rows, const decode::AnswerRules& rules,
                                            const ReadTexts& read) {
  std::vector<answer::Request> requests;
  for (const TextRow& row : rows) requests.push_back({row.passage, {row.question}});
  TIQU_ASSIGN_OR_RETURN(std::vector<answer::RequestResult> results, read(requests, rules));
  std::vector<Reply> replies;
  for (size_t i = 0; i < results.size(); ++i) {
    if (!results[i].ok()) return Annotate(results[i].status(), absl::StrCat("row ", i));
    replies.push_back(std::move(results[i]->front()));
  }
  return replies;
}

TensorMap ExtractOutputs(std::vector<Reply> replies) {
  std::vector<std::vector<Answer>> found;
  Tensor no_answer(DataType::kFloat, {static_cast<int64_t>(replies.size())});
  for (Reply& reply : replies) {
    no_answer.data<float>()[found.size()] = reply.no_answer;
    found.push_back(std::move(reply.answers));
  }
  TensorMap outputs = SpanNumbers(found);
  outputs["answers"] = SpanTexts(&found, [](Answer& answer) -> std::string& { return answer.text; });
  outputs["no_answer"] = std::move(no_answer);
  return outputs;
}

TensorMap ClassifyOutputs(std::vector<Reply> replies) {
  for (Reply& reply : replies) {
    std::stable_sort(reply.answers.begin(), reply.answers.end(),
                     [](const Answer& a, const Answer& b) { return a.score > b.score; });
  }
  TensorMap outputs = ExtractOutputs(std::move(replies));
  return {{kClassesOutput, std::move(outputs.at("answers"))}, {kScoresOutput, std::move(outputs.at("scores"))}};
}

TensorMap RegressOutputs(const std::vector<Reply>& replies) {
  Tensor values(DataType::kFloat, {static_cast<int64_t>(replies.size())});
  for (size_t row = 0; row < replies.size(); ++row) values.data<float>()[row] = 1.0F - replies[row].no_answer;
  return {{kRegressOutput, std::move(values)}};
}

}  // namespace

void AddTextSignatures(SignatureDefs* defs, std::map<std::string, engine::Signature>* signatures) {
  const Shape vector = {-1}, matrix = {-1, -1};
  AddTextSignature({kExtractSignature, kExtractMethod},
                   {{kQuestionInput, DataType::kString, vector}, {kPassageInput, DataType::kString, vector}},
                   {{"answers", DataType::kString, matrix},
                    {"begins", DataType::kInt32, matrix},
                    {"ends", DataType::kInt32, matrix},
                    {"scores", DataType::kFloat, matrix},
                    {"counts", DataType::kInt32, vector},
                    {"no_answer", DataType::kFloat, vector}},
                   defs, signatures);
  const std::vector<SignatureField> examples = {{kExamplesInput, DataType::kString, vector}};
  AddTextSignature({kTextClassifySignature, kClassifyMethod}, examples,
                   {{kClassesOutput, DataType::kString, matrix}, {kScoresOutput, DataType::kFloat, matrix}}, defs,
                   signatures);
  AddTextSignature({kTextRegressSignature, kRegressMethod}, examples, {{kRegressOutput, DataType::kFloat, vector}},
                   defs, signatures);
}

bool IsTextSignature(const SignatureDef& def) {
  return !def.inputs().empty() && def.inputs().begin()->second.name().starts_with(kTextTensorPrefix);
}

absl::StatusOr<TensorMap> RunTextSignature(const SignatureDef& def, const TensorMap& inputs,
                                           const decode::AnswerRules& rules, const ReadTexts& read) {
  if (def.method_name() == kExtractMethod) {
    TIQU_ASSIGN_OR_RETURN(const std::vector<TextRow> rows, RowsOfTexts(inputs));
    TIQU_ASSIGN_OR_RETURN(std::vector<Reply> replies, ReadRows(rows, rules, read));
    return ExtractOutputs(std::move(replies));
  }
  TIQU_ASSIGN_OR_RETURN(const ExampleTexts texts, TextsOfExamples(inputs));
  const bool classify = def.method_name() == kClassifyMethod;
  decode::AnswerRules candidates = rules;
  if (classify) {
    candidates.threshold = std::min(rules.threshold, kCandidateThreshold);
    candidates.no_answer_threshold = 1.0F;
  }
  TIQU_ASSIGN_OR_RETURN(std::vector<Reply> replies, ReadRows(texts.rows(), candidates, read));
  return classify ? ClassifyOutputs(std::move(replies)) : RegressOutputs(replies);
}

}  // namespace tiqu::serving
