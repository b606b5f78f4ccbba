// Kinds of characters that cutting and matching ask about.
//
// Thread safety: free functions.
#pragma once

namespace tiqu::text {

// Latin letters of Basic Latin, Latin-1 and Latin Extended A and B.
inline bool IsLatinLetter(char32_t c) {
  const char32_t lower = c | 0x20;
  if (c < 0x80) return lower >= U'a' && lower <= U'z';
  return c >= 0xC0 && c < 0x250 && c != 0xD7 && c != 0xF7;
}

inline bool IsAsciiDigit(char32_t c) { return c >= U'0' && c <= U'9'; }

// Letters (Han among them) and numbers of any script.
bool IsLetterOrNumber(char32_t c);

}  // namespace tiqu::text
