#include "base/short_floats.h"

#include <cmath>
#include <limits>

#include "gtest/gtest.h"

namespace tiqu {
namespace {

TEST(HalfFloatTest, ValuesAreThoseOfTheStandard) {
  EXPECT_EQ(ToHalf(0.0F), 0x0000);
  EXPECT_EQ(ToHalf(-0.0F), 0x8000);
  EXPECT_EQ(ToHalf(1.0F), 0x3C00);
  EXPECT_EQ(ToHalf(-2.0F), 0xC000);
  EXPECT_EQ(ToHalf(1.0F / 3), 0x3555);
  EXPECT_EQ(ToHalf(65504.0F), 0x7BFF);
  EXPECT_EQ(ToHalf(65519.0F), 0x7BFF);
  EXPECT_EQ(ToHalf(65520.0F), 0x7C00);
  EXPECT_EQ(ToHalf(0x1p-14F), 0x0400);
  EXPECT_EQ(ToHalf(0x1p-24F), 0x0001);
  EXPECT_EQ(ToHalf(0x1p-25F), 0x0000);    // a tie goes to even
  EXPECT_EQ(ToHalf(0x1.8p-24F), 0x0002);  // as does this one
  EXPECT_EQ(ToHalf(0x1.002p0F), 0x3C00);  // and this
  EXPECT_EQ(ToHalf(0x1.006p0F), 0x3C02);  // and this
  EXPECT_EQ(ToHalf(std::numeric_limits<float>::infinity()), 0x7C00);
  EXPECT_TRUE(std::isnan(FromHalf(ToHalf(std::nanf("")))));
  EXPECT_EQ(FromHalf(0x3555), 0.33325195F);
}

TEST(HalfFloatTest, EveryHalfComesBack) {
  for (uint32_t half = 0; half < 0x10000; ++half) {
    const float value = FromHalf(static_cast<uint16_t>(half));
    if (std::isnan(value)) continue;
    ASSERT_EQ(ToHalf(value), half);
  }
}

TEST(Bfloat16Test, RoundsToTheNearestAndTiesToEven) {
  EXPECT_EQ(ToBfloat16(1.0F), 0x3F80);
  EXPECT_EQ(ToBfloat16(-2.0F), 0xC000);
  EXPECT_EQ(ToBfloat16(0x1.01p0F), 0x3F80);    // a tie goes to even
  EXPECT_EQ(ToBfloat16(0x1.03p0F), 0x3F82);    // as does this one
  EXPECT_EQ(ToBfloat16(0x1.0102p0F), 0x3F81);  // above the middle
  EXPECT_EQ(ToBfloat16(std::numeric_limits<float>::max()), 0x7F80);
  EXPECT_EQ(ToBfloat16(-std::numeric_limits<float>::infinity()), 0xFF80);
  EXPECT_TRUE(std::isnan(FromBfloat16(ToBfloat16(std::nanf("")))));
  EXPECT_EQ(FromBfloat16(0x3F81), 0x1.02p0F);
}

}  // namespace
}  // namespace tiqu
