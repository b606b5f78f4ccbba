// The body of an extract request.
//
// Thread safety: free functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "serving/json/json_document.h"
#include "serving/rest/extract_endpoint.h"

namespace tiqu::serving {

// Views into the JSON document, which must live as long.
struct ExtractDocument {
  std::string id;  // as JSON; empty: none
  std::string_view passage;
  std::vector<std::string_view> questions;  // none for a tagger
};

struct ExtractRequest {
  bool several = false;  // came as "documents"
  std::vector<ExtractDocument> documents;
  std::optional<float> threshold;
};

// What the documents of a request hold.
enum class ExtractForm {
  kQuestions,  // "passage" with "question" or "questions", for readers
  kText,       // "text" or "passage" alone, for taggers
};

// Errors: INVALID_ARGUMENT; the message shows a valid request.
absl::StatusOr<ExtractRequest> ReadExtractRequest(const JsonDocument& body, ExtractForm form,
                                                  const ExtractLimits& limits);

// OK when the texts may be read. Errors: INVALID_ARGUMENT (empty, too long, not UTF-8), naming the text and the limit.
absl::Status CheckTexts(const ExtractDocument& document, const ExtractLimits& limits);

}  // namespace tiqu::serving
