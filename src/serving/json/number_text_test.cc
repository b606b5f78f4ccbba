#include "serving/json/number_text.h"

#include <bit>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <limits>

#include "base/random.h"
#include "gtest/gtest.h"

namespace tiqu::serving {
namespace {

std::string Float(float value) {
  std::string out;
  AppendFloat(value, &out);
  return out;
}

std::string Double(double value) {
  std::string out;
  AppendDouble(value, &out);
  return out;
}

// The rule by printf alone.
std::string Expected(double value, bool single) {
  char text[64];
  snprintf(text, sizeof(text), "%.6g", value);
  const bool same =
      single ? std::strtof(text, nullptr) == static_cast<float>(value) : std::strtod(text, nullptr) == value;
  if (!same) snprintf(text, sizeof(text), "%.*g", single ? 9 : 17, value);
  std::string out = text;
  if (out.find('.') == std::string::npos && out.find('e') == std::string::npos) out += ".0";
  return out;
}

TEST(NumberTextTest, SixDigitsWhereTheyGiveTheNumberBack) {
  EXPECT_EQ(Float(3), "3.0");
  EXPECT_EQ(Float(-3), "-3.0");
  EXPECT_EQ(Float(0), "0.0");
  EXPECT_EQ(Float(-0.0F), "-0.0");
  EXPECT_EQ(Float(999999), "999999.0");
  EXPECT_EQ(Float(1000000), "1e+06");
  EXPECT_EQ(Float(9000000), "9e+06");
  EXPECT_EQ(Float(0.00003F), "3e-05");
  EXPECT_EQ(Float(0.0001F), "0.0001");
  EXPECT_EQ(Float(0.1F), "0.1");
  EXPECT_EQ(Float(-1.5F), "-1.5");
  EXPECT_EQ(Float(1e10F), "1e+10");
  EXPECT_EQ(Float(100.25F), "100.25");
}

TEST(NumberTextTest, NineDigitsOfAFloatWhereSixAreNotEnough) {
  EXPECT_EQ(Float(0.123456789F), "0.123456791");
  EXPECT_EQ(Float(123456.7F), "123456.703");
  EXPECT_EQ(Float(16777216.0F), "16777216.0");
  EXPECT_EQ(Float(717887190.0F), "717887168.0");
  EXPECT_EQ(Float(1.0000001F), "1.00000012");
}

TEST(NumberTextTest, SeventeenDigitsOfADoubleWhereSixAreNotEnough) {
  EXPECT_EQ(Double(0.30000000000000004), "0.30000000000000004");
  EXPECT_EQ(Double(2), "2.0");
  EXPECT_EQ(Double(1e22), "1e+22");
  EXPECT_EQ(Double(0.1), "0.1");
  EXPECT_EQ(Double(1234567.0), "1234567.0");
}

TEST(NumberTextTest, NumbersWithoutAValueAreWords) {
  EXPECT_EQ(Float(std::numeric_limits<float>::quiet_NaN()), "NaN");
  EXPECT_EQ(Float(std::numeric_limits<float>::infinity()), "Infinity");
  EXPECT_EQ(Double(-std::numeric_limits<double>::infinity()), "-Infinity");
}

TEST(NumberTextTest, TheEdgesOfTheRanges) {
  for (const float value : {std::numeric_limits<float>::min(), std::numeric_limits<float>::max(),
                            std::numeric_limits<float>::denorm_min(), 1e-40F, 9.9999995e-5F, 999999.94F, 999999.5F}) {
    EXPECT_EQ(Float(value), Expected(value, true)) << value;
  }
  for (const double value : {std::numeric_limits<double>::min(), std::numeric_limits<double>::max(),
                             std::numeric_limits<double>::denorm_min(), 999999.5, 2147483648.0}) {
    EXPECT_EQ(Double(value), Expected(value, false)) << value;
  }
}

TEST(NumberTextTest, PowersAndWhatStandsBesideThem) {
  const auto check_around = [](float value) {
    for (int step = -20; step <= 20; ++step) {
      const auto near = std::bit_cast<float>(std::bit_cast<uint32_t>(value) + step);
      if (std::isfinite(near)) {
        ASSERT_EQ(Float(near), Expected(near, true)) << near;
      }
    }
  };
  for (uint32_t exponent = 1; exponent < 255; ++exponent) check_around(std::bit_cast<float>(exponent << 23));
  for (int exponent = -37; exponent < 38; ++exponent) check_around(static_cast<float>(std::pow(10.0, exponent)));
}

TEST(NumberTextTest, RandomNumbersReadAsPrintfWritesThem) {
  Random random(11);
  for (int i = 0; i < 100000; ++i) {
    const auto any = std::bit_cast<float>(random.Next());
    if (std::isfinite(any)) {
      ASSERT_EQ(Float(any), Expected(any, true)) << any;
    }
    const auto probability = static_cast<float>(random.Uniform());
    ASSERT_EQ(Float(probability), Expected(probability, true)) << probability;
    const float tiny = probability * probability * probability * 1e-3F;
    ASSERT_EQ(Float(tiny), Expected(tiny, true)) << tiny;
    const auto cents = static_cast<float>(random.Below(10000000)) / 100;
    ASSERT_EQ(Float(cents), Expected(cents, true)) << cents;
    const auto wide = std::bit_cast<double>((static_cast<uint64_t>(random.Next()) << 32) | random.Next());
    if (std::isfinite(wide)) {
      ASSERT_EQ(Double(wide), Expected(wide, false)) << wide;
    }
    ASSERT_EQ(Double(cents), Expected(cents, false)) << cents;
  }
}

}  // namespace
}  // namespace tiqu::serving
