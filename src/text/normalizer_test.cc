#include "text/normalizer.h"

#include <string>
#include <vector>

#include "base/utf8.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tiqu::text {
namespace {

using testing::ElementsAre;

std::string Folded(std::string_view utf8, const NormalizerOptions& options = {}) {
  const auto text = Normalizer(options).Normalize(utf8);
  EXPECT_TRUE(text.ok()) << text.status();
  return text.ok() ? EncodeUtf8(text->chars) : "";
}

TEST(NormalizerTest, HeaderExample) {
  const NormalizedText text = Normalizer().Normalize("ＡＢ㈱臺灣").value();
  EXPECT_EQ(EncodeUtf8(text.chars), "ab(株)台湾");
  EXPECT_THAT(text.begin, ElementsAre(0, 1, 2, 2, 2, 3, 4));
  EXPECT_THAT(text.end, ElementsAre(1, 2, 3, 3, 3, 4, 5));
  EXPECT_EQ(text.source_chars, 5);
}

TEST(NormalizerTest, FormsThatMeanTheSameBecomeTheSame) {
  const struct {
    const char* source;
    const char* folded;
  } cases[] = {
      {"", ""},
      {"罗显敏,男,1989年", "罗显敏,男,1989年"},
      {"ＡＢＣａｂｃ１２３", "abcabc123"},   // full width
      {"，：；（）！？％", ",:;()!?%"},      // full-width punctuation
      {"。、「」《》“”", "。、「」《》“”"},  // Chinese punctuation stays
      {"①②⑳㈠㊀㊣", "1220(一)一正"},         // circled and bracketed
      {"ﬁ ﬀ Ǆ ½ ㎡ ℃ № …", "fi ff dž 1⁄2 m2 °c no ..."},
      {"ⅣⅻⅯ", "ivxiim"},         // Roman numbers
      {"㍻㌀", "平成アパート"},  // squared words
      {"國務院總理會見臺灣後", "国务院总理会见台湾后"},
      {"裡裏里髮發", "里里里发发"},  // many to one
      {"乾坤", "干坤"},              // OpenCC's first choice, character by character
      {"café CAFÉ cafe\u0301 CAFE\u0301", "café café café café"},
      {"ÅÅA\u030A", "ååå"},     // Angstrom sign, letter, letter and ring
      {"ｶﾞｷﾞﾊﾟｱ", "ガギパア"},  // half-width katakana with marks
      {"か\u3099", "が"},
      {"\u1100\u1161\u11A8", "각"},  // jamo
      {"가\u11A8", "각"},
      {"😀𠮷𝐀𝟗", "😀𠮷a9"},            // outside the basic plane
      {"👩\u200D👧", "👩\u200D👧"},      // joined emoji keep their joiner
      {"\u2F00\u2F08", "一人"},      // radicals
      {"\uFA0C\U0002F800", "兀丽"},  // compatibility ideographs, then simplified
      {"\x01\x7F\u200B\uFEFF", "\x01\x7F\u200B\uFEFF"},
      {"a\tb\r\nc\u3000d\u00A0e\u2028f\u0085g", "a b  c d e f g"},
      {"ΑΣ", "ασ"},
      {"ЖЙ", "жй"},
      {"İ", "i"},
      {"ẞ", "ß"},
  };
  for (const auto& [source, folded] : cases) EXPECT_EQ(Folded(source), folded) << source;
}

TEST(NormalizerTest, CharactersThatMergeCoverAllTheyCameFrom) {
  const NormalizedText text = Normalizer().Normalize("xe\u0301yｶﾞz").value();
  EXPECT_EQ(EncodeUtf8(text.chars), "xéyガz");
  EXPECT_THAT(text.begin, ElementsAre(0, 1, 3, 4, 6));
  EXPECT_THAT(text.end, ElementsAre(1, 3, 4, 6, 7));
}

TEST(NormalizerTest, MarksThatMergeWithNothingKeepTheirOwnPlaces) {
  // A base, a mark it has no composed form with, and a variation selector.
  const NormalizedText text = Normalizer().Normalize("中\u0301\uFE0F!").value();
  EXPECT_EQ(text.chars, U"中\u0301\uFE0F!");
  EXPECT_THAT(text.begin, ElementsAre(0, 1, 2, 3));
  EXPECT_THAT(text.end, ElementsAre(1, 2, 3, 4));
}

TEST(NormalizerTest, CharactersThatMergeInPartComeFromTheWholeGroup) {
  // One that composes and one that does not, in the wrong order.
  const NormalizedText text = Normalizer().Normalize("q\u0307\u0323e\u0323\u0301").value();
  EXPECT_EQ(text.chars, U"q\u0323\u0307ẹ\u0301");
  EXPECT_THAT(text.begin, ElementsAre(0, 0, 0, 3, 3));
  EXPECT_THAT(text.end, ElementsAre(3, 3, 3, 6, 6));
}

TEST(NormalizerTest, EachFoldingCanBeLeftOut) {
  const std::string_view source = "Ａ臺B㈱e\u0301\n";
  EXPECT_EQ(Folded(source, {false, false, false}), "Ａ臺B㈱e\u0301 ");
  EXPECT_EQ(Folded(source, {true, false, false}), "A臺B(株)é ");
  EXPECT_EQ(Folded(source, {false, true, false}), "ａ臺b㈱e\u0301 ");
  EXPECT_EQ(Folded(source, {false, false, true}), "Ａ台B㈱e\u0301 ");
  EXPECT_EQ(Folded(source, {true, false, true}), "A台B(株)é ");
}

TEST(NormalizerTest, BadUtf8NamesTheByte) {
  const struct {
    std::string bytes;
    const char* message;
  } cases[] = {
      {"\xFF", "byte 0 (0xff) is not UTF-8"},
      {"罗显\xE6\x95", "byte 6 (0xe6) is not UTF-8"},
      {"罗\xED\xA0\x80", "byte 3 (0xed) is not UTF-8"},
      {"abc\xC0\x80", "byte 3 (0xc0) is not UTF-8"},
      {"\xF4\x90\x80\x80", "byte 0 (0xf4) is not UTF-8"},
  };
  for (const auto& [bytes, message] : cases) {
    const auto text = Normalizer().Normalize(bytes);
    ASSERT_FALSE(text.ok()) << message;
    EXPECT_EQ(text.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(text.status().message(), message);
  }
}

TEST(NormalizerTest, EndlessMarksTakeNoEndlessTime) {
  std::string source = "a";
  for (int i = 0; i < 200000; ++i) source += i % 2 == 0 ? "\u0301" : "\u0323";
  const NormalizedText text = Normalizer().Normalize(source).value();
  EXPECT_EQ(text.source_chars, 200001);
  EXPECT_EQ(text.end.back(), 200001);
}

}  // namespace
}  // namespace tiqu::text
