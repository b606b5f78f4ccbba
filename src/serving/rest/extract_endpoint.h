// POST /v1/models/NAME:extract: text in, answers out, on models that are Tiqu readers.
//
//   {"passage": P, "questions": [Q, Q]}                 one passage, many questions
//   {"passage": P, "question": Q, "threshold": 0.3}     one
//   {"documents": [{"id": 7, "passage": P, "questions": [Q]}, ...]}
//
//   {"model_version": "1", "results": [{"question": Q, "answers": [{"text", "begin", "end", "score"}], "no_answer":
//   p}]}
//   {"model_version": "1", "documents": [{"id": 7, "results": [...]}, {"id": 8, "error": "..."}]}
//
// On a tagger "text" or "passage" alone, and "entities" in the place of "results":
//
//   {"text": T}  ->  {"model_version": "1", "entities": [{"type", "text", "begin", "end", "score"}]}
//
// An id is a string or a number and comes back as it was. Offsets count Unicode code points of the passage as it was
// sent. A document that cannot be read has its error in its place; a request with one passage is refused with it.
//
// Thread safety: free functions.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "serving/models/run_limits.h"
#include "serving/models/servable.h"

namespace tiqu::serving {

struct ExtractLimits {
  int64_t passage_chars = 1000000;  // Unicode code points
  int64_t question_chars = 1000;
  int64_t questions = 1000;  // of one request, over all its documents
  int64_t documents = 1000;
};

// The body of the answer, which `done` is given once, before this returns or later, on any thread; it must not throw.
// `body` need not last, the servable is held. Errors: INVALID_ARGUMENT (the body's form, a text that is empty, too long
// or not UTF-8, more questions than the limit), FAILED_PRECONDITION (the model is no reader), DEADLINE_EXCEEDED,
// CANCELLED, RESOURCE_EXHAUSTED (memory), UNAVAILABLE (too many wait).
using ExtractDone = std::function<void(absl::StatusOr<std::string> body)>;
void StartExtract(ServableHandle servable, std::string_view body, const ExtractLimits& limits,
                  const RunLimits& run_limits, ExtractDone done);

}  // namespace tiqu::serving
