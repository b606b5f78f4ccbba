#include "data/line_key.h"

#include <algorithm>
#include <array>
#include <span>

namespace tiqu::data {
namespace {

constexpr std::string_view kWideColon = "：";

constexpr std::array<std::string_view, 3> kQuestionNames = {"question", "问题", "问"};
constexpr std::array<std::string_view, 4> kPassageNames = {"passage", "原文", "段落", "文本"};
constexpr std::array<std::string_view, 3> kAnswerNames = {"answer", "答案", "答"};

// The first name of each key is the Latin one.
std::span<const std::string_view> NamesOf(LineKey key, KeyScript script) {
  std::span<const std::string_view> names = kAnswerNames;
  if (key == LineKey::kQuestion) names = kQuestionNames;
  if (key == LineKey::kPassage) names = kPassageNames;
  if (script == KeyScript::kLatin) return names.first(1);
  return script == KeyScript::kHan ? names.subspan(1) : names;
}

bool StartsWith(std::string_view text, std::string_view name) {
  if (text.size() < name.size()) return false;
  const auto same = [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a - 'A' + 'a' : a) == b; };
  return std::equal(name.begin(), name.end(), text.begin(), [&](char n, char t) { return same(t, n); });
}

// Bytes of key, blanks and colon at the begin of `text`; 0: another thing stands there.
size_t KeyLength(std::string_view text, LineKey key, KeyScript script) {
  for (const std::string_view name : NamesOf(key, script)) {
    if (!StartsWith(text, name)) continue;
    size_t at = name.size();
    while (at < text.size() && text[at] == ' ') ++at;
    if (at < text.size() && text[at] == ':') return at + 1;
    if (text.substr(at, kWideColon.size()) == kWideColon) return at + kWideColon.size();
  }
  return 0;
}

bool AfterBlank(std::string_view line, size_t at) {
  if (at == 0) return true;
  const char before = line[at - 1];
  if (before == ' ' || before == '\t') return true;
  constexpr std::string_view kWideBlank = "\u3000";
  return at >= kWideBlank.size() && line.substr(at - kWideBlank.size(), kWideBlank.size()) == kWideBlank;
}

}  // namespace

KeyPlace FindLineKey(std::string_view line, LineKey key, KeyScript script) {
  for (size_t at = 0; at < line.size(); ++at) {
    if (!AfterBlank(line, at)) continue;
    if (const size_t length = KeyLength(line.substr(at), key, script); length > 0) return {at, at + length};
  }
  return {};
}

bool HasLineKey(std::string_view head) {
  for (int lines = 0; lines < 50 && !head.empty(); ++lines) {
    const size_t end = std::min(head.find('\n'), head.size());
    if (FindLineKey(head.substr(0, end), LineKey::kQuestion).begin == 0) return true;
    head.remove_prefix(std::min(end + 1, head.size()));
  }
  return false;
}

}  // namespace tiqu::data
