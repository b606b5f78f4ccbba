// Writes the tables behind text/normalizer.h as C++ source, so that an installed program needs no Unicode or OpenCC
// data files. CMake runs it once while building:
//
//   tiqu_fold_tables TSCharacters.ocd2 fold_tables.inc
//
// Compatibility forms, letter case and boundaries come from utf8proc; Traditional to Simplified from OpenCC's character
// dictionary (of several choices the first, one character for one).
#include <utf8proc.h>

#include <Lexicon.hpp>
#include <MarisaDict.hpp>
#include <algorithm>
#include <cstdio>
#include <exception>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/utf8.h"

namespace {

constexpr utf8proc_int32_t kLimit = 0x110000;
constexpr utf8proc_int32_t kHangulFirst = 0xAC00;
constexpr utf8proc_int32_t kHangulLast = 0xD7A3;

std::u32string Decompose(utf8proc_int32_t code_point, int options) {
  utf8proc_int32_t buffer[64];
  int boundary = 0;
  const auto count =
      utf8proc_decompose_char(code_point, buffer, 64, static_cast<utf8proc_option_t>(options), &boundary);
  return std::u32string(buffer, buffer + std::max<utf8proc_ssize_t>(count, 0));
}

std::u32string Compose(std::u32string decomposed) {
  std::vector<utf8proc_int32_t> buffer(decomposed.begin(), decomposed.end());
  const auto count = utf8proc_normalize_utf32(buffer.data(), static_cast<utf8proc_ssize_t>(buffer.size()),
                                              static_cast<utf8proc_option_t>(UTF8PROC_COMPOSE | UTF8PROC_STABLE));
  return std::u32string(buffer.data(), buffer.data() + std::max<utf8proc_ssize_t>(count, 0));
}

bool IsCodePoint(utf8proc_int32_t c) { return c < 0xD800 || c > 0xDFFF; }

// Characters that may join the one before them: those with a combining class, and the last of any composed character
// (that is how vowel signs and Hangul jamo of class 0 are found).
std::set<utf8proc_int32_t> FindJoining() {
  std::set<utf8proc_int32_t> last;
  for (utf8proc_int32_t c = 0; c < kLimit; ++c) {
    if (!IsCodePoint(c)) continue;
    const std::u32string parts = Decompose(c, UTF8PROC_DECOMPOSE);
    if (parts.size() > 1 && Compose(parts) == std::u32string(1, static_cast<char32_t>(c))) {
      last.insert(static_cast<utf8proc_int32_t>(parts.back()));
    }
  }
  std::set<utf8proc_int32_t> joining;
  for (utf8proc_int32_t c = 0; c < kLimit; ++c) {
    if (!IsCodePoint(c)) continue;
    const std::u32string parts = Decompose(c, UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT);
    if (parts.empty()) continue;
    const auto first = static_cast<utf8proc_int32_t>(parts.front());
    if (utf8proc_get_property(first)->combining_class != 0 || last.count(first) != 0) joining.insert(c);
  }
  return joining;
}

void WriteJoining(FILE* out) {
  const std::set<utf8proc_int32_t> joining = FindJoining();
  std::fprintf(out, "// First and last of each range of characters that may join the one before them.\n");
  std::fprintf(out, "inline constexpr char32_t kJoining[][2] = {\n");
  for (auto it = joining.begin(); it != joining.end();) {
    const utf8proc_int32_t first = *it;
    utf8proc_int32_t last = first;
    while (++it != joining.end() && *it == last + 1) ++last;
    std::fprintf(out, "{0x%x, 0x%x},\n", static_cast<unsigned>(first), static_cast<unsigned>(last));
  }
  std::fprintf(out, "};\n\n");
}

void WriteCompatibility(FILE* out) {
  std::u32string pool;
  std::fprintf(out, "// NFKC of single characters: kCompatibilityPool[offset, offset + count).\n");
  std::fprintf(out, "struct Compatibility { char32_t from; uint16_t offset; uint16_t count; };\n");
  std::fprintf(out, "inline constexpr Compatibility kCompatibility[] = {\n");
  for (utf8proc_int32_t c = 0; c < kLimit; ++c) {
    if (!IsCodePoint(c) || (c >= kHangulFirst && c <= kHangulLast)) continue;
    const std::u32string folded = Compose(Decompose(c, UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT));
    if (folded.empty() || folded == std::u32string(1, static_cast<char32_t>(c))) continue;
    std::fprintf(out, "{0x%x, %zu, %zu},\n", static_cast<unsigned>(c), pool.size(), folded.size());
    pool += folded;
  }
  std::fprintf(out, "};\ninline constexpr char32_t kCompatibilityPool[] = {\n");
  for (const char32_t c : pool) std::fprintf(out, "0x%x,\n", static_cast<unsigned>(c));
  std::fprintf(out, "};\nstatic_assert(sizeof kCompatibilityPool / 4 < 65536);\n\n");
}

void WritePairs(FILE* out, const char* name, const std::map<char32_t, char32_t>& pairs) {
  std::fprintf(out, "inline constexpr char32_t %s[][2] = {\n", name);
  for (const auto& [from, to] : pairs) {
    std::fprintf(out, "{0x%x, 0x%x},\n", static_cast<unsigned>(from), static_cast<unsigned>(to));
  }
  std::fprintf(out, "};\n\n");
}

std::map<char32_t, char32_t> LowerCase() {
  std::map<char32_t, char32_t> pairs;
  for (utf8proc_int32_t c = 0; c < kLimit; ++c) {
    const utf8proc_int32_t lower = IsCodePoint(c) ? utf8proc_tolower(c) : c;
    if (lower != c) pairs[static_cast<char32_t>(c)] = static_cast<char32_t>(lower);
  }
  return pairs;
}

std::map<char32_t, char32_t> Simplified(const char* dictionary_path) {
  const auto dictionary = opencc::SerializableDict::NewFromFile<opencc::MarisaDict>(dictionary_path);
  std::map<char32_t, char32_t> pairs;
  for (const auto& entry : *dictionary->GetLexicon()) {
    const auto from = tiqu::DecodeUtf8(entry->Key());
    const auto to = tiqu::DecodeUtf8(entry->Values().at(0));
    if (from.ok() && to.ok() && from->size() == 1 && to->size() == 1 && *from != *to) pairs[(*from)[0]] = (*to)[0];
  }
  return pairs;
}

int Write(const char* dictionary_path, const char* out_path) {
  const std::map<char32_t, char32_t> simplified = Simplified(dictionary_path);
  FILE* out = std::fopen(out_path, "w");
  if (out == nullptr) {
    std::perror(out_path);
    return 1;
  }
  std::fprintf(out, "// Made by tiqu_fold_tables while building. utf8proc %s, Unicode %s.\n", utf8proc_version(),
               utf8proc_unicode_version());
  WriteJoining(out);
  WriteCompatibility(out);
  WritePairs(out, "kLower", LowerCase());
  WritePairs(out, "kSimplified", simplified);
  return std::fclose(out) == 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: tiqu_fold_tables TSCharacters.ocd2 OUT\n");
    return 2;
  }
  try {
    return Write(argv[1], argv[2]);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "tiqu_fold_tables: %s\n", error.what());
    return 1;
  }
}
