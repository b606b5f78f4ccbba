#include "decode/pieces.h"

namespace tiqu::decode {
namespace {

constexpr std::u32string_view kSentenceEnds = U"。！？!?;；\n";
constexpr std::u32string_view kClauseEnds = U",，、:： ";

// The end of the piece that begins at `begin`: behind the last of `ends` in reach, or -1.
int32_t EndBehind(std::u32string_view chars, int32_t begin, int32_t limit, std::u32string_view ends) {
  for (int32_t end = limit; end > begin; --end) {
    if (ends.find(chars[static_cast<size_t>(end) - 1]) != std::u32string_view::npos) return end;
  }
  return -1;
}

}  // namespace

std::vector<Piece> CutIntoPieces(std::u32string_view chars, int32_t most_chars) {
  std::vector<Piece> pieces;
  const auto size = static_cast<int32_t>(chars.size());
  for (int32_t begin = 0; begin < size;) {
    int32_t end = size;
    if (size - begin > most_chars) {
      const int32_t limit = begin + most_chars;
      end = EndBehind(chars, begin, limit, kSentenceEnds);
      if (end < 0) end = EndBehind(chars, begin, limit, kClauseEnds);
      if (end < 0) end = limit;
    }
    pieces.push_back({begin, end});
    begin = end;
  }
  return pieces;
}

}  // namespace tiqu::decode
