// Numbers as TensorFlow Serving prints them: six significant digits where they give the number back, else nine for a
// float and seventeen for a double; as printf's %g, with ".0" after what would read as a whole number.
//
//   3 -> 3.0   999999 -> 999999.0   9000000 -> 9e+06   0.00003 -> 3e-05   0.1F -> 0.1   16777216.F -> 16777216.0
//
// Thread safety: free functions.
#pragma once

#include <charconv>
#include <string>
#include <type_traits>

namespace tiqu::serving {

// NaN, Infinity and -Infinity are written as these words.
void AppendFloat(float value, std::string* out);
void AppendDouble(double value, std::string* out);

template <typename Integer>
void AppendInteger(Integer value, std::string* out) {
  static_assert(std::is_integral_v<Integer>);
  char digits[24];
  const auto end = std::to_chars(digits, digits + sizeof(digits), value).ptr;
  out->append(digits, end);
}

}  // namespace tiqu::serving
