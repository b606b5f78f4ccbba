#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <functional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/file.h"
#include "base/file_internal.h"
#include "base/interrupt.h"
#include "base/status.h"

namespace tiqu {
namespace {

constexpr size_t kReadBufferBytes = size_t{1} << 18;
constexpr int kPollMilliseconds = 200;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

}  // namespace

struct LineReader::State {
  std::string path;
  size_t limit = 0;
  UniqueFd fd;
  std::string buffer = std::string(kReadBufferBytes, '\0');
  size_t begin = 0;  // unread bytes of buffer: [begin, end)
  size_t end = 0;
  bool ended = false;
  int64_t line_number = 0;
  int64_t bytes_read = 0;
  int64_t bytes_total = -1;
  std::function<absl::Status()> while_waiting;

  // Until there is something to read (or an end, or an error: read says which). A file has nothing to wait for.
  absl::Status Wait() {
    if (!while_waiting || bytes_total >= 0) return absl::OkStatus();
    for (;;) {
      if (Interrupted()) return absl::CancelledError(absl::StrCat("interrupted while reading ", path));
      pollfd waiting = {fd.get(), POLLIN, 0};
      const int ready = poll(&waiting, 1, kPollMilliseconds);
      if (ready > 0 || (ready < 0 && errno != EINTR)) return absl::OkStatus();
      TIQU_RETURN_IF_ERROR(while_waiting());
    }
  }

  // Reads more behind `end`; false at the end of the file. REQUIRES: begin == end, or room behind `end`.
  absl::StatusOr<bool> Fill() {
    if (begin == end) begin = end = 0;
    for (;;) {
      if (absl::Status status = Wait(); !status.ok()) {
        ended = true;
        return status;
      }
      const ssize_t count = read(fd.get(), buffer.data() + end, buffer.size() - end);
      if (count > 0) {
        end += static_cast<size_t>(count);
        return true;
      }
      if (count < 0 && errno == EINTR && !Interrupted()) continue;
      ended = true;
      if (count == 0) return false;
      if (errno == EINTR) return absl::CancelledError(absl::StrCat("interrupted while reading ", path));
      return FileError(errno, "cannot read", path);
    }
  }

  absl::Status SkipByteOrderMark() {
    while (end < kByteOrderMark.size()) {
      TIQU_ASSIGN_OR_RETURN(const bool more, Fill());
      if (!more) break;
    }
    if (std::string_view(buffer.data(), end).substr(0, kByteOrderMark.size()) == kByteOrderMark) {
      begin = kByteOrderMark.size();
      bytes_read = static_cast<int64_t>(begin);
    }
    return absl::OkStatus();
  }
};

LineReader::LineReader(std::unique_ptr<State> state) : state_(std::move(state)) {}
LineReader::LineReader(LineReader&&) noexcept = default;
LineReader& LineReader::operator=(LineReader&&) noexcept = default;
LineReader::~LineReader() = default;

absl::StatusOr<LineReader> LineReader::Open(const std::string& path, size_t limit_bytes) {
  auto state = std::make_unique<State>();
  state->path = path == "-" ? "standard input" : path;
  state->limit = limit_bytes;
  state->fd = UniqueFd(path == "-" ? STDIN_FILENO : open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (state->fd.get() < 0) return FileError(errno, "cannot open", path);
  struct stat info;
  if (fstat(state->fd.get(), &info) != 0) return FileError(errno, "cannot read", path);
  if (S_ISDIR(info.st_mode)) return FileError(EISDIR, "cannot read", path);
  if (S_ISREG(info.st_mode)) state->bytes_total = info.st_size;
  return LineReader(std::move(state));
}

absl::StatusOr<bool> LineReader::Next(std::string* line) {
  State& state = *state_;
  line->clear();
  if (state.line_number == 0 && state.bytes_read == 0 && !state.ended) TIQU_RETURN_IF_ERROR(state.SkipByteOrderMark());
  bool any = false;
  bool terminated = false;
  bool too_long = false;
  while (!terminated) {
    if (state.begin == state.end) {
      if (state.ended) break;
      TIQU_ASSIGN_OR_RETURN(const bool more, state.Fill());
      if (!more) break;
    }
    any = true;
    const char* start = state.buffer.data() + state.begin;
    const size_t left = state.end - state.begin;
    const auto* newline = static_cast<const char*>(std::memchr(start, '\n', left));
    terminated = newline != nullptr;
    const size_t length = terminated ? static_cast<size_t>(newline - start) : left;
    // One byte over the limit is kept, for it may be the '\r' of the line's end.
    too_long = too_long || line->size() + length > state.limit + 1;
    if (!too_long) line->append(start, length);
    state.begin += length + (terminated ? 1 : 0);
    state.bytes_read += static_cast<int64_t>(length + (terminated ? 1 : 0));
  }
  if (!any) return false;
  ++state.line_number;
  if (terminated && !line->empty() && line->back() == '\r') line->pop_back();
  if (too_long || line->size() > state.limit) {
    line->clear();
    return absl::InvalidArgumentError(
        absl::StrCat(state.path, " line ", state.line_number, ": longer than the limit of ", state.limit, " bytes"));
  }
  return true;
}

void LineReader::WhileWaiting(std::function<absl::Status()> check) { state_->while_waiting = std::move(check); }

bool LineReader::LineReady() const {
  const State& state = *state_;
  if (state.bytes_total >= 0 || state.ended) return true;
  return std::memchr(state.buffer.data() + state.begin, '\n', state.end - state.begin) != nullptr;
}

int64_t LineReader::line_number() const { return state_->line_number; }
int64_t LineReader::bytes_read() const { return state_->bytes_read; }
int64_t LineReader::bytes_total() const { return state_->bytes_total; }

}  // namespace tiqu
