// Files and folders that appear under their name only when they are whole: fill a sibling ".NAME.PID-N.tmp", flush it,
// rename it, flush the folder that holds the name.
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <filesystem>
#include <functional>
#include <system_error>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "base/file.h"
#include "base/file_internal.h"
#include "base/status.h"

namespace tiqu {
namespace {

constexpr size_t kBufferBytes = size_t{1} << 18;

// A killed process of the same number, as there are in containers, may have left a file of this name: then the next
// one.
constexpr int kMostLeftovers = 1000;

constexpr int kMostLinks = 40;  // as the kernel follows

std::string TemporarySibling(const std::string& path) {
  static std::atomic<int> counter{0};
  const std::string name = std::filesystem::path(path).filename().string();
  const std::string temporary = absl::StrCat(".", name, ".", getpid(), "-", counter.fetch_add(1), ".tmp");
  return (std::filesystem::path(path).parent_path() / temporary).string();
}

// "/proc/PID/fd" for a name in the list of a process's open descriptors, as /dev/fd/3 is one; else empty.
std::string DescriptorFolder(const std::string& path) {
  std::error_code error;
  const std::string folder = std::filesystem::canonical(ParentOf(path), error).string();
  return !error && folder.starts_with("/proc/") && folder.ends_with("/fd") ? folder : "";
}

// A rename replaces the name it is given: follow links first, so that the file they lead to is replaced. A descriptor's
// name is a link, too, but who gives it means what is open there, not the name of the file behind it.
std::string FollowLinks(const std::string& path) {
  std::filesystem::path followed = path;
  std::error_code error;
  for (int hops = 0; hops < kMostLinks; ++hops) {
    if (!std::filesystem::is_symlink(followed, error) || !DescriptorFolder(followed.string()).empty()) {
      return followed.string();
    }
    const std::filesystem::path target = std::filesystem::read_symlink(followed, error);
    if (error) return path;
    followed = followed.parent_path() / target;  // an absolute target stands alone
  }
  return path;
}

// A file behind a descriptor may be at any place, and may be appended to: write where the descriptor stands.
int OpenDirectly(const std::string& path) {
  const std::string folder = DescriptorFolder(path);
  int descriptor = -1;
  if (folder == absl::StrCat("/proc/", getpid(), "/fd") &&
      absl::SimpleAtoi(std::filesystem::path(path).filename().string(), &descriptor)) {
    return fcntl(descriptor, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
  }
  return open(path.c_str(), O_WRONLY | O_CLOEXEC | (folder.empty() ? 0 : O_APPEND));
}

std::string WithoutTrailingSlash(std::string path) {
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  return path;
}

absl::Status SyncTree(const std::string& folder) {
  std::error_code error;
  for (std::filesystem::recursive_directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    if (!it->is_symlink(error)) TIQU_RETURN_IF_ERROR(SyncPath(it->path().string()));
  }
  if (error) return FileError(error.value(), "cannot list", folder);
  return SyncPath(folder);
}

}  // namespace

int CreateTemporarySibling(const std::string& path, std::string* temporary,
                           const std::function<int(const char*)>& create) {
  int result = -1;
  for (int i = 0; i < kMostLeftovers && (i == 0 || (result < 0 && errno == EEXIST)); ++i) {
    *temporary = TemporarySibling(path);
    result = create(temporary->c_str());
  }
  return result;
}

struct AtomicFile::State {
  std::string final_path;
  std::string temporary_path;  // empty when written to directly
  UniqueFd fd;
  std::string buffer;
  absl::Status status;  // the first error; Commit never publishes after one

  ~State() {
    if (!temporary_path.empty()) unlink(temporary_path.c_str());
  }

