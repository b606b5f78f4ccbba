#include "eval/cmrc_score.h"

#include <utf8proc.h>

#include <algorithm>

#include "base/utf8.h"

namespace tiqu::eval {
namespace {

// The list is fixed: scores are comparable only with the same one. A two-character ellipsis of the published list never
// meets a single character, so that '…' is kept.
constexpr std::u32string_view kDropped = U"-:_*^/\\~`+=，。：？！“”；’《》·、「」（）－～『』";

bool IsDropped(char32_t c) { return kDropped.find(c) != std::u32string_view::npos; }
bool IsHan(char32_t c) { return c >= 0x4E00 && c <= 0x9FA5; }
bool IsBlank(char32_t c) { return c == U' ' || (c >= 9 && c <= 13) || c == 0x3000 || c == 0xA0 || c == 0x85; }

bool IsAsciiPunctuation(char32_t c) {
  return c < 128 && c > 32 && !(c >= U'0' && c <= U'9') && !(c >= U'a' && c <= U'z');
}

std::u32string Lowered(std::string_view text) {
  std::u32string chars = DecodeUtf8(text).value_or(std::u32string());
  for (char32_t& c : chars) c = static_cast<char32_t>(utf8proc_tolower(static_cast<utf8proc_int32_t>(c)));
  const auto begin = std::find_if_not(chars.begin(), chars.end(), IsBlank);
  const auto end = std::find_if_not(chars.rbegin(), std::make_reverse_iterator(begin), IsBlank).base();
  return std::u32string(begin, end);
}

std::u32string WithoutPunctuation(const std::u32string& chars) {
  std::u32string kept;
  std::copy_if(chars.begin(), chars.end(), std::back_inserter(kept), [](char32_t c) { return !IsDropped(c); });
  return kept;
}

// A point or comma inside a number or word stays in it ("3.14", "1,000"); other marks are units of their own.
bool StaysInside(const std::u32string& chars, size_t at) {
  const char32_t c = chars[at];
  if (c != U'.' && c != U',' && c != U'\'') return false;
  const auto is_word = [&](size_t i) {
    return i < chars.size() && !IsBlank(chars[i]) && !IsHan(chars[i]) && !IsAsciiPunctuation(chars[i]);
  };
  const auto is_digit = [&](size_t i) { return chars[i] >= U'0' && chars[i] <= U'9'; };
  if (at == 0 || !is_word(at - 1) || !is_word(at + 1)) return false;
  return c == U'.' || (is_digit(at - 1) && is_digit(at + 1));
}

std::vector<std::u32string> Units(const std::u32string& chars) {
  std::vector<std::u32string> units;
  std::u32string word;
  const auto flush = [&] {
    if (!word.empty()) units.push_back(std::move(word));
    word.clear();
  };
  for (size_t i = 0; i < chars.size(); ++i) {
    const char32_t c = chars[i];
    if (IsBlank(c)) {
      flush();
    } else if (IsHan(c) || (IsAsciiPunctuation(c) && !StaysInside(chars, i))) {
      flush();
      units.emplace_back(1, c);
    } else {
      word += c;
    }
  }
  flush();
  return units;
}

size_t LongestCommonRun(const std::vector<std::u32string>& a, const std::vector<std::u32string>& b) {
  std::vector<size_t> runs(b.size() + 1, 0);  // of the row above, then of this one, right to left
  size_t best = 0;
  for (const std::u32string& unit : a) {
    for (size_t j = b.size(); j > 0; --j) {
      runs[j] = unit == b[j - 1] ? runs[j - 1] + 1 : 0;
      best = std::max(best, runs[j]);
    }
  }
  return best;
}

}  // namespace

std::vector<std::u32string> CmrcUnits(std::string_view text) { return Units(WithoutPunctuation(Lowered(text))); }

CmrcScore ScoreCmrc(std::string_view prediction, const std::vector<std::string>& references) {
  const std::u32string predicted = WithoutPunctuation(Lowered(prediction));
  const std::vector<std::u32string> predicted_units = Units(predicted);
  CmrcScore best;
  for (const std::string& reference : references) {
    const std::u32string wanted = WithoutPunctuation(Lowered(reference));
    if (wanted == predicted) best.em = 1;
    const std::vector<std::u32string> units = Units(wanted);
    const double common = static_cast<double>(LongestCommonRun(predicted_units, units));
    if (common == 0) continue;
    const double precision = common / static_cast<double>(predicted_units.size());
    const double recall = common / static_cast<double>(units.size());
    best.f1 = std::max(best.f1, 2 * precision * recall / (precision + recall));
  }
  return best;
}

}  // namespace tiqu::eval
