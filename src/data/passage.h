// A passage by code points, with the search that offsets are checked and repaired by.
//
// Thread safety: immutable after construction.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace tiqu::data {

class Passage {
 public:
  // Errors: INVALID_ARGUMENT naming the byte that is not UTF-8.
  static absl::StatusOr<Passage> Create(std::string utf8);

  const std::string& utf8() const { return utf8_; }
  const std::u32string& chars() const { return chars_; }
  int64_t size() const { return static_cast<int64_t>(chars_.size()); }

  bool HasAt(std::u32string_view text, int64_t begin) const;

  // The occurrence of `text` whose begin is nearest to `begin` (the earlier of two equally near ones); -1: none.
  int64_t FindNearest(std::u32string_view text, int64_t begin) const;

  // How often `text` stands in the passage, overlapping places counted; stops counting at `limit`.
  int CountOf(std::u32string_view text, int limit = 2) const;

  // REQUIRES: 0 <= begin <= end <= size()
  std::string Substring(int64_t begin, int64_t end) const;

 private:
  std::string utf8_;
  std::u32string chars_;
};

}  // namespace tiqu::data
