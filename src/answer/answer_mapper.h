// Spans of the normalised passage back to the passage as it was sent.
//
// Thread safety: free functions.
#pragma once

#include <string_view>

#include "decode/answers.h"
#include "text/normalizer.h"
#include "tiqu/extractor.h"

namespace tiqu::answer {

// White space at both ends of a span is cut off; what is left empty, or runs into the answer before it because one
// source character became several, is dropped. `passage` is the source of `text`.
Reply MapToSource(const decode::DecodedAnswers& decoded, const text::NormalizedText& text, std::string_view passage);

}  // namespace tiqu::answer
