#include "data/json_field.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/utf8.h"

namespace tiqu::data {
namespace {

// "line 12: byte 3 (0xff) is not UTF-8": bytes count from the begin of that line.
std::string Utf8Fault(std::string_view bytes) {
  const bool one_line = bytes.find('\n') == std::string_view::npos;
  int64_t number = 1;
  while (!bytes.empty()) {
    const size_t end = std::min(bytes.find('\n'), bytes.size());
    const auto line = DecodeUtf8(bytes.substr(0, end));
    if (!line.ok()) {
      const std::string what(line.status().message());
      return one_line ? what : fmt::format("line {}: {}", number, what);
    }
    bytes.remove_prefix(std::min(end + 1, bytes.size()));
    ++number;
  }
  return "not UTF-8";
}

}  // namespace

std::optional<std::string> JsonText(const JsonObject& object, const char* key) {
  std::string_view text;
  if (object.at_key(key).get(text) != simdjson::SUCCESS) return std::nullopt;
  return std::string(text);
}

std::optional<int64_t> JsonInt(const JsonObject& object, const char* key) {
  int64_t number = 0;
  if (object.at_key(key).get(number) != simdjson::SUCCESS) return std::nullopt;
  return number;
}

std::optional<int64_t> JsonOffset(const JsonObject& object, const char* key) {
  JsonElement element;
  if (object.at_key(key).get(element) != simdjson::SUCCESS || element.is_null()) return -1;
  int64_t number = 0;
  if (element.get(number) == simdjson::SUCCESS) return number;
  double real = 0;
  constexpr double kLimit = 1e15;  // whole numbers up to there are exact
  if (element.get(real) != simdjson::SUCCESS || std::floor(real) != real || std::abs(real) > kLimit)
    return std::nullopt;
  return static_cast<int64_t>(real);
}

std::optional<JsonArray> JsonList(const JsonObject& object, const char* key) {
  JsonArray list;
  if (object.at_key(key).get(list) != simdjson::SUCCESS) return std::nullopt;
  return list;
}

bool JsonHas(const JsonObject& object, const char* key) {
  JsonElement element;
  return object.at_key(key).get(element) == simdjson::SUCCESS;
}

std::string JsonId(const JsonObject& object, const char* key) {
  if (auto text = JsonText(object, key)) return *text;
  if (auto number = JsonInt(object, key)) return std::to_string(*number);
  return "";
}

std::string JsonFault(std::string_view json, simdjson::error_code error) {
  if (error == simdjson::UTF8_ERROR) return Utf8Fault(json);
  return simdjson::error_message(error);
}

}  // namespace tiqu::data
