#include "data/synth/numbers.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace tiqu::data::synth {
namespace {

constexpr std::string_view kHanDigits[] = {"〇", "一", "二", "三", "四", "五", "六", "七", "八", "九"};
constexpr std::string_view kChequeDigits[] = {"零", "壹", "贰", "叁", "肆", "伍", "陆", "柒", "捌", "玖"};
constexpr std::string_view kCreditAlphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY";

// 1..31 as 一, 十, 十九, 二十, 三十一.
std::string SmallHan(int number) {
  std::string text;
  if (number >= 20) text += kHanDigits[number / 10];
  if (number >= 10) text += "十";
  if (number % 10 != 0) text += kHanDigits[number % 10];
  return text;
}

std::string HanDate(const Date& date) {
  std::string text;
  for (const char c : std::to_string(date.year)) text += kHanDigits[c - '0'];
  return fmt::format("{}年{}月{}日", text, SmallHan(date.month), SmallHan(date.day));
}

// Four digits of a cheque: 1050 -> 壹仟零伍拾. `pad`: a higher group stands before, so a missing thousand is 零.
std::string ChequeGroup(int group, bool pad) {
  constexpr std::string_view kUnits[] = {"仟", "佰", "拾", ""};
  std::string text;
  bool gap = pad && group < 1000;
  for (int i = 0, unit = 1000; i < 4; ++i, unit /= 10) {
    const int digit = group / unit % 10;
    if (digit == 0) {
      gap = gap || !text.empty();
      continue;
    }
    if (gap) text += "零";
    gap = false;
    text += kChequeDigits[digit];
    text += kUnits[i];
  }
  return text;
}

char LuhnDigit(std::string_view payload) {
  int sum = 0;
  bool twice = true;  // the payload's last digit is doubled
  for (auto c = payload.rbegin(); c != payload.rend(); ++c, twice = !twice) {
    const int digit = (*c - '0') * (twice ? 2 : 1);
    sum += digit / 10 + digit % 10;
  }
  return static_cast<char>('0' + (10 - sum % 10) % 10);
}

}  // namespace

int DaysInMonth(int year, int month) {
  constexpr std::array<int, 12> kDays = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return month == 2 && leap ? 29 : kDays[static_cast<size_t>(month - 1)];
}

Date RandomDate(Random& random, int first_year, int last_year) {
  Date date;
  date.year = random.Between(first_year, last_year);
  date.month = random.Between(1, 12);
  date.day = random.Between(1, DaysInMonth(date.year, date.month));
  return date;
}

std::string FormatDate(const Date& date, DateStyle style) {
  switch (style) {
    case DateStyle::kHan:
      return fmt::format("{}年{}月{}日", date.year, date.month, date.day);
    case DateStyle::kHanPadded:
      return fmt::format("{}年{:02}月{:02}日", date.year, date.month, date.day);
    case DateStyle::kDash:
      return fmt::format("{}-{:02}-{:02}", date.year, date.month, date.day);
    case DateStyle::kSlash:
      return fmt::format("{}/{}/{}", date.year, date.month, date.day);
    case DateStyle::kDot:
      return fmt::format("{}.{:02}.{:02}", date.year, date.month, date.day);
    case DateStyle::kHanDigits:
      break;
  }
  return HanDate(date);
}

DateStyle RandomDateStyle(Random& random) {
  if (random.Chance(0.6)) return DateStyle::kHan;
  return static_cast<DateStyle>(random.Between(1, 5));
}

char IdentityCheckDigit(std::string_view first17) {
  int sum = 0;
  int weight = 1;
  for (size_t i = first17.size(); i > 0; --i) {
    weight = weight * 2 % 11;
    sum += (first17[i - 1] - '0') * weight;
  }
  return "10X98765432"[sum % 11];
}

std::string RandomIdentityNumber(Random& random, std::string_view region_code, const Date& birth, bool male) {
  const int sequence = random.Between(0, 499) * 2 + (male ? 1 : 0);
  std::string number = fmt::format("{}{}{:02}{:02}{:03}", region_code, birth.year, birth.month, birth.day, sequence);
  return number + IdentityCheckDigit(number);
}

char CreditCodeCheckCharacter(std::string_view first17) {
  int sum = 0;
  int weight = 1;
  for (const char c : first17) {
    sum += static_cast<int>(kCreditAlphabet.find(c)) * weight;
    weight = weight * 3 % 31;
  }
  return kCreditAlphabet[static_cast<size_t>((31 - sum % 31) % 31)];
}

std::string RandomCreditCode(Random& random, std::string_view region_code) {
  std::string code = fmt::format("91{}", region_code);
  while (code.size() < 17) code += kCreditAlphabet[random.Below(static_cast<uint32_t>(kCreditAlphabet.size()))];
  return code + CreditCodeCheckCharacter(code);
}

bool LuhnValid(std::string_view digits) {
  return digits.size() > 1 && LuhnDigit(digits.substr(0, digits.size() - 1)) == digits.back();
}

std::string RandomBankCard(Random& random) {
  std::string digits = fmt::format("62{}", RandomDigits(random, random.Chance(0.7) ? 16 : 13));
  return digits + LuhnDigit(digits);
}

std::string RandomDigits(Random& random, int count) {
  std::string digits;
  for (int i = 0; i < count; ++i) digits += static_cast<char>('0' + random.Below(10));
  return digits;
}

std::string RandomMobile(Random& random) {
  constexpr std::string_view kSecond = "3456789";
  return fmt::format("1{}{}", kSecond[random.Below(7)], RandomDigits(random, 9));
}

std::string RandomLandline(Random& random) {
  return fmt::format("0{}{}-{}{}", random.Between(3, 9), RandomDigits(random, 2), random.Between(2, 8),
                     RandomDigits(random, random.Chance(0.5) ? 6 : 7));
}

std::string WithThousands(int64_t number) {
  const std::string digits = std::to_string(number);
  std::string text;
  for (size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) text += ',';
    text += digits[i];
  }
  return text;
}

std::string FormatAmountHan(int64_t yuan) {
  constexpr std::string_view kGroups[] = {"", "万", "亿"};
  std::string text;
  bool skipped = false;
  for (int i = 2; i >= 0; --i) {
    int64_t unit = 1;
    for (int j = 0; j < i; ++j) unit *= 10000;
    const int group = static_cast<int>(yuan / unit % 10000);
    if (group == 0) {
      skipped = !text.empty();
      continue;
    }
    if (skipped && group >= 1000) text += "零";
    skipped = false;
    text += ChequeGroup(group, !text.empty());
    text += kGroups[i];
  }
  return text + "元整";
}

std::string RandomAmount(Random& random, int64_t low, int64_t high) {
  const int64_t yuan = low + random.Below(static_cast<uint32_t>(high - low + 1));
  const int64_t round = std::max<int64_t>(100, yuan / 100 * 100);
  switch (random.Below(7)) {
    case 0:
      return fmt::format("{}元", yuan);
    case 1:
      return fmt::format("{}万元", std::max<int64_t>(1, yuan / 10000));
    case 2:
      return fmt::format("人民币{}.{:02}元", WithThousands(yuan), random.Below(100));
    case 3:
      return fmt::format("￥{}.00", WithThousands(round));
    case 4:
      return FormatAmountHan(round);
    case 5:
      return fmt::format("{}.{:02}元", yuan, random.Below(100));
    default:
      return fmt::format("人民币{}元", round);
  }
}

}  // namespace tiqu::data::synth
