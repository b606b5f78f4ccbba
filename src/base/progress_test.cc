#include "base/progress.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tiqu {
namespace {

TEST(ProgressTest, DurationsReadAsPeopleWriteThem) {
  EXPECT_EQ(FormatDuration(0), "0s");
  EXPECT_EQ(FormatDuration(11.6), "12s");
  EXPECT_EQ(FormatDuration(59.6), "1m00s");
  EXPECT_EQ(FormatDuration(185), "3m05s");
  EXPECT_EQ(FormatDuration(3720), "1h02m");
  EXPECT_EQ(FormatDuration(-1), "0s");
}

TEST(ProgressTest, LineShowsPartTimeSpentAndTimeLeft) {
  ProgressState state{"train", 25, 100, 10, "loss 1.23", false};
  EXPECT_EQ(FormatProgress(state), "train  25% 25/100 10s left 30s  loss 1.23");
  state.bar = true;
  EXPECT_EQ(FormatProgress(state), "train [======                  ]  25% 25/100 10s left 30s  loss 1.23");
  state.done = 100;
  EXPECT_EQ(FormatProgress(state), "train [========================] 100% 100/100 10s  loss 1.23");
  state.done = 130;  // more than was announced
  EXPECT_EQ(FormatProgress(state), "train [========================] 100% 130/100 10s  loss 1.23");
  EXPECT_EQ(FormatProgress({"read", 7, 0, 2, "", true}), "read 7 2s");
}

TEST(ProgressTest, WithoutATerminalOnlyTheLastLineOfAShortWorkIsPrinted) {
  testing::internal::CaptureStderr();
  {
    Progress progress("read", 3);
    for (int i = 1; i <= 3; ++i) progress.Update(i);
    progress.Finish("done");
    progress.Finish("done");
  }
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "read 100% 3/3 0s  done\n");
}

}  // namespace
}  // namespace tiqu
