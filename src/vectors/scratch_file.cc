#include "vectors/scratch_file.h"

#include <stdlib.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "fmt/format.h"

namespace tiqu::vectors {
namespace {

constexpr size_t kBufferBytes = size_t{1} << 20;

absl::Status ErrorAt(std::string_view what, const std::string& folder, int error) {
  const std::string message = fmt::format("cannot {} a temporary file in {}: {}", what, folder, std::strerror(error));
  return absl::Status(error == ENOSPC ? absl::StatusCode::kResourceExhausted : absl::ErrnoToStatusCode(error), message);
}

}  // namespace

ScratchFile::ScratchFile(int fd, std::string folder) : fd_(fd), folder_(std::move(folder)) {}

ScratchFile::ScratchFile(ScratchFile&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), folder_(std::move(other.folder_)), buffer_(std::move(other.buffer_)) {}

ScratchFile::~ScratchFile() {
  if (fd_ >= 0) close(fd_);
}

absl::StatusOr<ScratchFile> ScratchFile::Create(const std::string& folder) {
  std::string name = (folder.empty() ? "." : folder) + "/.tiqu-XXXXXX";
  const int fd = mkstemp(name.data());
  if (fd < 0) return ErrorAt("create", folder, errno);
  unlink(name.c_str());
  return ScratchFile(fd, folder);
}

absl::Status ScratchFile::Write(std::string_view bytes) {
  buffer_.append(bytes);
  return buffer_.size() < kBufferBytes ? absl::OkStatus() : Flush();
}

absl::Status ScratchFile::Flush() {
  std::string_view rest = buffer_;
  while (!rest.empty()) {
    const ssize_t written = write(fd_, rest.data(), rest.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return ErrorAt("write", folder_, errno);
    rest.remove_prefix(static_cast<size_t>(written));
  }
  buffer_.clear();
  return absl::OkStatus();
}

std::string ScratchFile::path() const { return fmt::format("/proc/self/fd/{}", fd_); }

}  // namespace tiqu::vectors
