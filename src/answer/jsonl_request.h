// The lines of `tiqu extract`: a request read, a result written.
//
//   {"id": 7, "question": Q, "passage": P}           ->
//   {"id":7,"answers":[{"text","begin","end","score"}],"no_answer":p}
//   {"id": 8, "passage": P, "questions": [Q, Q]}     ->  {"id":8,"results":[{"answers":[...],"no_answer":p}, ...]}
//   something else, on line 9                        ->  {"id":null,"error":{"line":9,"message":"..."}}
//
// For a tagger:
//
//   {"id": 7, "text": T} or {"id": 7, "passage": T}  ->  {"id":7,"entities":[{"type","text","begin","end","score"}]}
//
// A question of the list may also be an object with a field "question", as labelled data has them.
// An id may be any JSON value and comes back as it was; it is null when there is none. Other fields are ignored.
//
// Thread safety: free functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "answer/tagger.h"
#include "tiqu/extractor.h"

namespace tiqu::answer {

struct LineRequest {
  std::string id = "null";  // as JSON
  std::string passage;
  std::vector<std::string> questions;
  bool several = false;  // came as "questions": the answer is a list
};

// `request->id` is filled in as far as it can be read, also when an error is returned.
// Errors: INVALID_ARGUMENT (names the byte that is not UTF-8, the place that is not JSON, the field that is missing).
absl::Status ParseLine(std::string_view line, LineRequest* request);

// For a tagger: fills in id and passage. The same errors.
absl::Status ParseTextLine(std::string_view line, LineRequest* request);

// {"answers":[...],"no_answer":p}, the form of `tiqu ask --json`.
void AppendReply(const Reply& reply, std::string* out);

// [{"type","text","begin","end","score"}, ...]
void AppendEntities(const std::vector<Entity>& entities, std::string* out);

// A whole line with its end.
void AppendEntityLine(const LineRequest& request, const std::vector<Entity>& entities, std::string* out);
void AppendResultLine(const LineRequest& request, const std::vector<Reply>& replies, std::string* out);
void AppendErrorLine(const std::string& id, int64_t line_number, std::string_view message, std::string* out);

}  // namespace tiqu::answer
