// Cuts a long text into pieces that a tagger reads one by one: after the last sentence that fits, else after the last
// comma or blank, else wherever the room ends.
//
//   CutIntoPieces(U"甲乙。丙丁,戊己", 4) -> [0,3) [3,6) [6,8)
//
// Thread safety: a free function.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace tiqu::decode {

struct Piece {
  int32_t begin = 0;  // characters, half open
  int32_t end = 0;

  bool operator==(const Piece&) const = default;
};

// In order, without gap or overlap; an empty text has none. REQUIRES: most_chars >= 1
std::vector<Piece> CutIntoPieces(std::u32string_view chars, int32_t most_chars);

}  // namespace tiqu::decode
