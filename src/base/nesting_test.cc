#include "base/nesting.h"

#include <string>

#include "gtest/gtest.h"

namespace tiqu {
namespace {

TEST(NestingTest, CountsBracketsInOneAnother) {
  EXPECT_FALSE(NestsDeeperThan("", 0));
  EXPECT_FALSE(NestsDeeperThan("[][]{}", 1));
  EXPECT_FALSE(NestsDeeperThan("[{}, <>]", 2));
  EXPECT_TRUE(NestsDeeperThan("[{}, <>]", 1));
  EXPECT_TRUE(NestsDeeperThan("[[[", 2));
  EXPECT_TRUE(NestsDeeperThan(std::string(1000000, '['), 100));
}

TEST(NestingTest, QuotedTextAndCommentsDoNotCount) {
  EXPECT_FALSE(NestsDeeperThan(R"(["[[\"[[", '{{"{'])", 1));
  EXPECT_FALSE(NestsDeeperThan("{ # {{{\n}", 1));
  EXPECT_FALSE(NestsDeeperThan("{ \"[[", 1));
  EXPECT_FALSE(NestsDeeperThan("\"\\", 0));
}

TEST(NestingTest, AQuoteEndsWithItsLine) {
  EXPECT_TRUE(NestsDeeperThan("\"\n[[", 1));
  EXPECT_TRUE(NestsDeeperThan("'\\\n[[", 1));
}

}  // namespace
}  // namespace tiqu
