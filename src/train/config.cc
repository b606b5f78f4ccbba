#include "train/config.h"

#include <charconv>
#include <sstream>

#include "base/file.h"
#include "base/status.h"
#include "fmt/format.h"
#include "fmt/ranges.h"
#include "toml++/toml.h"

namespace tiqu::train {
namespace {

using nlohmann::json;

const OptionField* FindField(const std::vector<OptionField>& fields, const std::string& section,
                             const std::string& name) {
  for (const OptionField& field : fields) {
    if (field.section == section && field.name == name) return &field;
  }
  return nullptr;
}

std::vector<std::string> NamesOf(const std::vector<OptionField>& fields, const std::string& section) {
  std::vector<std::string> names;
  for (const OptionField& field : fields) {
    if (field.section == section) names.push_back(field.name);
  }
  return names;
}

// Puts a JSON value into a field; false when it is of another kind.
struct JsonSetter {
  const json& value;

  bool operator()(int* target) const {
    if (!value.is_number_integer() || value < -(1 << 30) || value > (1 << 30)) return false;
    *target = value.get<int>();
    return true;
  }
  bool operator()(uint64_t* target) const {
    if (!value.is_number_integer() || (!value.is_number_unsigned() && value < 0)) return false;
    *target = value.get<uint64_t>();
    return true;
  }
  bool operator()(double* target) const {
    if (!value.is_number()) return false;
    *target = value.get<double>();
    return true;
  }
  bool operator()(bool* target) const {
    if (!value.is_boolean()) return false;
    *target = value.get<bool>();
    return true;
  }
  bool operator()(std::string* target) const {
    if (!value.is_string()) return false;
    *target = value.get<std::string>();
    return true;
  }
  bool operator()(std::vector<std::string>* target) const {
    if (value.is_string()) {  // one file need not be a list
      *target = {value.get<std::string>()};
      return true;
    }
    return SetList(target);
  }
  bool operator()(std::vector<int>* target) const { return SetList(target); }

  template <typename T>
  bool SetList(std::vector<T>* target) const {
    if (!value.is_array()) return false;
    std::vector<T> items;
    for (const json& item : value) {
      T parsed;
      if (!JsonSetter{item}(&parsed)) return false;
      items.push_back(std::move(parsed));
    }
    *target = std::move(items);
    return true;
  }
};

const char* KindOf(const OptionField& field) {
  static constexpr const char* kKinds[] = {
      "a whole number",    "a whole number from 0",  "a number", "true or false", "a string",
      "a list of strings", "a list of whole numbers"};
  return kKinds[field.value.index()];
}

template <typename T>
bool ParseNumber(const std::string& word, T* target) {
  const char* end = word.data() + word.size();
  const auto [stop, error] = std::from_chars(word.data(), end, *target);
  return error == std::errc() && stop == end;
}

// A list may be given as it stands in a file, --teachers '["a.h5", "b.h5"]', of which CLI11 takes the brackets away.
std::string Unquoted(const std::string& word) {
  const bool quoted = word.size() >= 2 && word.front() == '"' && word.back() == '"';
  return quoted ? word.substr(1, word.size() - 2) : word;
}

// Puts the words of a flag into a field; false when they do not fit.
struct WordSetter {
  const std::vector<std::string>& words;

  template <typename T>
  bool operator()(T* target) const {
    return words.size() == 1 && ParseNumber(words[0], target);
  }
  bool operator()(bool* target) const {  // a bare flag means true
    const bool bare = words.empty() || words[0].empty();
    *target = bare || words[0] == "true";
    return bare || (words.size() == 1 && (words[0] == "true" || words[0] == "false"));
  }
  bool operator()(std::string* target) const {
    if (words.size() == 1) *target = words[0];
    return words.size() == 1;
  }
  bool operator()(std::vector<std::string>* target) const {
    target->clear();
    for (const std::string& word : words) target->push_back(Unquoted(word));
    return true;
  }
  bool operator()(std::vector<int>* target) const {
    target->clear();
    for (const std::string& word : words) {
      int value = 0;
      if (!ParseNumber(word, &value)) return false;
      target->push_back(value);
    }
    return true;
  }
};

absl::StatusOr<json> ParseToml(const std::string& text, const std::string& path) {
  try {
    std::ostringstream out;
    out << toml::json_formatter(toml::parse(text, path));
    return json::parse(out.str());
  } catch (const toml::parse_error& error) {
    return absl::InvalidArgumentError(
        fmt::format("{}, line {}: {}", path, error.source().begin.line, error.description()));
  }
}

absl::StatusOr<json> ParseJson(const std::string& text, const std::string& path) {
  try {
    return json::parse(text);
  } catch (const json::exception& error) {
    return absl::InvalidArgumentError(fmt::format("{} is not JSON: {}", path, error.what()));
  }
}

}  // namespace

std::string OptionField::flag() const {
  std::string dashed = name;
  for (char& c : dashed) c = c == '_' ? '-' : c;
  return "--" + dashed;
}

std::string OptionField::ValueText() const {
  return std::visit(
      [](const auto* target) {
        using T = std::remove_cvref_t<decltype(*target)>;
        if constexpr (std::is_same_v<T, std::vector<std::string>> || std::is_same_v<T, std::vector<int>>) {
          return fmt::format("{}", fmt::join(*target, " "));
        } else {
          return fmt::format("{}", *target);
        }
      },
      value);
}

absl::Status ApplyConfig(const json& config, TrainerOptions* options) {
  if (!config.is_object()) return absl::InvalidArgumentError("a configuration is an object of sections");
  const std::vector<OptionField> fields = OptionFields(options);
  for (const auto& [section, entries] : config.items()) {
    const std::vector<std::string> known = NamesOf(fields, section);
    if (known.empty() || !entries.is_object()) {
      return absl::InvalidArgumentError(
          fmt::format("unknown section \"{}\"; known are data, optimizer, regularization, model, run", section));
    }
    for (const auto& [name, value] : entries.items()) {
      const OptionField* field = FindField(fields, section, name);
      if (field == nullptr) {
        return absl::InvalidArgumentError(
            fmt::format("unknown key \"{}.{}\"; known in [{}]: {}", section, name, section, fmt::join(known, ", ")));
      }
      if (!std::visit(JsonSetter{value}, field->value)) {
        return absl::InvalidArgumentError(
            fmt::format("{}.{} is {}, expected {}", section, name, value.dump(), KindOf(*field)));
      }
    }
  }
  return absl::OkStatus();
}

absl::Status ReadConfigFile(const std::string& path, TrainerOptions* options) {
  TIQU_ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
  const auto parsed = path.ends_with(".json") ? ParseJson(text, path) : ParseToml(text, path);
  if (!parsed.ok()) return parsed.status();
  return Annotate(ApplyConfig(*parsed, options), path);
}

absl::Status ApplyFlag(const OptionField& field, const std::vector<std::string>& words) {
  if (std::visit(WordSetter{words}, field.value)) return absl::OkStatus();
  return absl::InvalidArgumentError(
      fmt::format("{} is \"{}\", expected {}", field.flag(), fmt::join(words, " "), KindOf(field)));
}

json ConfigToJson(const TrainerOptions& options) {
  TrainerOptions copy = options;
  json config = json::object();
  for (const OptionField& field : OptionFields(&copy)) {
    std::visit([&](const auto* target) { config[field.section][field.name] = *target; }, field.value);
  }
  return config;
}

}  // namespace tiqu::train
