#include "text/vocabulary.h"

#include <cstdint>
#include <limits>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tiqu::text {
namespace {

using testing::HasSubstr;

TEST(VocabularyTest, EmptyOneHasTheTwoSpecialEntries) {
  const Vocabulary vocabulary;
  EXPECT_EQ(vocabulary.size(), 2);
  EXPECT_EQ(vocabulary.Encode(), "<pad>\t0\n<unk>\t0\n");
  EXPECT_EQ(vocabulary.Find("<pad>"), kPadId);
  EXPECT_EQ(vocabulary.Find("罗"), kUnknownId);
  EXPECT_EQ(vocabulary.Find(""), kUnknownId);
}

TEST(VocabularyTest, EntriesKeepTheirOrderAndRepeatedOnesAddUp) {
  const Vocabulary vocabulary = Vocabulary::FromEntries({{"出生", 5}, {"地", 3}, {"出生", 2}, {"", 9}, {"a\nb", 9}});
  EXPECT_EQ(vocabulary.size(), 4);
  EXPECT_EQ(vocabulary.Find("出生"), 2);
  EXPECT_EQ(vocabulary.entry(2).count, 7);
  EXPECT_EQ(vocabulary.Find("地"), 3);
}

TEST(VocabularyTest, CountsThatAreTooLargeToAddStayTheLargest) {
  constexpr int64_t kLargest = std::numeric_limits<int64_t>::max();
  const Vocabulary vocabulary = Vocabulary::FromEntries({{"出生", kLargest}, {"出生", 2}, {"出生", kLargest}});
  EXPECT_EQ(vocabulary.entry(2).count, kLargest);
}

TEST(VocabularyTest, FileComesBackWithTabsAndSpacesInTexts) {
  const Vocabulary vocabulary = Vocabulary::FromEntries({{" ", 5}, {"a\tb", 3}, {"😀", 0}});
  const std::string bytes = "<pad>\t0\n<unk>\t0\n \t5\na\tb\t3\n😀\t0\n";
  EXPECT_EQ(vocabulary.Encode(), bytes);
  const Vocabulary decoded = Vocabulary::Decode(bytes).value();
  EXPECT_EQ(decoded.Encode(), bytes);
  EXPECT_EQ(decoded.Find("a\tb"), 3);
}

TEST(VocabularyTest, BadFilesAreRefusedAndTheLineIsNamed) {
  const std::string head = "<pad>\t0\n<unk>\t0\n";
  const struct {
    std::string bytes;
    const char* message;
  } cases[] = {
      {"", "<pad> and <unk> are missing"},
      {"<pad>\t0\n", "<pad> and <unk> are missing"},
      {"<unk>\t0\n<pad>\t0\n", "line 1: must be \"<pad>\\t0\""},
      {"<pad>\t0\n<unk>\t1\n", "line 2: must be"},
      {head + "地 3\n", "line 3: no tab"},
      {head + "地\t3", "line 3: cut short"},
      {head + "\t3\n", "line 3: the text is empty"},
      {head + "地\t\n", "line 3: the count \"\" is not"},
      {head + "地\t-1\n", "line 3: the count \"-1\" is not"},
      {head + "地\t1x\n", "line 3: the count \"1x\" is not"},
      {head + "地\t99999999999999999999\n", "line 3: the count"},
      {head + "地\t1\n\xFF\t1\n", "line 4: byte 0 (0xff) is not UTF-8"},
      {head + "地\t1\n地\t1\n", "two lines"},
      {head + "<pad>\t1\n", "two lines"},
  };
  for (const auto& [bytes, message] : cases) {
    const auto vocabulary = Vocabulary::Decode(bytes);
    ASSERT_FALSE(vocabulary.ok()) << message;
    EXPECT_EQ(vocabulary.status().code(), absl::StatusCode::kDataLoss);
    EXPECT_THAT(std::string(vocabulary.status().message()), HasSubstr(message));
  }
}

}  // namespace
}  // namespace tiqu::text
