// Numbers as they stand in records, with valid check digits.
//
// Thread safety: free functions; a Random belongs to one thread.
#pragma once

#include <string>
#include <string_view>

#include "base/random.h"

namespace tiqu::data::synth {

struct Date {
  int year = 2000;
  int month = 1;
  int day = 1;
};

int DaysInMonth(int year, int month);
Date RandomDate(Random& random, int first_year, int last_year);

enum class DateStyle { kHan, kHanPadded, kDash, kSlash, kDot, kHanDigits };
// 1989年11月19日, 1989年01月09日, 1989-01-09, 1989/1/9, 1989.01.09, 一九八九年一月九日
std::string FormatDate(const Date& date, DateStyle style);
DateStyle RandomDateStyle(Random& random);  // the first most of the time

// GB 11643-1999: six digits of region, birth, three of sequence (odd: male), check digit by ISO 7064 MOD 11-2.
char IdentityCheckDigit(std::string_view first17);
std::string RandomIdentityNumber(Random& random, std::string_view region_code, const Date& birth, bool male);

// GB 32100-2015: 18 characters without I, O, S, V, Z; check character MOD 31.
char CreditCodeCheckCharacter(std::string_view first17);
std::string RandomCreditCode(Random& random, std::string_view region_code);

// Luhn (ISO/IEC 7812-1).
bool LuhnValid(std::string_view digits);
std::string RandomBankCard(Random& random);

std::string RandomMobile(Random& random);
std::string RandomLandline(Random& random);
std::string RandomDigits(Random& random, int count);

// 50000元, 5万元, 人民币50,000.00元, ￥50,000.00, 伍万元整
std::string RandomAmount(Random& random, int64_t low, int64_t high);
// Whole yuan in the characters of cheques: 壹万零伍佰元整. REQUIRES: 0 < yuan < 10^12
std::string FormatAmountHan(int64_t yuan);
std::string WithThousands(int64_t number);

}  // namespace tiqu::data::synth
