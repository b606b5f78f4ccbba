#include "serving/json/number_text.h"

#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>

namespace tiqu::serving {
namespace {

constexpr int kShortDigits = 6;

// Significant digits without zeros at the end, and the power of ten of the first: 0.05 is "5", -2.
struct Decimal {
  char digits[20];
  int count = 0;
  int exponent = 0;
};

// The shortest digits that give the number back.
template <typename Float>
Decimal ShortestDigits(Float value) {
  char text[40];
  const char* end = std::to_chars(text, text + sizeof(text), value, std::chars_format::scientific).ptr;
  Decimal decimal;
  const char* at = text;
  for (; at != end && *at != 'e'; ++at) {
    if (*at != '.') decimal.digits[decimal.count++] = *at;
  }
  if (at != end) std::from_chars(at[1] == '+' ? at + 2 : at + 1, end, decimal.exponent);
  while (decimal.count > 1 && decimal.digits[decimal.count - 1] == '0') --decimal.count;
  return decimal;
}

// %g of that precision, and ".0" where neither a point nor an exponent stands.
void AppendDecimal(const Decimal& decimal, int precision, std::string* out) {
  const int exponent = decimal.exponent;
  const std::string_view digits(decimal.digits, decimal.count);
  if (exponent < -4 || exponent >= precision) {
    out->push_back(digits[0]);
    if (digits.size() > 1) out->append(".").append(digits.substr(1));
    out->append(exponent < 0 ? "e-" : "e+");
    if (std::abs(exponent) < 10) out->push_back('0');
    char text[8];
    out->append(text, std::to_chars(text, text + sizeof(text), std::abs(exponent)).ptr);
    return;
  }
  if (exponent < 0) {
    out->append("0.").append(-exponent - 1, '0').append(digits);
    return;
  }
  const size_t whole = exponent + 1;
  if (digits.size() <= whole) {
    out->append(digits).append(whole - digits.size(), '0').append(".0");
    return;
  }
  out->append(digits.substr(0, whole)).append(".").append(digits.substr(whole));
}

// The general way, for all numbers.
template <typename Float>
void AppendSlowly(Float value, std::string* out) {
  char text[40];
  const char* end = std::to_chars(text, text + sizeof(text), value, std::chars_format::general, kShortDigits).ptr;
  Float back = 0;
  const auto read = std::from_chars(text, end, back);
  if (read.ec != std::errc() || back != value) {
    end = std::to_chars(text, text + sizeof(text), value, std::chars_format::general,
                        std::numeric_limits<Float>::max_digits10)
              .ptr;
  }
  const std::string_view written(text, end - text);
  out->append(written);
  if (written.find('.') == std::string_view::npos && written.find('e') == std::string_view::npos) out->append(".0");
}

// Nine correctly rounded digits of a normal float below 2^24 in exact arithmetic: value = mantissa / 2^shift, and
// mantissa * 10^(8 - exponent) fits 128 bits. `exponent` is that of the shortest digits; false when rounding to nine
// digits would move to another, or the numbers are out of the range.
bool NineDigits(float value, int exponent, Decimal* decimal) {
  const auto bits = std::bit_cast<uint32_t>(value);
  const int shift = 150 - static_cast<int>((bits >> 23) & 0xFF);
  const int scale = 8 - exponent;
  if (shift <= 0 || shift >= 120 || scale < 0 || scale > 30) return false;
  unsigned __int128 scaled = (bits & 0x7FFFFF) | 0x800000;
  for (int i = 0; i < scale; ++i) scaled *= 10;
  auto digits = static_cast<uint64_t>(scaled >> shift);
  const unsigned __int128 rest = scaled - (static_cast<unsigned __int128>(digits) << shift);
  const unsigned __int128 half = static_cast<unsigned __int128>(1) << (shift - 1);
  if (rest > half || (rest == half && (digits & 1) != 0)) ++digits;
  if (digits < 100000000 || digits > 999999999) return false;
  decimal->exponent = exponent;
  decimal->count = static_cast<int>(std::to_chars(decimal->digits, decimal->digits + 20, digits).ptr - decimal->digits);
  while (decimal->count > 1 && decimal->digits[decimal->count - 1] == '0') --decimal->count;
  return true;
}

// Sign, words and small whole numbers. False: `*value` is positive and still to be written.
template <typename Float>
bool AppendSimple(Float* value, std::string* out) {
  if (std::isnan(*value)) {
    out->append("NaN");
    return true;
  }
  if (std::signbit(*value)) {
    out->push_back('-');
    *value = -*value;
  }
  if (std::isinf(*value)) {
    out->append("Infinity");
    return true;
  }
  if (*value < 1e6 && *value == static_cast<Float>(static_cast<int32_t>(*value))) {
    AppendInteger(static_cast<int32_t>(*value), out);
    out->append(".0");
    return true;
  }
  return false;
}

}  // namespace

void AppendFloat(float value, std::string* out) {
  if (AppendSimple(&value, out)) return;
  // Below the normal numbers six digits are not always the shortest ones filled up with zeros.
  if (value < std::numeric_limits<float>::min()) return AppendSlowly(value, out);
  const Decimal shortest = ShortestDigits(value);
  if (shortest.count <= kShortDigits) return AppendDecimal(shortest, kShortDigits, out);
  Decimal nine;
  if (!NineDigits(value, shortest.exponent, &nine)) return AppendSlowly(value, out);
  AppendDecimal(nine, std::numeric_limits<float>::max_digits10, out);
}

void AppendDouble(double value, std::string* out) {
  if (AppendSimple(&value, out)) return;
  if (value < std::numeric_limits<double>::min()) return AppendSlowly(value, out);
  const Decimal shortest = ShortestDigits(value);
  if (shortest.count <= kShortDigits) return AppendDecimal(shortest, kShortDigits, out);
  AppendSlowly(value, out);
}

}  // namespace tiqu::serving
