#include "serving/json/json_text.h"

#include <array>

#include "base/utf8.h"
#include "serving/json/number_text.h"

namespace tiqu::serving {
namespace {

constexpr size_t kQuotedBytes = 256;

// 0: as it is, 'u': \u00XX, else the letter after the backslash.
constexpr std::array<char, 256> kEscapes = [] {
  std::array<char, 256> escapes{};
  for (int i = 0; i < 0x20; ++i) escapes[i] = 'u';
  escapes['\b'] = 'b';
  escapes['\f'] = 'f';
  escapes['\n'] = 'n';
  escapes['\r'] = 'r';
  escapes['\t'] = 't';
  escapes['"'] = '"';
  escapes['\\'] = '\\';
  return escapes;
}();

// Stops when enough is written; no deeper than what is written, since every level writes a bracket.
void Describe(const JsonValue& value, std::string* out) {
  if (out->size() > kQuotedBytes) return;
  switch (value.GetType()) {
    case rapidjson::kNullType:
      out->append("null");
      return;
    case rapidjson::kFalseType:
      out->append("false");
      return;
    case rapidjson::kTrueType:
      out->append("true");
      return;
    case rapidjson::kStringType:
      AppendJsonString(StringOf(value).substr(0, kQuotedBytes + 1), out);
      return;
    case rapidjson::kNumberType:
      if (value.IsInt64()) {
        AppendInteger(value.GetInt64(), out);
      } else if (value.IsUint64()) {
        AppendInteger(value.GetUint64(), out);
      } else {
        AppendDouble(value.GetDouble(), out);
      }
      return;
    case rapidjson::kArrayType:
      out->push_back('[');
      for (rapidjson::SizeType i = 0; i < value.Size() && out->size() <= kQuotedBytes; ++i) {
        if (i > 0) out->push_back(',');
        Describe(value[i], out);
      }
      out->push_back(']');
      return;
    case rapidjson::kObjectType:
      break;
  }
  out->push_back('{');
  for (auto member = value.MemberBegin(); member != value.MemberEnd() && out->size() <= kQuotedBytes; ++member) {
    if (member != value.MemberBegin()) out->push_back(',');
    Describe(member->name, out);
    out->push_back(':');
    Describe(member->value, out);
  }
  out->push_back('}');
}

}  // namespace

void AppendJsonString(std::string_view text, std::string* out) {
  constexpr char kHex[] = "0123456789ABCDEF";
  out->push_back('"');
  size_t plain = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const char escape = kEscapes[byte];
    if (escape == 0) continue;
    out->append(text.substr(plain, i - plain));
    plain = i + 1;
    out->push_back('\\');
    out->push_back(escape);
    if (escape == 'u') {
      out->append("00");
      out->push_back(kHex[byte >> 4]);
      out->push_back(kHex[byte & 15]);
    }
  }
  out->append(text.substr(plain));
  out->push_back('"');
}

std::string CutText(std::string_view text, size_t limit) {
  if (text.size() <= limit) return std::string(text);
  size_t end = limit;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  std::string cut(text.substr(0, end));
  cut += "...";
  return cut;
}

std::string DescribeJson(const JsonValue& value) {
  std::string text;
  Describe(value, &text);
  return CutText(text, kQuotedBytes);
}

const char* JsonTypeName(const JsonValue& value) {
  switch (value.GetType()) {
    case rapidjson::kNullType:
      return "Null";
    case rapidjson::kFalseType:
      return "False";
    case rapidjson::kTrueType:
      return "True";
    case rapidjson::kObjectType:
      return "Object";
    case rapidjson::kArrayType:
      return "Array";
    case rapidjson::kStringType:
      return "String";
    case rapidjson::kNumberType:
      break;
  }
  return "Number";
}

std::string ErrorBody(std::string_view message) {
  std::string body = "{\n    \"error\": ";
  AppendJsonString(ReplaceInvalidUtf8(message), &body);  // it may quote what is no text
  body += "\n}";
  return body;
}

}  // namespace tiqu::serving
