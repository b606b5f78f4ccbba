#include "data/passage.h"

#include <cstdlib>
#include <utility>

#include "base/status.h"
#include "base/utf8.h"

namespace tiqu::data {

absl::StatusOr<Passage> Passage::Create(std::string utf8) {
  Passage passage;
  TIQU_ASSIGN_OR_RETURN(passage.chars_, DecodeUtf8(utf8));
  passage.utf8_ = std::move(utf8);
  return passage;
}

bool Passage::HasAt(std::u32string_view text, int64_t begin) const {
  // Offsets come from files: the sum of a huge one would overflow.
  if (begin < 0 || begin > size() || static_cast<int64_t>(text.size()) > size() - begin) return false;
  return std::u32string_view(chars_).substr(static_cast<size_t>(begin), text.size()) == text;
}

int64_t Passage::FindNearest(std::u32string_view text, int64_t begin) const {
  if (text.empty()) return -1;
  int64_t best = -1;
  for (size_t at = chars_.find(text); at != std::u32string::npos; at = chars_.find(text, at + 1)) {
    const int64_t place = static_cast<int64_t>(at);
    if (best < 0 || std::llabs(place - begin) < std::llabs(best - begin)) best = place;
    if (place >= begin) break;  // later ones are only farther away
  }
  return best;
}

int Passage::CountOf(std::u32string_view text, int limit) const {
  if (text.empty()) return 0;
  int count = 0;
  for (size_t at = chars_.find(text); at != std::u32string::npos && count < limit; at = chars_.find(text, at + 1)) {
    ++count;
  }
  return count;
}

std::string Passage::Substring(int64_t begin, int64_t end) const {
  const std::u32string_view chars(chars_);
  return EncodeUtf8(chars.substr(static_cast<size_t>(begin), static_cast<size_t>(end - begin)));
}

}  // namespace tiqu::data
