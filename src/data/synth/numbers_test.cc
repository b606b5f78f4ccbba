#include "data/synth/numbers.h"

#include <gtest/gtest.h>

#include <set>

#include "data/synth/people.h"
#include "data/synth/tables.h"

namespace tiqu::data::synth {
namespace {

TEST(NumbersTest, KnownCheckDigits) {
  // The worked example of GB 11643-1999, and one ending in X.
  EXPECT_EQ(IdentityCheckDigit("11010519491231002"), 'X');
  EXPECT_EQ(IdentityCheckDigit("44052418800101001"), '4');
  EXPECT_TRUE(LuhnValid("79927398713"));
  EXPECT_FALSE(LuhnValid("79927398710"));
  // The example of GB 32100-2015's annex.
  EXPECT_EQ(CreditCodeCheckCharacter("91350100M000100Y4"), '3');
}

TEST(NumbersTest, IdentityNumbersFitThePerson) {
  Random random(1);
  for (int i = 0; i < 500; ++i) {
    const Date birth = RandomDate(random, 1940, 2010);
    const bool male = random.Chance(0.5);
    const std::string number = RandomIdentityNumber(random, "450102", birth, male);
    ASSERT_EQ(number.size(), 18U);
    EXPECT_EQ(number.substr(0, 6), "450102");
    EXPECT_EQ(number.substr(6, 4), std::to_string(birth.year));
    EXPECT_EQ((number[16] - '0') % 2, male ? 1 : 0);
    EXPECT_EQ(number[17], IdentityCheckDigit(number.substr(0, 17)));
  }
}

TEST(NumbersTest, CodesCardsAndPhonesAreWellFormed) {
  Random random(2);
  for (int i = 0; i < 500; ++i) {
    const std::string code = RandomCreditCode(random, "440305");
    ASSERT_EQ(code.size(), 18U);
    EXPECT_EQ(code.find_first_of("IOSVZ"), std::string::npos);
    EXPECT_EQ(code[17], CreditCodeCheckCharacter(code.substr(0, 17)));
    const std::string card = RandomBankCard(random);
    EXPECT_TRUE(card.size() == 19 || card.size() == 16) << card;
    EXPECT_TRUE(LuhnValid(card));
    EXPECT_EQ(RandomMobile(random).size(), 11U);
  }
}

TEST(NumbersTest, Dates) {
  EXPECT_EQ(DaysInMonth(2000, 2), 29);
  EXPECT_EQ(DaysInMonth(1900, 2), 28);
  const Date date{1989, 1, 20};
  EXPECT_EQ(FormatDate(date, DateStyle::kHan), "1989年1月20日");
  EXPECT_EQ(FormatDate(date, DateStyle::kHanPadded), "1989年01月20日");
  EXPECT_EQ(FormatDate(date, DateStyle::kDash), "1989-01-20");
  EXPECT_EQ(FormatDate(date, DateStyle::kHanDigits), "一九八九年一月二十日");
  EXPECT_EQ(FormatDate({2010, 12, 31}, DateStyle::kHanDigits), "二〇一〇年十二月三十一日");
}

TEST(NumbersTest, ChequeAmounts) {
  EXPECT_EQ(FormatAmountHan(10500), "壹万零伍佰元整");
  EXPECT_EQ(FormatAmountHan(50000), "伍万元整");
  EXPECT_EQ(FormatAmountHan(1234), "壹仟贰佰叁拾肆元整");
  EXPECT_EQ(FormatAmountHan(1005), "壹仟零伍元整");
  EXPECT_EQ(FormatAmountHan(100000000), "壹亿元整");
  EXPECT_EQ(FormatAmountHan(100005000), "壹亿零伍仟元整");
  EXPECT_EQ(FormatAmountHan(120340), "壹拾贰万零叁佰肆拾元整");
  EXPECT_EQ(WithThousands(1234567), "1,234,567");
  EXPECT_EQ(WithThousands(999), "999");
}

TEST(TablesTest, RegionCodesAreSixDigitsAndDistinct) {
  std::set<std::string_view> codes;
  for (const Region& region : Regions()) {
    EXPECT_EQ(region.code.size(), 6U);
    EXPECT_EQ(region.code.find_first_not_of("0123456789"), std::string_view::npos);
    EXPECT_TRUE(codes.insert(region.code).second) << region.code;
  }
}

TEST(PeopleTest, SimilarNamesDifferFromTheName) {
  Random random(3);
  for (int i = 0; i < 300; ++i) {
    const std::string name = RandomPersonName(random, i % 2 == 0);
    EXPECT_NE(SimilarName(random, name), name);
  }
}

// The number of a person agrees with birth and sex.
TEST(PeopleTest, AttributesAgree) {
  Random random(4);
  int seen = 0;
  for (int i = 0; i < 500; ++i) {
    const Entity person = RandomPerson(random, Family::kPerson);
    const Field* number = person.Find("身份证号码");
    const Field* sex = person.Find("性别");
    if (number == nullptr || sex == nullptr) continue;
    ++seen;
    EXPECT_EQ((number->values[0][16] - '0') % 2 == 1, sex->values[0] == "男");
  }
  EXPECT_GT(seen, 100);
}

}  // namespace
}  // namespace tiqu::data::synth
