#include "serving/rest/http_message.h"

#include "absl/strings/match.h"

namespace tiqu::serving {

std::string_view FindHeader(const HttpHeaders& headers, std::string_view name) {
  for (const auto& [key, value] : headers) {
    if (absl::EqualsIgnoreCase({key.data(), key.size()}, {name.data(), name.size()})) return value;
  }
  return {};
}

}  // namespace tiqu::serving
