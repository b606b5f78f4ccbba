#include "serving/json/json_document.h"

#include <rapidjson/memorystream.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "serving/json/json_text.h"

namespace tiqu::serving {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

// The words that clients know; later releases of the parser have others.
const char* ParseErrorText(rapidjson::ParseErrorCode code) {
  switch (code) {
    case rapidjson::kParseErrorDocumentEmpty:
      return "The document is empty.";
    case rapidjson::kParseErrorDocumentRootNotSingular:
      return "The document root must not be followed by other values.";
    case rapidjson::kParseErrorValueInvalid:
      return "Invalid value.";
    case rapidjson::kParseErrorObjectMissName:
      return "Missing a name for object member.";
    case rapidjson::kParseErrorObjectMissColon:
      return "Missing a colon after a name of object member.";
    case rapidjson::kParseErrorObjectMissCommaOrCurlyBracket:
      return "Missing a comma or } after an object member.";
    case rapidjson::kParseErrorArrayMissCommaOrSquareBracket:
      return "Missing a comma or ] after an array element.";
    case rapidjson::kParseErrorStringUnicodeEscapeInvalidHex:
      return "Incorrect hex digit after \\u escape in string.";
    case rapidjson::kParseErrorStringUnicodeSurrogateInvalid:
      return "The surrogate pair in string is invalid.";
    case rapidjson::kParseErrorStringEscapeInvalid:
      return "Invalid escape character in string.";
    case rapidjson::kParseErrorStringMissQuotationMark:
      return "Missing a closing quotation mark in string.";
    case rapidjson::kParseErrorStringInvalidEncoding:
      return "Invalid encoding in string.";
    case rapidjson::kParseErrorNumberTooBig:
      return "Number too big to be stored in double.";
    case rapidjson::kParseErrorNumberMissFraction:
      return "Miss fraction part in number.";
    case rapidjson::kParseErrorNumberMissExponent:
      return "Miss exponent in number.";
    case rapidjson::kParseErrorTermination:
      return "Terminate parsing due to Handler error.";
    case rapidjson::kParseErrorNone:
    case rapidjson::kParseErrorUnspecificSyntaxError:
      break;
  }
  return "Unspecific syntax error.";
}

// What stands where the parser stopped, for people.
absl::Status ParseError(rapidjson::ParseErrorCode code, size_t offset, std::string_view text) {
  std::string message = absl::StrCat("JSON Parse error: ", ParseErrorText(code), " at offset: ", offset);
  constexpr std::string_view kGzipMagic = "\x1F\x8B";
  if (text.substr(0, 2) == kGzipMagic) {
    message += " (the body looks gzip-compressed: send the header Content-Encoding: gzip)";
  } else if (code != rapidjson::kParseErrorDocumentEmpty) {
    constexpr size_t kBefore = 20;
    const size_t begin = offset > kBefore ? offset - kBefore : 0;
    message += " (near ";
    AppendJsonString(CutText(text.substr(std::min(begin, text.size())), 40), &message);
    message += ")";
  }
  return absl::InvalidArgumentError(message);
}

// Where a fraction or an exponent follows NaN or Infinity, outside strings: there the parser reads beyond its own
// buffer.
std::optional<size_t> FractionOfNanOrInf(std::string_view text) {
  if (text.find("NaN") == std::string_view::npos && text.find("Inf") == std::string_view::npos) return std::nullopt;
  bool in_string = false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '"') {
      in_string = !in_string;
    } else if (in_string) {
      if (c == '\\') ++i;  // what is escaped ends no string
    } else if (i > 0 && (c == '.' || c == 'e' || c == 'E')) {
      const char before = text[i - 1];  // of NaN, Inf or Infinity; no other value ends so
      if (before == 'N' || before == 'f' || before == 'y') return i;
    }
  }
  return std::nullopt;
}

// The memory that a text's values are taken from at a time. For a short text the parser's own size would be most of the
// work: the system's allocator tidies up after each block of 64 KiB.
size_t ChunkBytes(std::string_view text) {
  constexpr size_t kLeast = size_t{1} << 10, kMost = size_t{64} << 10;
  return std::clamp(2 * text.size(), kLeast, kMost);
}

}  // namespace

JsonDocument::JsonDocument(std::unique_ptr<Parsed> parsed, int64_t text_bytes)
    : parsed_(std::move(parsed)), text_bytes_(text_bytes) {}

absl::StatusOr<JsonDocument> JsonDocument::Parse(std::string_view text) {
  if (text.empty()) return absl::InvalidArgumentError("JSON Parse error: The document is empty");
  if (const auto offset = FractionOfNanOrInf(text)) {
    return ParseError(rapidjson::kParseErrorValueInvalid, *offset, text);
  }
  const size_t skipped = text.starts_with(kByteOrderMark) ? kByteOrderMark.size() : 0;
  try {
    auto parsed = std::make_unique<Parsed>(ChunkBytes(text));
    Document& document = parsed->document;
    rapidjson::MemoryStream stream(text.data() + skipped, text.size() - skipped);
    constexpr unsigned kFlags = rapidjson::kParseIterativeFlag | rapidjson::kParseNanAndInfFlag |
                                rapidjson::kParseStopWhenDoneFlag | rapidjson::kParseFullPrecisionFlag;
    if (document.ParseStream<kFlags, rapidjson::UTF8<>>(stream).HasParseError()) {
      return ParseError(document.GetParseError(), document.GetErrorOffset() + skipped, text);
    }
    if (!document.IsObject()) {
      return absl::InvalidArgumentError(absl::StrCat("JSON Value: ", DescribeJson(document), " Is not object"));
    }
    return JsonDocument(std::move(parsed), static_cast<int64_t>(text.size()));
  } catch (const std::bad_alloc&) {
    return absl::ResourceExhaustedError(
        absl::StrCat("memory does not suffice for a JSON text of ", text.size(), " bytes"));
  }
}

const JsonValue* FindMember(const JsonValue& object, std::string_view name) {
  for (auto member = object.MemberBegin(); member != object.MemberEnd(); ++member) {
    if (StringOf(member->name) == name) return &member->value;
  }
  return nullptr;
}

}  // namespace tiqu::serving
