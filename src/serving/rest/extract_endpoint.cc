#include "serving/rest/extract_endpoint.h"

#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "answer/jsonl_request.h"
#include "answer/reader.h"
#include "answer/tagger.h"
#include "base/status.h"
#include "base/utf8.h"
#include "serving/json/json_document.h"
#include "serving/json/json_text.h"
#include "serving/models/guarded.h"
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
std::string EntityFields(const ExtractDocument& /*document*/, const std::vector<answer::Entity>& entities) {
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

// A request on its way. The texts lie in `json`.
struct ExtractCall {
  ServableHandle servable;
  JsonDocument json;
  ExtractRequest request;
  std::vector<Fields> results;  // of all documents
  std::vector<size_t> good;     // documents whose texts may be read; the others have their error already
};

void CheckDocuments(const ExtractLimits& limits, ExtractCall* call) {
  for (size_t i = 0; i < call->request.documents.size(); ++i) {
    absl::Status status = CheckTexts(call->request.documents[i], limits);
    if (status.ok()) call->good.push_back(i);
    call->results.push_back(status.ok() ? Fields(std::string()) : Fields(std::move(status)));
  }
}

std::string AnswerBody(const ExtractCall& call) {
  std::string out = absl::StrCat("{\"model_version\":\"", call.servable->version(), "\",\"documents\":");
  char before = '[';
  for (size_t i = 0; i < call.results.size(); ++i) {
    out.push_back(std::exchange(before, ','));
    AppendDocument(call.request.documents[i], call.results[i], &out);
  }
  out.append("]}");
  return out;
}

// Of a request with one document, whose error is that of the request.
absl::StatusOr<std::string> SingleAnswerBody(const ExtractCall& call) {
  TIQU_RETURN_IF_ERROR(call.results.front().status());
  std::string out;
  AppendDocument(call.request.documents.front(), call.results.front(), &out);
  return out.insert(1, absl::StrCat("\"model_version\":\"", call.servable->version(), "\","));
}

// `fields_of` writes the fields of one document, from what was found in it.
template <typename Results, typename FieldsOf>
absl::StatusOr<std::string> Finish(Results found, const FieldsOf& fields_of, ExtractCall* call) {
  TIQU_RETURN_IF_ERROR(found.status());
  for (size_t k = 0; k < call->good.size(); ++k) {
    const auto& one = (*found)[k];
    const ExtractDocument& document = call->request.documents[call->good[k]];
    call->results[call->good[k]] = one.ok() ? Fields(fields_of(document, *one)) : Fields(one.status());
  }
  return call->request.several ? AnswerBody(*call) : SingleAnswerBody(*call);
}

void StartReadingDocuments(std::shared_ptr<ExtractCall> call, const RunLimits& run_limits, ExtractDone done) {
  std::vector<answer::Request> asked;
  for (const size_t i : call->good)
    asked.push_back({call->request.documents[i].passage, call->request.documents[i].questions});
  const Servable& servable = *call->servable;
  decode::AnswerRules rules = servable.reader()->rules();
  if (call->request.threshold) rules.threshold = *call->request.threshold;
  servable.StartReading(std::move(asked), rules, run_limits, [call, done = std::move(done)](ReadResults read) {
    done(Guarded([&] { return Finish(std::move(read), ResultFields, call.get()); }));
  });
}

void StartTaggingDocuments(std::shared_ptr<ExtractCall> call, const RunLimits& run_limits, ExtractDone done) {
  std::vector<std::string_view> texts;
  for (const size_t i : call->good) texts.push_back(call->request.documents[i].passage);
  const Servable& servable = *call->servable;
  const float threshold = call->request.threshold.value_or(servable.tagger()->threshold());
  servable.StartTagging(std::move(texts), threshold, run_limits, [call, done = std::move(done)](TagResults tagged) {
    done(Guarded([&] { return Finish(std::move(tagged), EntityFields, call.get()); }));
  });
}

absl::Status TakesNoText(const Servable& servable) {
  return absl::FailedPreconditionError(
      absl::StrCat("model ", servable.model_name(), " version ", servable.version(),
                   " is not a Tiqu reader or tagger: it takes tensors, by :predict, and no texts (GET /v1/models/",
                   servable.model_name(), "/metadata shows its signatures)"));
}

absl::StatusOr<std::shared_ptr<ExtractCall>> ReadCall(ServableHandle servable, std::string_view body,
                                                      const ExtractLimits& limits) {
  TIQU_ASSIGN_OR_RETURN(JsonDocument json, JsonDocument::Parse(body));
  const bool tags = servable->tagger() != nullptr;
  if (!tags && servable->reader() == nullptr) return TakesNoText(*servable);
  const ExtractForm form = tags ? ExtractForm::kText : ExtractForm::kQuestions;
  TIQU_ASSIGN_OR_RETURN(ExtractRequest request, ReadExtractRequest(json, form, limits));
  auto call =
      std::make_shared<ExtractCall>(ExtractCall{std::move(servable), std::move(json), std::move(request), {}, {}});
  CheckDocuments(limits, call.get());
  return call;
}

}  // namespace

void StartExtract(ServableHandle servable, std::string_view body, const ExtractLimits& limits,
                  const RunLimits& run_limits, ExtractDone done) {
  const bool tags = servable->tagger() != nullptr;
  auto call = ReadCall(std::move(servable), body, limits);
  if (!call.ok()) return done(call.status());
  const auto start = tags ? StartTaggingDocuments : StartReadingDocuments;
  start(*std::move(call), run_limits, std::move(done));
}

}  // namespace tiqu::serving
