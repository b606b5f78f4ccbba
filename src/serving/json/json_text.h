// Strings as JSON, and JSON values as they are quoted in messages.
//
// Thread safety: free functions.
#pragma once

#include <string>
#include <string_view>

#include "serving/json/json_document.h"

namespace tiqu::serving {

// Quoted; control characters, quotes and backslashes escaped, everything else as it is.
void AppendJsonString(std::string_view text, std::string* out);

// At most `limit` bytes of it, with "..." where something was left out; never half a character of UTF-8.
std::string CutText(std::string_view text, size_t limit);

// The value on one line, cut at about 256 bytes.
std::string DescribeJson(const JsonValue& value);

// "Null", "False", "True", "Object", "Array", "String" or "Number".
const char* JsonTypeName(const JsonValue& value);

// The body of an answer that reports an error; valid UTF-8 whatever the message quotes.
std::string ErrorBody(std::string_view message);

}  // namespace tiqu::serving
