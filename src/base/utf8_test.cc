#include "base/utf8.h"

#include <string>

#include "gtest/gtest.h"

namespace tiqu {
namespace {

TEST(Utf8Test, EveryCodePointComesBack) {
  std::u32string all;
  for (char32_t c = 0; c <= 0x10FFFF; ++c) {
    if (c < 0xD800 || c > 0xDFFF) all.push_back(c);
  }
  const std::string bytes = EncodeUtf8(all);
  EXPECT_EQ(bytes.size(), 128u + 2 * 1920u + 3 * (63488u - 2048u) + 4 * 1048576u);
  const auto decoded = DecodeUtf8(bytes);
  ASSERT_TRUE(decoded.ok()) << decoded.status();
  EXPECT_TRUE(*decoded == all);
  EXPECT_EQ(CountCodePoints(bytes), static_cast<int64_t>(all.size()));
}

TEST(Utf8Test, LengthsOfEachFormAreThoseOfTheStandard) {
  EXPECT_EQ(EncodeUtf8(U"\u007F"), "\x7F");
  EXPECT_EQ(EncodeUtf8(U"\u0080"), "\xC2\x80");
  EXPECT_EQ(EncodeUtf8(U"\u07FF"), "\xDF\xBF");
  EXPECT_EQ(EncodeUtf8(U"\u0800"), "\xE0\xA0\x80");
  EXPECT_EQ(EncodeUtf8(U"\uFFFF"), "\xEF\xBF\xBF");
  EXPECT_EQ(EncodeUtf8(U"\U00010000"), "\xF0\x90\x80\x80");
  EXPECT_EQ(EncodeUtf8(U"\U0010FFFF"), "\xF4\x8F\xBF\xBF");
}

TEST(Utf8Test, BadInputNamesTheByteWhereTheBadSequenceStarts) {
  struct Case {
    std::string bytes;
    const char* message;
  };
  const Case cases[] = {
      {"\xFF", "byte 0 (0xff) is not UTF-8"},
      {"ab\x80", "byte 2 (0x80) is not UTF-8"},
      {"中\xE4\xB8", "byte 3 (0xe4) is not UTF-8"},               // cut short
      {"中\xE4\xB8 ", "byte 3 (0xe4) is not UTF-8"},              // a space for a continuation
      {"\xC0\xAF", "byte 0 (0xc0) is not UTF-8"},                 // overlong '/'
      {"\xC1\xBF", "byte 0 (0xc1) is not UTF-8"},                 // overlong
      {"\xE0\x9F\xBF", "byte 0 (0xe0) is not UTF-8"},             // overlong of three bytes
      {"\xF0\x8F\xBF\xBF", "byte 0 (0xf0) is not UTF-8"},         // overlong of four bytes
      {"x\xED\xA0\x80", "byte 1 (0xed) is not UTF-8"},            // a surrogate
      {"x\xED\xBF\xBF", "byte 1 (0xed) is not UTF-8"},            // a surrogate
      {"\xF4\x90\x80\x80", "byte 0 (0xf4) is not UTF-8"},         // above U+10FFFF
      {"\xF5\x80\x80\x80", "byte 0 (0xf5) is not UTF-8"},         // above U+10FFFF
      {"\xF8\x88\x80\x80\x80", "byte 0 (0xf8) is not UTF-8"},     // five bytes
      {"\xF0\x9F\x98", "byte 0 (0xf0) is not UTF-8"},             // cut short
      {"\xC3", "byte 0 (0xc3) is not UTF-8"},                     // cut short
      {"\xC3\x28", "byte 0 (0xc3) is not UTF-8"},                 // no continuation
      {std::string("a\0\xFE", 3), "byte 2 (0xfe) is not UTF-8"},  // behind a zero byte
  };
  for (const Case& bad : cases) {
    const auto decoded = DecodeUtf8(bad.bytes);
    ASSERT_FALSE(decoded.ok()) << bad.message;
    EXPECT_EQ(decoded.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(decoded.status().message(), bad.message);
  }
}

TEST(Utf8Test, SubstringCutsBetweenCodePoints) {
  const std::string_view text = "a罗é😀z";
  EXPECT_EQ(CountCodePoints(text), 5);
  EXPECT_EQ(Utf8Substring(text, 0, 5), text);
  EXPECT_EQ(Utf8Substring(text, 1, 2), "罗");
  EXPECT_EQ(Utf8Substring(text, 2, 4), "é😀");
  EXPECT_EQ(Utf8Substring(text, 4, 5), "z");
  EXPECT_EQ(Utf8Substring(text, 5, 5), "");
  EXPECT_EQ(Utf8Substring("", 0, 0), "");
}

TEST(Utf8Test, InvalidBytesAreReplacedOneByOne) {
  EXPECT_EQ(ReplaceInvalidUtf8("罗\xff显\xe4\xbd"), "罗\uFFFD显\uFFFD\uFFFD");
  EXPECT_EQ(ReplaceInvalidUtf8("户籍地"), "户籍地");
  EXPECT_EQ(ReplaceInvalidUtf8(""), "");
}

}  // namespace
}  // namespace tiqu
