// The flags of verbs that read labelled data (docs/data.md).
#pragma once

#include <string>

#include "CLI/CLI.hpp"
#include "absl/status/statusor.h"
#include "data/read_options.h"

namespace tiqu::cli {

struct ReadingFlags {
  std::string format = "auto";
  std::string labels;  // file of a label map
  std::string join_at;
  bool answer_sets = false;
  bool single = false;
};

void AddReadingFlags(CLI::App* verb, ReadingFlags* flags);

// Errors: INVALID_ARGUMENT (no such format, a label map that is not one), NOT_FOUND (no such label map).
absl::StatusOr<data::ReadOptions> ResolveReadingFlags(const ReadingFlags& flags);

}  // namespace tiqu::cli
