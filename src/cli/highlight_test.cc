#include "cli/highlight.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tiqu::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(HighlightTest, PlainLinesHaveColumns) {
  Reply reply;
  reply.answers = {{"深\n圳", 5, 8, 0.75F}, {"上海", 9, 11, 1.0F}};
  EXPECT_EQ(ShowPlainly(reply), "深 圳\t5\t8\t0.7500\n上海\t9\t11\t1.0000\n");
  EXPECT_EQ(ShowPlainly(Reply()), "no answer\n");
}

TEST(HighlightTest, AnswersStandOutInTheirPassage) {
  Reply reply;
  reply.answers = {{"深圳", 5, 7, 0.75F}};
  EXPECT_THAT(ShowInColour(reply, "腾讯成立于深圳。"), HasSubstr("腾讯成立于\x1b[1;30;43m深圳\x1b[0m。"));
  EXPECT_THAT(ShowInColour(Reply(), "腾讯"), HasSubstr("no answer found"));
}

TEST(HighlightTest, LongPassagesAreShortenedAroundTheAnswers) {
  std::string passage;
  for (int i = 0; i < 2000; ++i) passage += "长";
  Reply reply;
  reply.answers = {{"长", 1000, 1001, 0.5F}};
  const std::string shown = ShowInColour(reply, passage);
  EXPECT_LT(shown.size(), 800U);
  EXPECT_THAT(shown, HasSubstr("…"));
}

TEST(HighlightTest, ControlCharactersDoNotReachTheTerminal) {
  Reply reply;
  reply.answers = {{"\x1b[2J", 0, 4, 0.5F}};
  EXPECT_THAT(ShowInColour(reply, "\x1b[2J\a"), Not(HasSubstr("\x1b[2J")));
  EXPECT_THAT(ShowInColour(reply, "\x1b[2J\a"), Not(HasSubstr("\a")));
}

}  // namespace
}  // namespace tiqu::cli
