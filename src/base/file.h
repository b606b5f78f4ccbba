// Files whole, by line, and written so that a reader never sees half of one.
//
//   TIQU_ASSIGN_OR_RETURN(std::string bytes, ReadFile("a.json"));
//   TIQU_RETURN_IF_ERROR(WriteFileAtomically("b.json", bytes));
//
// Errors name the path and what the operating system said; a full disk is RESOURCE_EXHAUSTED.
// Thread safety: free functions are; an object belongs to one thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace tiqu {

bool FileExists(const std::string& path);
absl::StatusOr<std::string> ReadFile(const std::string& path);
// All that is left of it. (A file that /dev/stdin leads to would be opened anew, at its start.)
absl::StatusOr<std::string> ReadStandardInput();
absl::Status MakeDirectories(const std::string& path);

// Writes a temporary sibling, flushes it to disk and renames it. A link is followed; a device or a pipe is written to
// directly, for nothing can be renamed over it, and so is an open descriptor (/dev/stdout, /dev/fd/3), whatever is
// behind it. A file that is replaced keeps its permissions.
absl::Status WriteFileAtomically(const std::string& path, std::string_view bytes);

// A file that grows in a temporary sibling and appears under its name only on Commit. Without Commit it is removed.
class AtomicFile {
 public:
  static absl::StatusOr<AtomicFile> Create(const std::string& path);
  AtomicFile(AtomicFile&&) noexcept;
  AtomicFile& operator=(AtomicFile&&) noexcept;
  ~AtomicFile();

  absl::Status Write(std::string_view bytes);  // buffered
  absl::Status Commit();

 private:
  struct State;
  explicit AtomicFile(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// A folder that fills up beside its final name (path() is the temporary one) and is renamed on Commit. Without Commit
// it is removed. Create: ALREADY_EXISTS when the final name is taken.
class AtomicDirectory {
 public:
  static absl::StatusOr<AtomicDirectory> Create(const std::string& final_path);
  AtomicDirectory(AtomicDirectory&&) noexcept;
  AtomicDirectory& operator=(AtomicDirectory&&) noexcept;
  ~AtomicDirectory();

  const std::string& path() const;
  absl::Status Commit();

 private:
  struct State;
  explicit AtomicDirectory(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// Reads "\n" or "\r\n" ended lines in bounded memory. "-" is standard input. A UTF-8 byte order mark at the start is
// skipped.
class LineReader {
 public:
  // A line longer than `limit_bytes` is an error of that line: Next returns it, the line is skipped, reading goes on.
  static absl::StatusOr<LineReader> Open(const std::string& path, size_t limit_bytes = size_t{64} << 20);
  LineReader(LineReader&&) noexcept;
  LineReader& operator=(LineReader&&) noexcept;
  ~LineReader();

  // True and the next line without its end in `line`; false at the end of the file. After an error of reading, or an
  // interrupt (base/interrupt.h) while waiting for input, the next call gives false.
  absl::StatusOr<bool> Next(std::string* line);
  // From now on `check` is called several times a second while Next waits for input; an error ends the reading, and
  // Next gives it. Null: nobody is asked.
  void WhileWaiting(std::function<absl::Status()> check);
  // True when Next will answer without waiting for anybody: the next line is here already, or the input is a file.
  bool LineReady() const;
  int64_t line_number() const;  // of the line that Next gave last, from 1
  int64_t bytes_read() const;
  int64_t bytes_total() const;  // -1 when not known (a pipe)

 private:
  struct State;
  explicit LineReader(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace tiqu
