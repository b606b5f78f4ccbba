// Reads a whole table file (LevelDB's sorted table, as TensorFlow writes it for variables.index) that may come from
// outside: every length is checked against the file before anything is allocated. docs/formats/tensor_bundle.md draws
// it.
//
// LevelDB's own reader is not used here because it allocates what a block handle asks for before it looks at the file.
//
// Thread safety: a free function without state.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"

namespace tiqu::savedmodel {

using TableEntries = std::vector<std::pair<std::string, std::string>>;  // key, value; keys ascending

// Blocks may be plain or Snappy compressed. Errors: DATA_LOSS naming what is damaged, UNIMPLEMENTED (another
// compression).
absl::StatusOr<TableEntries> ReadTable(std::string_view file);

}  // namespace tiqu::savedmodel
