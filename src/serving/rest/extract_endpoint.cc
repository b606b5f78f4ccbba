#include "serving/rest/extract_endpoint.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "answer/jsonl_request.h"
#include "answer/reader.h"
#include "base/status.h"
#include "base/utf8.h"
#include "serving/json/json_text.h"
#include "serving/rest/extract_request.h"

namespace tiqu::serving {
namespace {

using Replies = answer::RequestResult;

// [{"question": Q, "answers": [...], "no_answer": p}, ...]
void AppendResults(const ExtractDocument& document, const std::vector<Reply>& replies, std::string* out) {
  out->append("\"results\":");
  char before = '[';
  for (size_t i = 0; i < replies.size(); ++i) {
    out->push_back(std::exchange(before, ','));
    out->append("{\"question\":");
    AppendJsonString(document.questions[i], out);
    // The reply's own fields follow the question.
    const size_t brace = out->size();
    answer::AppendReply(replies[i], out);
    (*out)[brace] = ',';
  }
  out->push_back(']');
}

void AppendDocument(const ExtractDocument& document, const Replies& replies, std::string* out) {
  out->push_back('{');
  if (!document.id.empty()) absl::StrAppend(out, "\"id\":", document.id, ",");
  if (replies.ok()) {
    AppendResults(document, *replies, out);
  } else {
    out->append("\"error\":");
    const absl::string_view message = replies.status().message();
    AppendJsonString(ReplaceInvalidUtf8({message.data(), message.size()}), out);
  }
  out->push_back('}');
}

// One result a document; the texts that may be read go to the reader together.
absl::StatusOr<std::vector<Replies>> ReadDocuments(const Servable& servable, const ExtractRequest& request,
                                                   const ExtractLimits& limits, const RunLimits& run_limits) {
  std::vector<Replies> results;
  std::vector<answer::Request> asked;
  for (const ExtractDocument& document : request.documents) {
    if (absl::Status status = CheckTexts(document, limits); !status.ok()) {
      results.emplace_back(std::move(status));
      continue;
    }
    results.emplace_back(std::vector<Reply>());
    asked.push_back({document.passage, document.questions});
  }
  decode::AnswerRules rules = servable.reader()->rules();
  if (request.threshold) rules.threshold = *request.threshold;
  TIQU_ASSIGN_OR_RETURN(std::vector<Replies> read, servable.ReadTexts(asked, rules, run_limits));
  size_t next = 0;
  for (Replies& result : results) {
    if (result.ok()) result = std::move(read[next++]);
  }
  return results;
}

absl::Status NoReader(const Servable& servable) {
  return absl::FailedPreconditionError(
      absl::StrCat("model ", servable.model_name(), " version ", servable.version(),
                   " is not a Tiqu reader: it takes tensors, by :predict, and no texts (GET /v1/models/",
                   servable.model_name(), "/metadata shows its signatures)"));
}

}  // namespace

absl::StatusOr<std::string> Extract(const Servable& servable, std::string_view body, const ExtractLimits& limits,
                                    const RunLimits& run_limits) {
  TIQU_ASSIGN_OR_RETURN(const JsonDocument json, JsonDocument::Parse(body));
  if (servable.reader() == nullptr) return NoReader(servable);
  TIQU_ASSIGN_OR_RETURN(const ExtractRequest request, ReadExtractRequest(json, limits));
  TIQU_ASSIGN_OR_RETURN(const std::vector<Replies> results, ReadDocuments(servable, request, limits, run_limits));
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
