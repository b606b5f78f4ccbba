// The vocabularies of a version folder.
//
// Thread safety: free functions without state.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "text/vocabulary.h"

namespace tiqu::answer {

// assets/NAME. Errors: DATA_LOSS naming the file: missing or damaged.
absl::StatusOr<text::Vocabulary> LoadVocabulary(const std::string& version_dir, const std::string& name);

}  // namespace tiqu::answer
