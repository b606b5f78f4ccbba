// Which model, version and verb the target of a request names: TensorFlow Serving's patterns, matched by hand against
// path, query and fragment as they were sent.
//
//   POST /v1/models/NAME[/versions/N | /labels/L]:predict        GET /v1/models[/NAME][/versions/N |
//   /labels/L][/metadata]
//
// Words of the path are read in any case, the verb only in small letters. NAME and L are percent-decoded after that, so
// an encoded slash may stand in them.
//
// Thread safety: free functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace tiqu::serving {

struct ModelPath {
  std::string model;                 // decoded; empty when the path names none
  std::string version;               // digits; empty: none
  std::optional<std::string> label;  // decoded
  std::string verb;                  // of a POST: "predict", "PREDICT", ...
  bool metadata = false;             // of a GET
};

// Whether the REST interface answers it at all: /v1/ and anything.
bool IsRestPath(std::string_view target);

// Nothing when the pattern does not match.
std::optional<ModelPath> MatchPost(std::string_view target);
std::optional<ModelPath> MatchGet(std::string_view target);

// %41 -> A; what is no escape stays as it is.
std::string PercentDecode(std::string_view text);

// The target without scheme and authority, as proxies send them: "http://host/v1/x" -> "/v1/x".
std::string_view WithoutAuthority(std::string_view target);

// What stands before the query.
std::string_view PathOnly(std::string_view target);

}  // namespace tiqu::serving
