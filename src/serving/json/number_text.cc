#include "serving/json/number_text.h"

#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string_view>

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
Decimal ShortestDigits(double value) {
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

constexpr int kMostTens = 30;

constexpr std::array<unsigned __int128, kMostTens + 1> kTens = [] {
  std::array<unsigned __int128, kMostTens + 1> tens{1};
  for (int i = 1; i <= kMostTens; ++i) tens[i] = tens[i - 1] * 10;
  return tens;
}();

// Whether what is left of a division makes the next of its quotient the nearer one, ties to even.
bool RoundsUp(uint64_t quotient, unsigned __int128 rest, unsigned __int128 half) {
  return rest > half || (rest == half && (quotient & 1) != 0);
}

void SetDigits(uint64_t digits, int count, int exponent, Decimal* decimal) {
  decimal->count = static_cast<int>(std::to_chars(decimal->digits, decimal->digits + 20, digits).ptr - decimal->digits);
  decimal->exponent = exponent + decimal->count - count;  // one more when rounding has carried
  while (decimal->count > 1 && decimal->digits[decimal->count - 1] == '0') --decimal->count;
}

// The six or nine digits of a normal float below 2^24, in exact arithmetic: value = mantissa / 2^shift, and mantissa *
// 10^scale fits 128 bits, where `scale` gives it nine digits before the point. False: out of the range, or too near to
// the middle between two floats for the six digits to be judged here.
bool FloatDigits(float value, Decimal* decimal, int* precision) {
  constexpr uint64_t kNine = 100000000;  // the smallest number of nine digits
  constexpr uint64_t kLastThree = 1000;
  const auto bits = std::bit_cast<uint32_t>(value);
  const uint32_t mantissa = (bits & 0x7FFFFF) | 0x800000;
  const int shift = 150 - static_cast<int>((bits >> 23) & 0xFF);
  constexpr int kMostShift = 110;
  // Below a power of two floats lie denser than above it.
  if (shift <= 0 || shift > kMostShift || mantissa == 0x800000) return false;
  // Of 10^exponent <= value, at most one too large: 2^(23 - shift) <= value, and log10(2) is a little more than this.
  int exponent = ((24 - shift) * 30102) / 100000 - (24 - shift < 0 ? 1 : 0) + 1;
  unsigned __int128 scaled = 0;
  uint64_t digits = 0;
  for (;; --exponent) {
    const int scale = 8 - exponent;
    if (scale < 0 || scale > kMostTens) return false;
    scaled = mantissa * kTens[scale];
    digits = static_cast<uint64_t>(scaled >> shift);
    if (digits >= kNine) break;
  }
  const unsigned __int128 one = static_cast<unsigned __int128>(1) << shift;
  const unsigned __int128 rest = scaled & (one - 1);
  const uint64_t six = digits / kLastThree;
  const unsigned __int128 six_rest = scaled - ((static_cast<unsigned __int128>(six * kLastThree)) << shift);
  const bool six_up = RoundsUp(six, six_rest, one * (kLastThree / 2));
  // Six digits give the float back when they are off by less than half of what lies between two floats.
  const unsigned __int128 off = six_up ? one * kLastThree - six_rest : six_rest;
  const unsigned __int128 between = kTens[8 - exponent];
  if (off * 2 == between) return false;
  if (off * 2 < between) {
    *precision = kShortDigits;
    SetDigits(six + (six_up ? 1 : 0), kShortDigits, exponent, decimal);
  } else {
    *precision = std::numeric_limits<float>::max_digits10;
    SetDigits(digits + (RoundsUp(digits, rest, one / 2) ? 1 : 0), *precision, exponent, decimal);
  }
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
  Decimal decimal;
  int precision = 0;
  if (!FloatDigits(value, &decimal, &precision)) return AppendSlowly(value, out);
  AppendDecimal(decimal, precision, out);
}

void AppendDouble(double value, std::string* out) {
  if (AppendSimple(&value, out)) return;
  // Below the normal numbers six digits are not always the shortest ones filled up with zeros.
  if (value < std::numeric_limits<double>::min()) return AppendSlowly(value, out);
  const Decimal shortest = ShortestDigits(value);
  if (shortest.count <= kShortDigits) return AppendDecimal(shortest, kShortDigits, out);
  AppendSlowly(value, out);
}

}  // namespace tiqu::serving
