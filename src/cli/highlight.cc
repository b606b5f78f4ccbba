#include "cli/highlight.h"

#include <algorithm>
#include <iterator>

#include "base/utf8.h"
#include "fmt/format.h"

namespace tiqu::cli {
namespace {

constexpr std::string_view kMark = "\x1b[1;30;43m";  // bold black on yellow
constexpr std::string_view kFaint = "\x1b[2m";
constexpr std::string_view kPlain = "\x1b[0m";
constexpr int kContextChars = 60;        // shown on each side of an answer
constexpr int kWholePassageChars = 600;  // a passage up to this long is shown whole

// Control characters of the passage must not reach the terminal.
std::string Printable(std::u32string_view chars) {
  std::string text;
  for (const char32_t c : chars) AppendUtf8(c < 0x20 && c != '\n' && c != '\t' ? U'�' : c == 0x7F ? U'�' : c, &text);
  return text;
}

// The stretch between two answers (or an answer and an end of the passage), shortened in its middle.
std::string Between(std::u32string_view chars, bool answer_before, bool answer_after, bool whole) {
  const size_t head = answer_before ? kContextChars : 0;
  const size_t tail = answer_after ? kContextChars : 0;
  if (whole || chars.size() <= head + tail) return Printable(chars);
  return fmt::format("{}{}…{}{}", Printable(chars.substr(0, head)), kFaint, kPlain,
                     Printable(chars.substr(chars.size() - tail)));
}

// A line stays a line, a column a column.
std::string OneColumn(std::string text) {
  for (char& byte : text) byte = byte == '\n' || byte == '\r' || byte == '\t' ? ' ' : byte;
  return text;
}

}  // namespace

std::string ShowInColour(const Reply& reply, std::string_view passage) {
  const std::u32string chars = DecodeUtf8(passage).value_or(std::u32string());
  const std::u32string_view view = chars;
  const bool whole = chars.size() <= kWholePassageChars;
  std::string out;
  size_t at = 0;
  for (const Answer& answer : reply.answers) {
    const auto begin = std::min(static_cast<size_t>(answer.begin), chars.size());
    const auto end = std::min(static_cast<size_t>(answer.end), chars.size());
    out += Between(view.substr(at, begin - at), at > 0, true, whole);
    out.append(kMark).append(Printable(view.substr(begin, end - begin))).append(kPlain);
    at = end;
  }
  if (!reply.answers.empty() || whole) out += Between(view.substr(at), at > 0, false, whole);
  if (!out.empty()) out += "\n\n";
  for (const Answer& answer : reply.answers) {
    fmt::format_to(std::back_inserter(out), "{}  {}[{}, {})  {:.4f}{}\n", Printable(DecodeUtf8(answer.text).value()),
                   kFaint, answer.begin, answer.end, answer.score, kPlain);
  }
  fmt::format_to(std::back_inserter(out), "{}{}no answer: {:.4f}{}\n", reply.answers.empty() ? "no answer found  " : "",
                 kFaint, reply.no_answer, kPlain);
  return out;
}

std::string ShowEntities(const std::vector<answer::Entity>& entities) {
  if (entities.empty()) return "no entity\n";
  std::string out;
  for (const answer::Entity& entity : entities) {
    fmt::format_to(std::back_inserter(out), "{}\t{}\t{}\t{}\t{:.4f}\n", OneColumn(entity.type), OneColumn(entity.text),
                   entity.begin, entity.end, entity.score);
  }
  return out;
}

std::string ShowPlainly(const Reply& reply) {
  if (reply.answers.empty()) return "no answer\n";
  std::string out;
  for (const Answer& answer : reply.answers) {
    fmt::format_to(std::back_inserter(out), "{}\t{}\t{}\t{:.4f}\n", OneColumn(answer.text), answer.begin, answer.end,
                   answer.score);
  }
  return out;
}

}  // namespace tiqu::cli
