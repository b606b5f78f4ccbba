#include <chrono>
#include <string>

#include "base/random.h"
#include "gtest/gtest.h"
#include "text/char_class.h"
#include "text/tokenizer.h"

namespace tiqu::text {
namespace {

void ExpectAnchor(std::u32string_view question, std::u32string_view passage, int32_t first, int32_t last) {
  const Anchor anchor = FindAnchor(question, passage);
  EXPECT_EQ(anchor.first, first);
  EXPECT_EQ(anchor.last, last);
}

TEST(AnchorTest, LongestCommonSubstringAtItsFirstOccurrence) {
  ExpectAnchor(U"罗显敏的出生地是哪里", U"罗显敏,男,1989年11月19日出生", 0, 2);
  ExpectAnchor(U"腾讯成立于哪里", U"据说腾讯于深圳成立,腾讯", 2, 3);
}

TEST(AnchorTest, OfEqualOnesTheFirstInTheQuestion) {
  ExpectAnchor(U"甲乙和丙丁", U"丙丁甲乙丙丁甲乙", 2, 3);
  ExpectAnchor(U"丙丁和甲乙", U"丙丁甲乙丙丁甲乙", 0, 1);
}

TEST(AnchorTest, OneCharacterIsNoAnchor) {
  ExpectAnchor(U"甲", U"甲", -1, -1);
  ExpectAnchor(U"甲丙", U"甲乙丙", -1, -1);
  ExpectAnchor(U"", U"甲乙", -1, -1);
  ExpectAnchor(U"甲乙", U"", -1, -1);
}

TEST(AnchorTest, PunctuationAndSpacesTakeNoPart) {
  ExpectAnchor(U"甲,乙", U"甲,乙", -1, -1);
  ExpectAnchor(U"?,。!", U"?,。!", -1, -1);
  ExpectAnchor(U"a甲,,丙丁", U"甲,,丙丁", 3, 4);
  ExpectAnchor(U"a b", U"a b", -1, -1);
  ExpectAnchor(U"第12条", U"第12条", 0, 3);
}

// Every substring of the question, longest first, then from its start.
Anchor Slow(std::u32string_view question, std::u32string_view passage) {
  for (size_t length = question.size(); length >= 2; --length) {
    for (size_t begin = 0; begin + length <= question.size(); ++begin) {
      const std::u32string_view piece = question.substr(begin, length);
      bool whole = true;
      for (const char32_t c : piece) whole = whole && IsLetterOrNumber(c);
      const size_t found = whole ? passage.find(piece) : std::u32string_view::npos;
      if (found != std::u32string_view::npos) {
        return {static_cast<int32_t>(found), static_cast<int32_t>(found + length - 1)};
      }
    }
  }
  return {};
}

TEST(AnchorPropertyTest, EqualsTheDefinition) {
  constexpr char32_t kChars[] = U"甲乙丙1a,。";
  Random random(11);
  for (int round = 0; round < 20000; ++round) {
    std::u32string question;
    std::u32string passage;
    const uint32_t kinds = 2 + random.Below(6);
    for (int k = random.Between(0, 14); k > 0; --k) question.push_back(kChars[random.Below(kinds)]);
    for (int k = random.Between(0, 30); k > 0; --k) passage.push_back(kChars[random.Below(kinds)]);
    const Anchor expected = Slow(question, passage);
    const Anchor anchor = FindAnchor(question, passage);
    ASSERT_EQ(anchor.first, expected.first);
    ASSERT_EQ(anchor.last, expected.last);
  }
}

TEST(AnchorPropertyTest, HostileTextsTakeNoQuadraticTime) {
  const auto start = std::chrono::steady_clock::now();
  const std::u32string question = std::u32string(20000, U'啊') + U"呀";
  std::u32string passage;
  for (int i = 0; i < 20; ++i) passage += std::u32string(10000, U'啊') + U"哦";
  ExpectAnchor(question, passage, 0, 9999);
  std::u32string wide;
  for (char32_t c = 0x4E00; c < 0x9000; ++c) wide.push_back(c);
  ExpectAnchor(wide, wide, 0, 0x9000 - 0x4E00 - 1);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(5));
}

}  // namespace
}  // namespace tiqu::text
