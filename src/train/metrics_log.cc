#include "train/metrics_log.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "fmt/format.h"

namespace tiqu::train {
namespace {

absl::Status Failed(const std::string& path, const char* what) {
  const std::string message = fmt::format("{}: {}: {}", path, what, std::strerror(errno));
  return errno == ENOSPC ? absl::ResourceExhaustedError(message) : absl::UnknownError(message);
}

}  // namespace

MetricsLog::~MetricsLog() {
  if (file_ >= 0) close(file_);
}

absl::Status MetricsLog::Open(const std::string& path, int64_t bytes) {
  path_ = path;
  file_ = open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
  if (file_ < 0) return Failed(path, "cannot be opened");
  struct stat info {};
  if (fstat(file_, &info) != 0) return Failed(path, "cannot be looked at");
  bytes_ = std::min<int64_t>(bytes, info.st_size);
  if (ftruncate(file_, bytes_) != 0 || lseek(file_, bytes_, SEEK_SET) < 0) return Failed(path, "cannot be cut");
  return absl::OkStatus();
}

absl::Status MetricsLog::Write(const nlohmann::json& line) {
  const std::string text = line.dump() + "\n";
  for (size_t done = 0; done < text.size();) {
    const ssize_t count = write(file_, text.data() + done, text.size() - done);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return Failed(path_, "cannot be written");
    done += static_cast<size_t>(count);
  }
  bytes_ += static_cast<int64_t>(text.size());
  return absl::OkStatus();
}

}  // namespace tiqu::train
