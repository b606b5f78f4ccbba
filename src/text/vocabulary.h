// Strings with ids and counts. Id 0 pads, id 1 is unknown, both in every vocabulary.
//
// On disk (fixed: models carry it): one entry a line, "string<TAB>count\n", UTF-8, line number = id; the first two
// lines are "<pad>\t0" and "<unk>\t0".
//
// Thread safety: immutable once built.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"

namespace tiqu::text {

inline constexpr int32_t kPadId = 0;
inline constexpr int32_t kUnknownId = 1;

class Vocabulary {
 public:
  struct Entry {
    std::string text;
    int64_t count = 0;
  };

  Vocabulary();  // only the two special entries

  // Adds in the given order after the special ones; a text seen before keeps its id and the counts add up. Left out:
  // empty texts, and texts with a line break, which the file could not hold (normalised text has none).
  static Vocabulary FromEntries(const std::vector<Entry>& entries);

  // Errors: DATA_LOSS naming the line.
  static absl::StatusOr<Vocabulary> Decode(std::string_view file_bytes);
  std::string Encode() const;

  int32_t Find(std::string_view text) const;  // kUnknownId when absent; "<pad>" and "<unk>" are found as 0 and 1
  int32_t size() const { return static_cast<int32_t>(entries_.size()); }
  const Entry& entry(int32_t id) const { return entries_[static_cast<size_t>(id)]; }

 private:
  std::vector<Entry> entries_;
  absl::flat_hash_map<std::string, int32_t> ids_;
};

}  // namespace tiqu::text
