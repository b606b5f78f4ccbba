#include "model/json_fields.h"

#include <cmath>
#include <cstdint>
#include <limits>
#include <utility>

#include "fmt/format.h"

namespace tiqu::model {
namespace {

using nlohmann::json;

// What an error message shows of a value: never more than a glance of it.
std::string Glance(const json& value) {
  std::string text = value.dump(-1, ' ', /*ensure_ascii=*/true, json::error_handler_t::replace);
  constexpr size_t kLongest = 40;
  if (text.size() > kLongest) text = text.substr(0, kLongest) + "...";
  return text;
}

bool ToInt(const json& value, int* out) {
  if (!value.is_number_integer()) return false;
  if (value.is_number_unsigned() && value.get<uint64_t>() > static_cast<uint64_t>(std::numeric_limits<int>::max())) {
    return false;
  }
  const auto wide = value.get<int64_t>();
  if (wide < std::numeric_limits<int>::min() || wide > std::numeric_limits<int>::max()) return false;
  *out = static_cast<int>(wide);
  return true;
}

bool ToFloat(const json& value, float* out) {
  if (!value.is_number()) return false;
  const auto number = static_cast<float>(value.get<double>());
  if (!std::isfinite(number)) return false;
  *out = number;
  return true;
}

bool ToText(const json& value, std::string* out) {
  if (!value.is_string()) return false;
  *out = value.get<std::string>();
  return true;
}

template <typename T, typename Convert>
bool ToList(const json& value, std::vector<T>* out, Convert convert) {
  if (!value.is_array()) return false;
  std::vector<T> list;
  for (const json& item : value) {
    T element{};
    if (!convert(item, &element)) return false;
    list.push_back(std::move(element));
  }
  *out = std::move(list);
  return true;
}

}  // namespace

JsonFields::JsonFields(const json& object, std::string_view path) : object_(object), path_(path) {
  if (!object.is_object()) {
    status_ = absl::InvalidArgumentError(fmt::format("{} is {}, expected an object", path_, Glance(object)));
  }
}

const json* JsonFields::Find(std::string_view name) const {
  if (!object_.is_object()) return nullptr;
  const auto found = object_.find(std::string(name));
  return found == object_.end() ? nullptr : &*found;
}

const json* JsonFields::Require(std::string_view name) {
  const json* value = Find(name);
  if (value == nullptr && status_.ok()) {
    status_ = absl::InvalidArgumentError(fmt::format("{}.{} is missing", path_, name));
  }
  return value;
}

void JsonFields::Fail(std::string_view name, std::string_view expected, const json& found) {
  if (!status_.ok()) return;
  status_ = absl::InvalidArgumentError(fmt::format("{}.{} is {}, expected {}", path_, name, Glance(found), expected));
}

void JsonFields::Read(std::string_view name, bool* out) {
  const json* value = Require(name);
  if (value == nullptr) return;
  if (!value->is_boolean()) return Fail(name, "true or false", *value);
  *out = value->get<bool>();
}

void JsonFields::Read(std::string_view name, int* out) {
  const json* value = Require(name);
  if (value != nullptr && !ToInt(*value, out)) Fail(name, "a 32-bit integer", *value);
}

void JsonFields::Read(std::string_view name, float* out) {
  const json* value = Require(name);
  if (value != nullptr && !ToFloat(*value, out)) Fail(name, "a finite number", *value);
}

void JsonFields::Read(std::string_view name, std::string* out) {
  const json* value = Require(name);
  if (value != nullptr && !ToText(*value, out)) Fail(name, "a string", *value);
}

void JsonFields::Read(std::string_view name, std::vector<int>* out) {
  const json* value = Require(name);
  if (value != nullptr && !ToList(*value, out, ToInt)) Fail(name, "a list of 32-bit integers", *value);
}

void JsonFields::Read(std::string_view name, std::vector<std::string>* out) {
  const json* value = Require(name);
  if (value != nullptr && !ToList(*value, out, ToText)) Fail(name, "a list of strings", *value);
}

void JsonFields::ReadFloats(std::string_view name, float* out, size_t count) {
  const json* value = Require(name);
  if (value == nullptr) return;
  std::vector<float> list;
  if (!ToList(*value, &list, ToFloat) || list.size() != count) {
    return Fail(name, fmt::format("a list of {} finite numbers", count), *value);
  }
  for (size_t i = 0; i < count; ++i) out[i] = list[i];
}

}  // namespace tiqu::model
