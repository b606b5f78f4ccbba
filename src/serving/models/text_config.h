// Configuration files in protobuf's text format.
//
//   pb::BatchingParameters parameters;
//   TIQU_RETURN_IF_ERROR(ParseTextConfig("max_batch_size { value: 8 }", &parameters));
//
// Thread safety: free functions.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "google/protobuf/message.h"

namespace tiqu::serving {

// Errors: INVALID_ARGUMENT "Error parsing text-format NAME: LINE:COLUMN: what is wrong" with the message's full name.
// The message then holds what was understood so far.
absl::Status ParseTextConfig(std::string_view text, google::protobuf::Message* message);

// The same from a file. Errors: also those of ReadFile; all name the file.
absl::Status ReadTextConfig(const std::string& path, google::protobuf::Message* message);

}  // namespace tiqu::serving
