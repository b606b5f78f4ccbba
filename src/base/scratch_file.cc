#include "base/scratch_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "absl/strings/str_cat.h"

namespace tiqu {
namespace {

constexpr size_t kScratchBufferBytes = size_t{1} << 20;

}  // namespace

ScratchFile::ScratchFile(UniqueFd fd, std::string name) : fd_(std::move(fd)), name_(std::move(name)) {}

absl::StatusOr<ScratchFile> ScratchFile::Create(const std::string& folder) {
  const std::string wanted = absl::StrCat(folder.empty() ? "." : folder, "/scratch");
  std::string name;
  // For nobody else to read, however short the time that it has a name.
  UniqueFd fd(CreateTemporarySibling(wanted, &name, [](const char* temporary) {
    return open(temporary, O_RDWR | O_CLOEXEC | O_CREAT | O_EXCL, 0600);
  }));
  if (fd.get() < 0) return FileError(errno, "cannot create a temporary file in", folder);
  unlink(name.c_str());
  return ScratchFile(std::move(fd), std::move(name));
}

absl::Status ScratchFile::Write(std::string_view bytes) {
  buffer_.append(bytes);
  return buffer_.size() < kScratchBufferBytes ? absl::OkStatus() : Flush();
}

absl::Status ScratchFile::Flush() {
  const absl::Status status = WriteAll(fd_.get(), buffer_, name_);
  buffer_.clear();
  return status;
}

std::string ScratchFile::path() const { return absl::StrCat("/proc/self/fd/", fd_.get()); }

}  // namespace tiqu
