// What lies under a model's base path: its versions, and whether a version's files change.
//
//   models/qa/1, models/qa/00000002, models/qa/tmp_3   ->   {1: ".../1", 2: ".../00000002"}
//
// Thread safety: free functions.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "serving_config.pb.h"

namespace tiqu::serving {

// The number that a name stands for: digits alone, leading zeros allowed, at most the greatest int64. -1: none.
int64_t ParseVersion(std::string_view name);

// Every child, file or folder, whose name is a number. Of two names with one number the first in order is taken.
// Errors: NOT_FOUND "Could not find base path ...".
absl::StatusOr<std::map<int64_t, std::string>> ListVersions(const std::string& base_path);

// Those of the versions that the policy takes: by default the highest.
std::map<int64_t, std::string> ChooseVersions(
    const std::map<int64_t, std::string>& versions,
    const tensorflow::serving::FileSystemStoragePathSourceConfig::ServableVersionPolicy& policy);

// Names, sizes, times and inodes of all that lies under a path, as one number: another number means other content.
struct FolderPrint {
  uint64_t value = 0;
  absl::Time newest = absl::InfinitePast();  // last time that a file under it was written
};
FolderPrint PrintFolder(const std::string& path);

}  // namespace tiqu::serving
