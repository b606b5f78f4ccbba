#include "base/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

#include "base/file_internal.h"
#include "base/status.h"
#include "fmt/format.h"

namespace tiqu {

absl::Status FileError(int error, std::string_view what, std::string_view path) {
  const std::string message = fmt::format("{} {}: {}", what, path, std::generic_category().message(error));
  switch (error) {
    case ENOSPC:
    case EDQUOT:
      return absl::ResourceExhaustedError(message);
    case EROFS:
    case EACCES:
    case EPERM:
      return absl::PermissionDeniedError(message);
    default:
      return absl::Status(absl::ErrnoToStatusCode(error), message);
  }
}

absl::Status WriteAll(int fd, std::string_view bytes, const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t written = write(fd, bytes.data(), bytes.size());
    if (written < 0) {
      if (errno == EINTR) continue;
      return FileError(errno, "cannot write", path);
    }
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  return absl::OkStatus();
}

absl::Status SyncPath(const std::string& path) {
  const UniqueFd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  // A folder that may be written but not read can still be renamed in.
  if (fd.get() < 0) return errno == EACCES ? absl::OkStatus() : FileError(errno, "cannot open", path);
  // EINVAL: a file system that cannot flush a folder has nothing to flush there.
  if (fsync(fd.get()) != 0 && errno != EINVAL) return FileError(errno, "cannot flush", path);
  return absl::OkStatus();
}

std::string ParentOf(const std::string& path) {
  const std::string parent = std::filesystem::path(path).parent_path().string();
  return parent.empty() ? "." : parent;
}

void UniqueFd::Reset() {
  if (fd_ > STDERR_FILENO) close(fd_);
  fd_ = -1;
}

bool FileExists(const std::string& path) {
  struct stat info;
  return stat(path.c_str(), &info) == 0;
}

namespace {

absl::StatusOr<std::string> ReadToEnd(int fd, const std::string& path) {
  struct stat info;
  if (fstat(fd, &info) != 0) return FileError(errno, "cannot read", path);
  if (S_ISDIR(info.st_mode)) return FileError(EISDIR, "cannot read", path);
  std::string bytes;
  size_t size = 0;
  // One byte more than the size, so that the end is seen without growing.
  bytes.resize(static_cast<size_t>(info.st_size) + 1);
  for (;;) {
    if (size == bytes.size()) bytes.resize(bytes.size() * 2 + 4096);
    const ssize_t count = read(fd, bytes.data() + size, bytes.size() - size);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return FileError(errno, "cannot read", path);
    if (count == 0) break;
    size += static_cast<size_t>(count);
  }
  bytes.resize(size);
  return bytes;
}

}  // namespace

absl::StatusOr<std::string> ReadFile(const std::string& path) {
  const UniqueFd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (fd.get() < 0) return FileError(errno, "cannot open", path);
  return ReadToEnd(fd.get(), path);
}

absl::StatusOr<std::string> ReadStandardInput() { return ReadToEnd(STDIN_FILENO, "standard input"); }

absl::Status MakeDirectories(const std::string& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (error) return FileError(error.value(), "cannot make folder", path);
  if (!std::filesystem::is_directory(path, error)) return FileError(ENOTDIR, "cannot make folder", path);
  return absl::OkStatus();
}

absl::Status WriteFileAtomically(const std::string& path, std::string_view bytes) {
  TIQU_ASSIGN_OR_RETURN(AtomicFile file, AtomicFile::Create(path));
  TIQU_RETURN_IF_ERROR(file.Write(bytes));
  return file.Commit();
}

}  // namespace tiqu
