#include "serving/rest/extract_endpoint.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "answer/jsonl_request.h"
#include "answer/reader.h"
#include "answer/tagger.h"
#include "base/status.h"
#include "base/utf8.h"
#include "serving/json/json_text.h"
#include "serving/rest/extract_request.h"

namespace tiqu::serving {
namespace {

// What one document comes to: the JSON fields of its answer, or what was wrong with it.
using Fields = absl::StatusOr<std::string>;

// "results":[{"question": Q, "answers": [...], "no_answer": p}, ...]
std::string ResultFields(const ExtractDocument& document, const std::vector<Reply>& replies) {
  std::string out = "\"results\":";
  char before = '[';
  for (size_t i = 0; i < replies.size(); ++i) {
    out.push_back(std::exchange(before, ','));
    out.append("{\"question\":");
    AppendJsonString(document.questions[i], &out);
    // The reply's own fields follow the question.
    const size_t brace = out.size();
    answer::AppendReply(replies[i], &out);
    out[brace] = ',';
  }
  out.push_back(']');
  return out;
}

// "entities":[{"type", "text", "begin", "end", "score"}, ...]
std::string EntityFields(const std::vector<answer::Entity>& entities) {
  std::string out = "\"entities\":";
  answer::AppendEntities(entities, &out);
  return out;
}

void AppendDocument(const ExtractDocument& document, const Fields& fields, std::string* out) {
  out->push_back('{');
  if (!document.id.empty()) absl::StrAppend(out, "\"id\":", document.id, ",");
  if (fields.ok()) {
    out->append(*fields);
  } else {
    out->append("\"error\":");
    const absl::string_view message = fields.status().message();
    AppendJsonString(ReplaceInvalidUtf8({message.data(), message.size()}), out);
  }
  out->push_back('}');
}

// The documents whose texts may be read; the others get their error.
std::vector<size_t> CheckDocuments(const ExtractRequest& request, const ExtractLimits& limits,
                                   std::vector<Fields>* results) {
  std::vector<size_t> good;
  for (size_t i = 0; i < request.documents.size(); ++i) {
    absl::Status status = CheckTexts(request.documents[i], limits);
    if (status.ok()) good.push_back(i);
    results->push_back(status.ok() ? Fields(std::string()) : Fields(std::move(status)));
  }
  return good;
}

absl::StatusOr<std::vector<Fields>> ReadDocuments(const Servable& servable, const ExtractRequest& request,
                                                  const ExtractLimits& limits, const RunLimits& run_limits) {
  std::vector<Fields> results;
  const std::vector<size_t> good = CheckDocuments(request, limits, &results);
  std::vector<answer::Request> asked;
  for (const size_t i : good) asked.push_back({request.documents[i].passage, request.documents[i].questions});
  decode::AnswerRules rules = servable.reader()->rules();
  if (request.threshold) rules.threshold = *request.threshold;
  TIQU_ASSIGN_OR_RETURN(const auto read, servable.ReadTexts(asked, rules, run_limits));
  for (size_t k = 0; k < good.size(); ++k) {
    results[good[k]] =
        read[k].ok() ? Fields(ResultFields(request.documents[good[k]], *read[k])) : Fields(read[k].status());
  }
  return results;
}

absl::StatusOr<std::vector<Fields>> TagDocuments(const Servable& servable, const ExtractRequest& request,
                                                 const ExtractLimits& limits, const RunLimits& run_limits) {
  std::vector<Fields> results;
  const std::vector<size_t> good = CheckDocuments(request, limits, &results);
  std::vector<std::string_view> texts;
  for (const size_t i : good) texts.push_back(request.documents[i].passage);
  const float threshold = request.threshold.value_or(servable.tagger()->threshold());
  TIQU_ASSIGN_OR_RETURN(const auto tagged, servable.TagTexts(texts, threshold, run_limits));
  for (size_t k = 0; k < good.size(); ++k) {
    results[good[k]] = tagged[k].ok() ? Fields(EntityFields(*tagged[k])) : Fields(tagged[k].status());
  }
  return results;
}

absl::Status TakesNoText(const Servable& servable) {
  return absl::FailedPreconditionError(
      absl::StrCat("model ", servable.model_name(), " version ", servable.version(),
                   " is not a Tiqu reader or tagger: it takes tensors, by :predict, and no texts (GET /v1/models/",
                   servable.model_name(), "/metadata shows its signatures)"));
}

}  // namespace

absl::StatusOr<std::string> Extract(const Servable& servable, std::string_view body, const ExtractLimits& limits,
                                    const RunLimits& run_limits) {
  TIQU_ASSIGN_OR_RETURN(const JsonDocument json, JsonDocument::Parse(body));
  const bool tags = servable.tagger() != nullptr;
  if (!tags && servable.reader() == nullptr) return TakesNoText(servable);
  const ExtractForm form = tags ? ExtractForm::kText : ExtractForm::kQuestions;
  TIQU_ASSIGN_OR_RETURN(const ExtractRequest request, ReadExtractRequest(json, form, limits));
  TIQU_ASSIGN_OR_RETURN(const std::vector<Fields> results, tags ? TagDocuments(servable, request, limits, run_limits)
                                                                : ReadDocuments(servable, request, limits, run_limits));
  const std::string version = absl::StrCat("\"model_version\":\"", servable.version(), "\",");
  if (!request.several) {
    if (!results.front().ok()) return results.front().status();
    std::string out;
    AppendDocument(request.documents.front(), results.front(), &out);
    return out.insert(1, version);
  }
  std::string out = absl::StrCat("{", version, "\"documents\":");
  char before = '[';
  for (size_t i = 0; i < results.size(); ++i) {
    out.push_back(std::exchange(before, ','));
    AppendDocument(request.documents[i], results[i], &out);
  }
  out.append("]}");
  return out;
}

}  // namespace tiqu::serving
