// Small readers of simdjson elements that never throw.
//
// Thread safety: free functions.
#pragma once

#include <simdjson.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace tiqu::data {

using JsonArray = simdjson::dom::array;
using JsonElement = simdjson::dom::element;
using JsonObject = simdjson::dom::object;

std::optional<std::string> JsonText(const JsonObject& object, const char* key);
std::optional<int64_t> JsonInt(const JsonObject& object, const char* key);
// An offset: -1 when there is none (or null), nullopt when it is no whole number. 4.0 is one: tables are exported so.
std::optional<int64_t> JsonOffset(const JsonObject& object, const char* key);
std::optional<JsonArray> JsonList(const JsonObject& object, const char* key);
bool JsonHas(const JsonObject& object, const char* key);

// An id as text, whether it is written as text or as a number; empty when there is none.
std::string JsonId(const JsonObject& object, const char* key = "id");

// What went wrong with `json`: for text that is not UTF-8 the line (when there are several) and the byte.
std::string JsonFault(std::string_view json, simdjson::error_code error);

}  // namespace tiqu::data
