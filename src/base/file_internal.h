// What the kinds of files of this folder share. Not for other folders.
//
// Thread safety: free functions.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"

namespace tiqu {

// "cannot open a.json: No such file or directory", under the code that fits errno `error`.
absl::Status FileError(int error, std::string_view what, std::string_view path);

absl::Status WriteAll(int fd, std::string_view bytes, const std::string& path);

// Flushes a file, or the names in a folder, to disk.
absl::Status SyncPath(const std::string& path);

// Tries names ".NAME.PID-N.tmp" beside `path` until `create` takes one; gives what it gave (negative: errno says why
// not) and the name.
int CreateTemporarySibling(const std::string& path, std::string* temporary,
                           const std::function<int(const char*)>& create);

std::string ParentOf(const std::string& path);  // "." when the path names none

// Closes what it holds, but never standard input, output or error.
class UniqueFd {
 public:
  explicit UniqueFd(int fd = -1) : fd_(fd) {}
  UniqueFd(UniqueFd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  UniqueFd& operator=(UniqueFd&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~UniqueFd() { Reset(); }

  int get() const { return fd_; }
  int release() { return std::exchange(fd_, -1); }
  void Reset();

 private:
  int fd_;
};

}  // namespace tiqu
