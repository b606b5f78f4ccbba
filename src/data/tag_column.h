// One line of a tagged text: a character and its tag.
//
//   "张 B-PER"      BIO           "张 B-NAME"  BMES ("M-", "E-", "S-")
//   "张0\tB-PER.NAM"  with the place of the character in its word (WeiboNER)
//
// Thread safety: free functions.
#pragma once

#include <string_view>

namespace tiqu::data {

struct TagColumn {
  std::string_view token;
  char position = 'O';     // O, B, I, M, E or S
  std::string_view label;  // empty for O
};

// False: not two columns (blank or tab between), or the last one is no tag.
bool ParseTagColumn(std::string_view line, TagColumn* column);

}  // namespace tiqu::data
