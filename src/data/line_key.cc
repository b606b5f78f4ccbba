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

std::span<const std::string_view> NamesOf(LineKey key) {
  switch (key) {
    case LineKey::kQuestion:
      return kQuestionNames;
    case LineKey::kPassage:
      return kPassageNames;
    case LineKey::kAnswer:
      break;
  }
  return kAnswerNames;
}

bool StartsWith(std::string_view text, std::string_view name) {
  if (text.size() < name.size()) return false;
  const auto same = [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a - 'A' + 'a' : a) == b; };
  return std::equal(name.begin(), name.end(), text.begin(), [&](char n, char t) { return same(t, n); });
}

// Bytes of key, blanks and colon at the begin of `text`; 0: another thing stands there.
size_t KeyLength(std::string_view text, LineKey key) {
  for (const std::string_view name : NamesOf(key)) {
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

KeyPlace FindLineKey(std::string_view line, LineKey key, size_t from) {
  for (size_t at = from; at < line.size(); ++at) {
    if (!AfterBlank(line, at)) continue;
    if (const size_t length = KeyLength(line.substr(at), key); length > 0) return {at, at + length};
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
