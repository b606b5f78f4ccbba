// Walks valid UTF-8 from code point to code point, forward only: offsets that rise are found in one pass.
//
//   ByteCursor cursor(passage);
//   const size_t first = cursor.ByteOf(3), last = cursor.ByteOf(5);      // passage.substr(first, last - first)
//
// Thread safety: none.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace tiqu::answer {

class ByteCursor {
 public:
  explicit ByteCursor(std::string_view utf8) : utf8_(utf8) {}

  // REQUIRES: not before the code point asked for last.
  size_t ByteOf(int32_t code_point) {
    while (code_point_ < code_point && byte_ < utf8_.size()) {
      ++byte_;
      while (byte_ < utf8_.size() && (static_cast<unsigned char>(utf8_[byte_]) & 0xC0U) == 0x80U) ++byte_;
      ++code_point_;
    }
    return byte_;
  }

 private:
  std::string_view utf8_;
  size_t byte_ = 0;
  int32_t code_point_ = 0;
};

}  // namespace tiqu::answer
