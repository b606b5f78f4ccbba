// Files and folders that appear under their name only when they are whole: fill a sibling ".NAME.PID-N.tmp", flush it,
// rename it, flush the folder that holds the name.
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <filesystem>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "base/file.h"
#include "base/file_internal.h"
#include "base/status.h"

namespace tiqu {
namespace {

constexpr size_t kBufferBytes = size_t{1} << 18;

std::string TemporarySibling(const std::string& path) {
  static std::atomic<int> counter{0};
  const std::string name = std::filesystem::path(path).filename().string();
  const std::string temporary = absl::StrCat(".", name, ".", getpid(), "-", counter.fetch_add(1), ".tmp");
  return (std::filesystem::path(path).parent_path() / temporary).string();
}

// A rename replaces the name it is given: follow links first, so that the file they lead to is replaced.
std::string FollowLinks(const std::string& path) {
  std::error_code error;
  if (!std::filesystem::is_symlink(path, error)) return path;
  const std::filesystem::path target = std::filesystem::weakly_canonical(path, error);
  return error ? path : target.string();
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
  const bool direct = exists && !S_ISREG(info.st_mode);
  const std::string opened = direct ? state->final_path : TemporarySibling(state->final_path);
  const int flags = O_WRONLY | O_CLOEXEC | (direct ? 0 : O_CREAT | O_EXCL);
  state->fd = UniqueFd(open(opened.c_str(), flags, 0666));
  if (state->fd.get() < 0) return FileError(errno, "cannot create", path);
  if (!direct) state->temporary_path = opened;
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
  const std::string temporary = TemporarySibling(state->final_path);
  if (mkdir(temporary.c_str(), 0777) != 0) return FileError(errno, "cannot create folder", final_path);
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
