#include "savedmodel/bundle_source.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>

#include "base/status.h"
#include "fmt/format.h"

namespace tiqu::savedmodel {
namespace {

constexpr int kMaxShards = 99999;  // what the file name's five digits can say

class FileSource : public BundleSource {
 public:
  explicit FileSource(std::string prefix) : prefix_(std::move(prefix)) {}
  ~FileSource() override {
    for (const Shard& shard : shards_) {
      if (shard.fd >= 0) close(shard.fd);
    }
  }

  absl::Status SetShardCount(int count) override {
    if (count < 1 || count > kMaxShards) {
      return absl::DataLossError(fmt::format("the bundle has {} shards (1 to {})", count, kMaxShards));
    }
    shards_.resize(count);
    return absl::OkStatus();
  }

  absl::StatusOr<int64_t> ShardSize(int shard) override {
    if (shard < 0 || shard >= static_cast<int>(shards_.size())) {
      return absl::DataLossError(fmt::format("shard {} does not exist, there are {}", shard, shards_.size()));
    }
    if (shards_[shard].fd < 0) TIQU_RETURN_IF_ERROR(Open(shard));
    return shards_[shard].size;
  }

  absl::Status Read(int shard, int64_t offset, int64_t size, void* out) override {
    auto* bytes = static_cast<char*>(out);
    while (size > 0) {
      const ssize_t count = pread(shards_[shard].fd, bytes, size, offset);
      if (count < 0 && errno == EINTR) continue;
      if (count <= 0) return absl::DataLossError("cannot read " + ShardPath(prefix_, shard, shards_.size()));
      bytes += count;
      offset += count;
      size -= count;
    }
    return absl::OkStatus();
  }

 private:
  struct Shard {
    int fd = -1;
    int64_t size = 0;
  };

  absl::Status Open(int shard) {
    const std::string path = ShardPath(prefix_, shard, shards_.size());
    Shard& opened = shards_[shard];
    opened.fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    struct stat info;
    if (opened.fd < 0 || fstat(opened.fd, &info) != 0) {
      const std::string reason = std::generic_category().message(errno);
      return absl::Status(absl::ErrnoToStatusCode(errno), fmt::format("cannot open {}: {}", path, reason));
    }
    opened.size = info.st_size;
    return absl::OkStatus();
  }

  std::string prefix_;
  std::vector<Shard> shards_;
};

class MemorySource : public BundleSource {
 public:
  explicit MemorySource(std::string_view bytes) : bytes_(bytes) {}

  absl::Status SetShardCount(int count) override {
    return count == 1 ? absl::OkStatus() : absl::DataLossError(fmt::format("the bundle has {} shards, not 1", count));
  }
  absl::StatusOr<int64_t> ShardSize(int shard) override {
    if (shard != 0) return absl::DataLossError(fmt::format("shard {} does not exist, there is 1", shard));
    return static_cast<int64_t>(bytes_.size());
  }
  absl::Status Read(int, int64_t offset, int64_t size, void* out) override {
    if (size > 0) std::memcpy(out, bytes_.data() + offset, size);
    return absl::OkStatus();
  }

 private:
  std::string_view bytes_;
};

}  // namespace

std::unique_ptr<BundleSource> MakeFileSource(const std::string& prefix) { return std::make_unique<FileSource>(prefix); }

std::unique_ptr<BundleSource> MakeMemorySource(std::string_view bytes) { return std::make_unique<MemorySource>(bytes); }

std::string ShardPath(const std::string& prefix, int shard, int count) {
  return fmt::format("{}.data-{:05}-of-{:05}", prefix, shard, count);
}

}  // namespace tiqu::savedmodel
