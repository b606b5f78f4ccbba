#include "serving/rest/request_path.h"

#include <algorithm>
#include <array>

namespace tiqu::serving {
namespace {

char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// Takes the word from the front, in whatever case.
bool TakeWord(std::string_view word, std::string_view* rest) {
  if (rest->size() < word.size()) return false;
  for (size_t i = 0; i < word.size(); ++i) {
    if (Lower((*rest)[i]) != word[i]) return false;
  }
  rest->remove_prefix(word.size());
  return true;
}

// One character or more but '/' and ':'.
bool TakeName(std::string_view* rest, std::string_view* name) {
  const size_t size = std::min(rest->find_first_of("/:"), rest->size());
  if (size == 0) return false;
  *name = rest->substr(0, size);
  rest->remove_prefix(size);
  return true;
}

// [/versions/DIGITS | /labels/LABEL]; leaves `rest` alone where neither stands.
void TakeVersionOrLabel(std::string_view* rest, ModelPath* path) {
  std::string_view at = *rest;
  if (TakeWord("/versions/", &at)) {
    const size_t size = std::find_if_not(at.begin(), at.end(), IsDigit) - at.begin();
    if (size == 0) return;
    path->version = std::string(at.substr(0, size));
    *rest = at.substr(size);
    return;
  }
  at = *rest;
  std::string_view label;
  if (TakeWord("/labels/", &at) && TakeName(&at, &label)) {
    path->label = PercentDecode(label);
    *rest = at;
  }
}

// What follows "/v1/models" and the name.
bool MatchRestOfGet(std::string_view rest, ModelPath* path) {
  TakeVersionOrLabel(&rest, path);
  if (TakeWord("/metadata", &rest)) path->metadata = true;
  return rest.empty();
}

int HexDigit(char c) {
  if (IsDigit(c)) return c - '0';
  const char lower = Lower(c);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

}  // namespace

bool IsRestPath(std::string_view target) { return TakeWord("/v1/", &target); }

std::optional<ModelPath> MatchPost(std::string_view target) {
  std::string_view name;
  if (!TakeWord("/v1/models/", &target) || !TakeName(&target, &name)) return std::nullopt;
  ModelPath path;
  path.model = PercentDecode(name);
  TakeVersionOrLabel(&target, &path);
  constexpr std::array<std::string_view, 4> kVerbs = {"classify", "regress", "predict", "extract"};
  if (target.empty() || target.front() != ':') return std::nullopt;
  target.remove_prefix(1);
  for (const std::string_view verb : kVerbs) {
    std::string_view rest = target;
    if (!TakeWord(verb, &rest) || !rest.empty()) continue;
    path.verb = std::string(target);
    return path;
  }
  return std::nullopt;
}

std::optional<ModelPath> MatchGet(std::string_view target) {
  if (!TakeWord("/v1/models", &target)) return std::nullopt;
  // With a name first, as the pattern is greedy: /v1/models/metadata asks for a model of that name.
  std::string_view rest = target;
  std::string_view name;
  if (!rest.empty() && rest.front() == '/') {
    rest.remove_prefix(1);
    ModelPath path;
    if (TakeName(&rest, &name) && MatchRestOfGet(rest, &path)) {
      path.model = PercentDecode(name);
      return path;
    }
  }
  ModelPath path;
  if (MatchRestOfGet(target, &path)) return path;
  return std::nullopt;
}

std::string PercentDecode(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && HexDigit(text[i + 1]) >= 0 && HexDigit(text[i + 2]) >= 0) {
      out.push_back(static_cast<char>(HexDigit(text[i + 1]) * 16 + HexDigit(text[i + 2])));
      i += 2;
    } else {
      out.push_back(text[i]);
    }
  }
  return out;
}

std::string_view WithoutAuthority(std::string_view target) {
  std::string_view rest = target;
  if (!TakeWord("http://", &rest) && !TakeWord("https://", &rest)) return target;
  const size_t slash = rest.find('/');
  return slash == std::string_view::npos ? "/" : rest.substr(slash);
}

std::string_view PathOnly(std::string_view target) { return target.substr(0, target.find_first_of("?#")); }

}  // namespace tiqu::serving
