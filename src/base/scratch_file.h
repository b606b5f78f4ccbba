// A file without a name: it is gone when its object is, or the process, however that ends.
//
//   TIQU_ASSIGN_OR_RETURN(ScratchFile scratch, ScratchFile::Create(folder));
//   scratch.Write("text"); scratch.Flush();
//   std::ifstream again(scratch.path());
//
// Thread safety: none; path() may be opened by any thread after Flush.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/file_internal.h"

namespace tiqu {

// Errors: of the file, naming the folder; RESOURCE_EXHAUSTED when the disk is full.
class ScratchFile {
 public:
  static absl::StatusOr<ScratchFile> Create(const std::string& folder);

  absl::Status Write(std::string_view bytes);  // buffered
  absl::Status Flush();
  std::string path() const;  // opens this file from its start, within this process

 private:
  ScratchFile(UniqueFd fd, std::string name);

  UniqueFd fd_;
  std::string name_;  // that it was made under, for messages
  std::string buffer_;
};

}  // namespace tiqu
