#include "text/tokenizer.h"

#include "base/utf8.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tiqu::text {
namespace {

using testing::ElementsAre;

Tokenizer MakeTokenizer(std::vector<std::string> user_words = {}) {
  return Tokenizer({}, Vocabulary::FromEntries({{"罗", 9}, {"显", 8}, {"出", 7}, {"生", 6}, {"地", 5}, {"𠮷", 4}}),
                   Vocabulary::FromEntries({{"出生", 9}, {"地", 8}, {"出生地", 9}}), std::move(user_words));
}

TEST(TokenizerTest, IdsStandForEveryCharacter) {
  const EncodedText text = MakeTokenizer().Encode("羅顯敏出生地𠮷").value();
  EXPECT_EQ(EncodeUtf8(text.text.chars), "罗显敏出生地𠮷");
  EXPECT_THAT(text.char_ids, ElementsAre(2, 3, 1, 4, 5, 6, 7));
  EXPECT_THAT(text.word_ids, ElementsAre(1, 1, 1, 4, 4, 4, 1));
}

TEST(TokenizerTest, EmptyTextHasNoIds) {
  const EncodedText text = MakeTokenizer().Encode("").value();
  EXPECT_TRUE(text.char_ids.empty());
  EXPECT_TRUE(text.word_ids.empty());
  EXPECT_EQ(text.text.source_chars, 0);
}

TEST(TokenizerTest, BadUtf8NamesTheByte) {
  EXPECT_EQ(MakeTokenizer().Encode("罗\xFF").status().message(), "byte 3 (0xff) is not UTF-8");
}

TEST(TokenizerTest, UserWordsAreKeptAndUsed) {
  const Tokenizer tokenizer = MakeTokenizer({"生地罗"});
  EXPECT_THAT(tokenizer.user_words(), ElementsAre("生地罗"));
  EXPECT_THAT(tokenizer.Encode("出生地罗").value().word_ids, ElementsAre(1, 1, 1, 1));
  EXPECT_EQ(tokenizer.words().size(), 5);
  EXPECT_EQ(tokenizer.chars().Find("地"), 6);
  EXPECT_TRUE(tokenizer.normalizer_options().to_simplified);
}

TEST(TokenizerTest, UserWordsAreNormalised) {
  EXPECT_THAT(MakeTokenizer({"生地羅", "\xFF"}).Encode("出生地罗").value().word_ids, ElementsAre(1, 1, 1, 1));
}

TEST(TokenizerTest, CopiesWorkOnTheirOwn) {
  auto tokenizer = std::make_unique<Tokenizer>(MakeTokenizer());
  const Tokenizer copy = *tokenizer;
  tokenizer.reset();
  EXPECT_THAT(copy.Encode("出生").value().word_ids, ElementsAre(2, 2));
}

}  // namespace
}  // namespace tiqu::text
