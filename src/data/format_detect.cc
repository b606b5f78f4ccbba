// Which format a file is in, by the begin of its content; and the formats' names.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "data/json_field.h"
#include "data/line_key.h"
#include "data/reader.h"
#include "data/tag_column.h"

namespace tiqu::data {
namespace {

struct NamedFormat {
  std::string_view name;
  Format format;
};

constexpr std::array<NamedFormat, 9> kFormats = {{{"auto", Format::kAuto},
                                                  {"jsonl", Format::kJsonl},
                                                  {"lines", Format::kLines},
                                                  {"squad", Format::kSquad},
                                                  {"span", Format::kSpans},
                                                  {"labelstudio", Format::kLabelStudio},
                                                  {"webqa", Format::kWebqa},
                                                  {"duie", Format::kDuie},
                                                  {"bio", Format::kColumns}}};

struct KeyOfFormat {
  const char* key;
  Format format;
};

// The first key that a record has decides.
constexpr std::array<KeyOfFormat, 9> kKeys = {{{"paragraphs", Format::kSquad},
                                               {"question_tokens", Format::kWebqa},
                                               {"spo_list", Format::kDuie},
                                               {"passage", Format::kJsonl},
                                               {"question", Format::kJsonl},
                                               {"annotations", Format::kLabelStudio},
                                               {"entities", Format::kSpans},
                                               {"labels", Format::kSpans},
                                               {"label", Format::kSpans}}};

std::string_view FirstLine(std::string_view text) { return text.substr(0, std::min(text.find('\n'), text.size())); }

std::string_view SkipBlank(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(" \t\r\n"), text.size()));
  return text;
}

// A record a line: its own keys decide. False: the line is no whole object, or has none of the keys.
bool DetectByKeys(std::string_view line, Format* format) {
  simdjson::dom::parser parser;
  JsonObject record;
  if (parser.parse(line.data(), line.size()).get(record) != simdjson::SUCCESS) return false;
  if (JsonList(record, "data")) {
    *format = Format::kSquad;
    return true;
  }
  for (const KeyOfFormat& entry : kKeys) {
    if (!JsonHas(record, entry.key)) continue;
    *format = entry.format;
    return true;
  }
  return false;
}

// A document over many lines, or a first line longer than what was read: the keys are looked for as text.
bool DetectByText(std::string_view head, Format* format) {
  for (const KeyOfFormat& entry : kKeys) {
    if (head.find(fmt::format("\"{}\"", entry.key)) == std::string_view::npos) continue;
    *format = entry.format;
    return true;
  }
  return false;
}

bool LooksLikeColumns(std::string_view text) {
  int good = 0;
  for (int lines = 0; lines < 20 && !text.empty(); ++lines) {
    const std::string_view line = FirstLine(text);
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    TagColumn column;
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    if (!ParseTagColumn(line, &column)) return false;
    ++good;
  }
  return good > 0;
}

}  // namespace

absl::StatusOr<Format> ParseFormat(std::string_view name) {
  std::string names;
  for (const NamedFormat& entry : kFormats) {
    if (entry.name == name) return entry.format;
    names += fmt::format("{}{}", names.empty() ? "" : ", ", entry.name);
  }
  return absl::InvalidArgumentError(fmt::format("format \"{}\" is none of: {}", name, names));
}

std::string_view FormatName(Format format) {
  for (const NamedFormat& entry : kFormats) {
    if (entry.format == format) return entry.name;
  }
  return "?";
}

absl::StatusOr<Format> DetectFormat(std::string_view head) {
  if (head.substr(0, 3) == "\xEF\xBB\xBF") head.remove_prefix(3);
  head = SkipBlank(head);
  if (head.empty()) return absl::InvalidArgumentError("the file is empty: its format cannot be seen");
  Format format = Format::kAuto;
  if (head.front() == '{' || head.front() == '[') {
    if (DetectByKeys(FirstLine(head), &format) || DetectByText(head, &format)) return format;
  } else if (HasLineKey(head)) {
    return Format::kLines;
  } else if (LooksLikeColumns(head)) {
    return Format::kColumns;
  }
  return absl::InvalidArgumentError("the format is not recognised: give it (--format)");
}

}  // namespace tiqu::data
