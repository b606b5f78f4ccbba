#include "base/utf8.h"

#include <cstring>

#include "absl/strings/str_format.h"

namespace tiqu {
namespace {

bool IsContinuation(unsigned char byte) { return (byte & 0xC0) == 0x80; }

// Length of the well-formed sequence at `p` (Unicode 15, table 3-7), 0 when there is none; its value in `code_point`.
size_t DecodeOne(const unsigned char* p, const unsigned char* end, char32_t* code_point) {
  const unsigned char lead = p[0];
  const auto left = static_cast<size_t>(end - p);
  if (lead < 0x80) {
    *code_point = lead;
    return 1;
  }
  if (lead < 0xC2) return 0;  // a stray continuation, or an overlong form of two bytes
  if (lead < 0xE0) {
    if (left < 2 || !IsContinuation(p[1])) return 0;
    *code_point = (lead & 0x1FU) << 6 | (p[1] & 0x3FU);
    return 2;
  }
  if (lead < 0xF0) {
    if (left < 3 || !IsContinuation(p[1]) || !IsContinuation(p[2])) return 0;
    const char32_t value = (lead & 0x0FU) << 12 | (p[1] & 0x3FU) << 6 | (p[2] & 0x3FU);
    if (value < 0x800 || (value >= 0xD800 && value < 0xE000)) return 0;
    *code_point = value;
    return 3;
  }
  if (lead > 0xF4 || left < 4 || !IsContinuation(p[1]) || !IsContinuation(p[2]) || !IsContinuation(p[3])) return 0;
  const char32_t value = (lead & 0x07U) << 18 | (p[1] & 0x3FU) << 12 | (p[2] & 0x3FU) << 6 | (p[3] & 0x3FU);
  if (value < 0x10000 || value > 0x10FFFF) return 0;
  *code_point = value;
  return 4;
}

size_t SequenceLength(unsigned char lead) { return lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4; }

}  // namespace

absl::StatusOr<std::u32string> DecodeUtf8(std::string_view utf8) {
  // Exact for valid text, too many never: every sequence starts with a byte that is no continuation.
  std::u32string chars(static_cast<size_t>(CountCodePoints(utf8)), U'\0');
  char32_t* out = chars.data();
  const auto* begin = reinterpret_cast<const unsigned char*>(utf8.data());
  const unsigned char* end = begin + utf8.size();
  for (const unsigned char* p = begin; p != end;) {
    char32_t code_point;
    const size_t length = DecodeOne(p, end, &code_point);
    if (length == 0) {
      return absl::InvalidArgumentError(absl::StrFormat("byte %d (0x%02x) is not UTF-8", p - begin, *p));
    }
    *out++ = code_point;
    p += length;
  }
  return chars;
}

std::string ReplaceInvalidUtf8(std::string_view text) {
  std::string valid;
  valid.reserve(text.size());
  const auto* begin = reinterpret_cast<const unsigned char*>(text.data());
  const unsigned char* end = begin + text.size();
  for (const unsigned char* p = begin; p != end;) {
    char32_t code_point;
    const size_t length = DecodeOne(p, end, &code_point);
    AppendUtf8(length == 0 ? U'\uFFFD' : code_point, &valid);
    p += length == 0 ? 1 : length;
  }
  return valid;
}

void AppendUtf8(char32_t code_point, std::string* out) {
  const auto trail = [code_point](int shift) { return static_cast<char>(0x80 | ((code_point >> shift) & 0x3F)); };
  if (code_point < 0x80) {
    out->push_back(static_cast<char>(code_point));
  } else if (code_point < 0x800) {
    const char bytes[] = {static_cast<char>(0xC0 | (code_point >> 6)), trail(0)};
    out->append(bytes, sizeof bytes);
  } else if (code_point < 0x10000) {
    const char bytes[] = {static_cast<char>(0xE0 | (code_point >> 12)), trail(6), trail(0)};
    out->append(bytes, sizeof bytes);
  } else {
    const char bytes[] = {static_cast<char>(0xF0 | (code_point >> 18)), trail(12), trail(6), trail(0)};
    out->append(bytes, sizeof bytes);
  }
}

std::string EncodeUtf8(std::u32string_view code_points) {
  std::string out;
  out.reserve(code_points.size() * 3);
  for (const char32_t code_point : code_points) AppendUtf8(code_point, &out);
  return out;
}

int64_t CountCodePoints(std::string_view utf8) {
  int64_t count = 0;
  for (const char byte : utf8) count += static_cast<signed char>(byte) >= -64;  // not 10xxxxxx
  return count;
}

std::string_view Utf8Substring(std::string_view utf8, int64_t begin, int64_t end) {
  const auto skip = [utf8](size_t byte, int64_t code_points) {
    for (; code_points > 0 && byte < utf8.size(); --code_points) {
      byte += SequenceLength(static_cast<unsigned char>(utf8[byte]));
    }
    return byte < utf8.size() ? byte : utf8.size();
  };
  const size_t first = skip(0, begin);
  return utf8.substr(first, skip(first, end - begin) - first);
}

}  // namespace tiqu
