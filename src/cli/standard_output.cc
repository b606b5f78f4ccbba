#include "cli/standard_output.h"

#include <cerrno>
#include <cstdio>
#include <system_error>

#include "fmt/format.h"

namespace tiqu::cli {

absl::Status WriteStandardOutput(std::string_view bytes) {
  if (std::fwrite(bytes.data(), 1, bytes.size(), stdout) == bytes.size() && std::fflush(stdout) == 0) {
    return absl::OkStatus();
  }
  const int error = errno;
  const std::string message =
      fmt::format("standard output cannot be written: {}", std::generic_category().message(error));
  return error == ENOSPC ? absl::ResourceExhaustedError(message) : absl::UnavailableError(message);
}

}  // namespace tiqu::cli
