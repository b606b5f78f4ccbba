// What must hold for every text, tried on every character and on seeded random texts.
#include <utf8proc.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "base/file.h"
#include "base/random.h"
#include "base/utf8.h"
#include "gtest/gtest.h"
#include "text/normalizer.h"

namespace tiqu::text {
namespace {

// Characters around which foldings happen, so that random texts of them meet the hard cases often.
constexpr char32_t kSpecial[] = {U'a',    U'e',    U'E',   U'1',   U' ',   U'\n',  U'中',   U'臺',   U'Ａ',
                                 0x301,   0x323,   0x307,  0x30A,  0x3099, 0x309A, 0xFF76,  0xFF9E,  0xFF9F,
                                 0x1100,  0x1161,  0x11A8, 0xAC00, 0x200D, 0xFE0F, 0x1F600, 0xFB01,  0x3231,
                                 0x0DDD,  0x0DCF,  0x09C7, 0x09BE, 0x2126, 0xB4,   0xFDFA,  0x20BB7, 0x110B9,
                                 0x110BA, 0x1D15E, 0x0344, 0x1E9B, 0x1100, 0x11FF, 0x3164,  0xFFA0,  0};

std::u32string RandomText(Random* random) {
  std::u32string text;
  for (int i = random->Between(0, 24); i > 0; --i) {
    if (random->Chance(0.8)) {
      text.push_back(kSpecial[random->Below(std::size(kSpecial))]);
    } else {
      const char32_t c = random->Below(0x110000);
      if (c < 0xD800 || c > 0xDFFF) text.push_back(c);
    }
  }
  return text;
}

void ExpectSound(const NormalizedText& text, const std::u32string& source) {
  ASSERT_EQ(text.source_chars, static_cast<int32_t>(source.size()));
  ASSERT_EQ(text.begin.size(), text.chars.size());
  ASSERT_EQ(text.end.size(), text.chars.size());
  int32_t covered = 0;
  for (size_t i = 0; i < text.chars.size(); ++i) {
    ASSERT_LT(text.begin[i], text.end[i]);
    ASSERT_LE(text.begin[i], covered);  // no source character is left out
    if (i > 0) {
      ASSERT_GE(text.begin[i], text.begin[i - 1]);
      ASSERT_GE(text.end[i], text.end[i - 1]);
    }
    covered = text.end[i];
  }
  ASSERT_EQ(covered, text.source_chars);
}

std::u32string Nfkc(const std::u32string& source) {
  const std::string bytes = EncodeUtf8(source);
  utf8proc_uint8_t* folded = nullptr;
  const auto size =
      utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(bytes.data()), static_cast<utf8proc_ssize_t>(bytes.size()),
                   &folded, static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT));
  std::u32string result = DecodeUtf8({reinterpret_cast<char*>(folded), static_cast<size_t>(size)}).value();
  std::free(folded);
  return result;
}

std::u32string Spaced(std::u32string text) {
  for (char32_t& c : text) {
    const bool line = (c >= 0x09 && c <= 0x0D) || (c >= 0x1C && c <= 0x1F) || c == 0x85 || c == 0x1680;
    if (line || c == 0x2028 || c == 0x2029) c = U' ';
  }
  return text;
}

TEST(NormalizerPropertyTest, EveryCharacterAloneIsItsNfkc) {
  const Normalizer normalizer({true, false, false});
  for (char32_t c = 0; c < 0x110000; ++c) {
    if (c >= 0xD800 && c <= 0xDFFF) continue;
    const std::u32string source(1, c);
    const NormalizedText text = normalizer.Normalize(EncodeUtf8(source)).value();
    ASSERT_EQ(text.chars, Spaced(Nfkc(source))) << std::hex << static_cast<uint32_t>(c);
  }
}

TEST(NormalizerPropertyTest, FoldingAgainChangesNothing) {
  const Normalizer normalizer;
  int chains = 0;
  for (char32_t c = 0; c < 0x110000; ++c) {
    if (c >= 0xD800 && c <= 0xDFFF) continue;
    const std::u32string once = normalizer.Normalize(EncodeUtf8(std::u32string(1, c))).value().chars;
    ASSERT_FALSE(once.empty());
    chains += normalizer.Normalize(EncodeUtf8(once)).value().chars != once;
  }
  // OpenCC has a few chains of simplifications (薴 -> 苧 -> 苎); one step is taken.
  EXPECT_LE(chains, 8);
}

