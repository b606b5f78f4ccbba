#include "serving/text/text_signatures.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "serving/inference/example_signature.h"
#include "serving/models/guarded.h"
#include "serving/text/signature_builder.h"
#include "serving/text/span_outputs.h"
#include "serving/text/text_rows.h"

namespace tiqu::serving {
namespace {

using tensorflow::SignatureDef;

// Least score of a candidate that classify lists.
constexpr float kCandidateThreshold = 0.01F;

// A run of a signature. The requests point into the inputs or the examples.
struct TextRun {
  TensorMap inputs;
  ExampleTexts examples;
  std::vector<answer::Request> requests;
  decode::AnswerRules rules;
};

absl::Status ReadInputs(const SignatureDef& def, const decode::AnswerRules& rules, TextRun* run) {
  std::vector<TextRow> rows;
  run->rules = rules;
  if (def.method_name() == kExtractMethod) {
    TIQU_ASSIGN_OR_RETURN(rows, RowsOfTexts(run->inputs));
  } else {
    TIQU_ASSIGN_OR_RETURN(run->examples, TextsOfExamples(run->inputs));
    rows = run->examples.rows();
  }
  if (def.method_name() == kClassifyMethod) {
    run->rules.threshold = std::min(rules.threshold, kCandidateThreshold);
    run->rules.no_answer_threshold = 1.0F;
  }
  for (const TextRow& row : rows) run->requests.push_back({row.passage, {row.question}});
  return absl::OkStatus();
}

absl::StatusOr<std::vector<Reply>> RepliesOf(ReadResults results) {
  TIQU_RETURN_IF_ERROR(results.status());
  std::vector<Reply> replies;
  for (size_t i = 0; i < results->size(); ++i) {
    answer::RequestResult& row = (*results)[i];
    if (!row.ok()) return Annotate(row.status(), absl::StrCat("row ", i));
    replies.push_back(std::move(row->front()));
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

TensorMap OutputsOf(const std::string& method, std::vector<Reply> replies) {
  if (method == kExtractMethod) return ExtractOutputs(std::move(replies));
  return method == kClassifyMethod ? ClassifyOutputs(std::move(replies)) : RegressOutputs(replies);
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

void StartTextSignature(const SignatureDef& def, TensorMap inputs, const decode::AnswerRules& rules,
                        const StartReading& read, RunDone done) {
  const auto run = std::make_shared<TextRun>();
  run->inputs = std::move(inputs);
  if (const absl::Status status = ReadInputs(def, rules, run.get()); !status.ok()) return done(status);
  read(std::move(run->requests), run->rules, [run, &def, done = std::move(done)](ReadResults results) {
    done(Guarded([&]() -> absl::StatusOr<TensorMap> {
      TIQU_ASSIGN_OR_RETURN(std::vector<Reply> replies, RepliesOf(std::move(results)));
      return OutputsOf(def.method_name(), std::move(replies));
    }));
  });
}

}  // namespace tiqu::serving
