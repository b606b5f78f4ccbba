// A string as JSON text: quoted, escaped, other characters as they are (UTF-8).
//
// Thread safety: free functions.
#pragma once

#include <string>
#include <string_view>

namespace tiqu::data {

void AppendJsonString(std::string_view text, std::string* out);

}  // namespace tiqu::data