TEST(NormalizerPropertyTest, RandomTextsAreTheirNfkcAndOffsetsCoverThem) {
  const Normalizer plain({true, false, false});
  const Normalizer full;
  Random random(20);
  for (int i = 0; i < 20000; ++i) {
    const std::u32string source = RandomText(&random);
    const NormalizedText text = plain.Normalize(EncodeUtf8(source)).value();
    ASSERT_EQ(text.chars, Spaced(Nfkc(source))) << EncodeUtf8(source);
    ASSERT_NO_FATAL_FAILURE(ExpectSound(text, source));
    ASSERT_NO_FATAL_FAILURE(ExpectSound(full.Normalize(EncodeUtf8(source)).value(), source));
  }
}

TEST(NormalizerPropertyTest, TextInFrontShiftsWhatFollowsAndChangesNothingElse) {
  const Normalizer normalizer;
  Random random(21);
  for (int i = 0; i < 5000; ++i) {
    std::u32string front = RandomText(&random);
    std::u32string back = U"。";
    front += U"。";
    back += RandomText(&random);
    const NormalizedText a = normalizer.Normalize(EncodeUtf8(front)).value();
    const NormalizedText b = normalizer.Normalize(EncodeUtf8(back)).value();
    const NormalizedText both = normalizer.Normalize(EncodeUtf8(front + back)).value();
    ASSERT_EQ(both.chars, a.chars + b.chars);
    for (size_t k = 0; k < b.chars.size(); ++k) {
      ASSERT_EQ(both.begin[a.chars.size() + k], b.begin[k] + a.source_chars);
      ASSERT_EQ(both.end[a.chars.size() + k], b.end[k] + a.source_chars);
    }
  }
}

TEST(NormalizerPropertyTest, EveryFoldedCharacterIsFoundInTheSourceItCameFrom) {
  const Normalizer normalizer;
  Random random(22);
  for (int i = 0; i < 5000; ++i) {
    const std::u32string source = RandomText(&random);
    const NormalizedText text = normalizer.Normalize(EncodeUtf8(source)).value();
    for (size_t k = 0; k < text.chars.size(); ++k) {
      const std::u32string piece =
          source.substr(static_cast<size_t>(text.begin[k]), static_cast<size_t>(text.end[k] - text.begin[k]));
      const std::u32string folded = normalizer.Normalize(EncodeUtf8(piece)).value().chars;
      ASSERT_NE(folded.find(text.chars[k]), std::u32string::npos);
    }
  }
}

TEST(NormalizerPropertyTest, TraditionalCharactersAreThoseOfTheDictionary) {
  const char* shared = std::getenv("TIQU_SHARED");
  const std::string root = shared != nullptr ? shared : TIQU_SOURCE_DIR "/../shared";
  auto reader = LineReader::Open(root + "/data/dict/TSCharacters.txt");
  if (!reader.ok()) GTEST_SKIP() << "OpenCC's text dictionary is not here";
  const Normalizer normalizer({false, false, true});
  int checked = 0;
  int differ = 0;
  std::string line;
  while (reader->Next(&line).value()) {
    const size_t tab = line.find('\t');
    if (line[0] == '#' || tab == std::string::npos) continue;
    const std::string first_choice = line.substr(tab + 1, line.find(' ', tab + 1) - tab - 1);
    // Where a rare simplified form exists, younger dictionaries put the character itself first.
    if (first_choice == line.substr(0, tab)) continue;
    differ += EncodeUtf8(normalizer.Normalize(line.substr(0, tab)).value().chars) != first_choice;
    ++checked;
  }
  EXPECT_GT(checked, 3000);
  // The dictionary of the shared folder and the installed one may be of neighbouring releases.
  EXPECT_LE(differ, checked / 50);
}

}  // namespace
}  // namespace tiqu::text
