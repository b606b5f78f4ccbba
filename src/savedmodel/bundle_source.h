// Where the bytes of a bundle's shards come from: files, or memory in tests and fuzzers.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace tiqu::savedmodel {

class BundleSource {
 public:
  virtual ~BundleSource() = default;
  // Called once before anything else.
  virtual absl::Status SetShardCount(int count) = 0;
  virtual absl::StatusOr<int64_t> ShardSize(int shard) = 0;
  // REQUIRES: [offset, offset + size) lies within the shard
  virtual absl::Status Read(int shard, int64_t offset, int64_t size, void* out) = 0;
};

// Opens PREFIX.data-SSSSS-of-NNNNN when it is first asked for.
std::unique_ptr<BundleSource> MakeFileSource(const std::string& prefix);
// One shard that holds `bytes`, which must outlive the source.
std::unique_ptr<BundleSource> MakeMemorySource(std::string_view bytes);

// "variables/variables.data-00000-of-00001"
std::string ShardPath(const std::string& prefix, int shard, int count);

}  // namespace tiqu::savedmodel