  absl::Status Flush() {
    if (status.ok()) status = WriteAll(fd.get(), buffer, final_path);
    buffer.clear();
    return status;
  }
};

AtomicFile::AtomicFile(std::unique_ptr<State> state) : state_(std::move(state)) {}
AtomicFile::AtomicFile(AtomicFile&&) noexcept = default;
AtomicFile& AtomicFile::operator=(AtomicFile&&) noexcept = default;
AtomicFile::~AtomicFile() = default;

absl::StatusOr<AtomicFile> AtomicFile::Create(const std::string& path) {
  auto state = std::make_unique<State>();
  state->final_path = FollowLinks(path);
  struct stat info;
  const bool exists = stat(state->final_path.c_str(), &info) == 0;
  if (exists && S_ISDIR(info.st_mode)) return FileError(EISDIR, "cannot write", path);
  const bool direct = exists && (!S_ISREG(info.st_mode) || !DescriptorFolder(state->final_path).empty());
  std::string temporary;
  const auto create = [](const char* name) { return open(name, O_WRONLY | O_CLOEXEC | O_CREAT | O_EXCL, 0666); };
  state->fd = UniqueFd(direct ? OpenDirectly(state->final_path)
                              : CreateTemporarySibling(state->final_path, &temporary, create));
  if (state->fd.get() < 0) return FileError(errno, "cannot create", path);
  state->temporary_path = temporary;
  // What was kept from others stays so. A file system without permissions has none to keep.
  if (exists && !direct) (void)fchmod(state->fd.get(), info.st_mode & 0777);
  return AtomicFile(std::move(state));
}

absl::Status AtomicFile::Write(std::string_view bytes) {
  State& state = *state_;
  if (state.buffer.size() + bytes.size() < kBufferBytes) {
    state.buffer.append(bytes);
    return state.status;
  }
  TIQU_RETURN_IF_ERROR(state.Flush());
  if (bytes.size() < kBufferBytes) {
    state.buffer.append(bytes);
  } else {
    state.status = WriteAll(state.fd.get(), bytes, state.final_path);
  }
  return state.status;
}

absl::Status AtomicFile::Commit() {
  State& state = *state_;
  TIQU_RETURN_IF_ERROR(state.Flush());
  if (!state.temporary_path.empty()) {
    if (fsync(state.fd.get()) != 0) return FileError(errno, "cannot flush", state.final_path);
    if (rename(state.temporary_path.c_str(), state.final_path.c_str()) != 0) {
      return FileError(errno, "cannot rename to", state.final_path);
    }
    state.temporary_path.clear();
    TIQU_RETURN_IF_ERROR(SyncPath(ParentOf(state.final_path)));
  }
  state.fd.Reset();
  state.status = absl::FailedPreconditionError(absl::StrCat(state.final_path, " is already committed"));
  return absl::OkStatus();
}

struct AtomicDirectory::State {
  std::string final_path;
  std::string temporary_path;
  bool committed = false;

  ~State() {
    std::error_code ignored;
    if (!committed && !temporary_path.empty()) std::filesystem::remove_all(temporary_path, ignored);
  }
};

AtomicDirectory::AtomicDirectory(std::unique_ptr<State> state) : state_(std::move(state)) {}
AtomicDirectory::AtomicDirectory(AtomicDirectory&&) noexcept = default;
AtomicDirectory& AtomicDirectory::operator=(AtomicDirectory&&) noexcept = default;
AtomicDirectory::~AtomicDirectory() = default;

absl::StatusOr<AtomicDirectory> AtomicDirectory::Create(const std::string& final_path) {
  auto state = std::make_unique<State>();
  state->final_path = WithoutTrailingSlash(final_path);
  if (FileExists(state->final_path)) return FileError(EEXIST, "cannot create folder", final_path);
  TIQU_RETURN_IF_ERROR(MakeDirectories(ParentOf(state->final_path)));
  std::string temporary;
  const auto create = [](const char* name) { return mkdir(name, 0777); };
  if (CreateTemporarySibling(state->final_path, &temporary, create) < 0)
    return FileError(errno, "cannot create folder", final_path);
  state->temporary_path = temporary;
  return AtomicDirectory(std::move(state));
}

const std::string& AtomicDirectory::path() const { return state_->temporary_path; }

absl::Status AtomicDirectory::Commit() {
  State& state = *state_;
  if (state.committed) return absl::FailedPreconditionError(absl::StrCat(state.final_path, " is already committed"));
  TIQU_RETURN_IF_ERROR(SyncTree(state.temporary_path));
  const char* from = state.temporary_path.c_str();
  const char* to = state.final_path.c_str();
  int failed = renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE);
  if (failed != 0 && (errno == EINVAL || errno == ENOSYS)) {
    // A file system without RENAME_NOREPLACE: rename itself refuses a folder that holds anything.
    failed = rename(from, to);
    if (failed != 0 && errno == ENOTEMPTY) errno = EEXIST;
  }
  if (failed != 0) return FileError(errno, "cannot rename to", state.final_path);
  state.committed = true;
  return SyncPath(ParentOf(state.final_path));
}

}  // namespace tiqu
