#include "data/synth/people.h"

#include <fmt/format.h>

#include "data/synth/numbers.h"

namespace tiqu::data::synth {
namespace {

// What the attributes of one person must agree on.
struct Identity {
  bool male = true;
  Date birth;
  const Region* home = nullptr;
  DateStyle style = DateStyle::kHan;
};

std::string Nickname(Random& random, bool male) {
  const std::string part = PickWord(random, male ? MaleNameCharacters() : FemaleNameCharacters());
  switch (random.Below(4)) {
    case 0:
      return "阿" + part;
    case 1:
      return "小" + part;
    case 2:
      return "老" + PickWord(random, Surnames());
    default:
      return RandomPersonName(random, male);
  }
}

std::string Email(Random& random) {
  constexpr std::string_view kHosts[] = {"163.com", "qq.com", "126.com", "example.com", "sina.cn"};
  std::string user;
  for (int i = random.Between(3, 8); i > 0; --i) user += static_cast<char>('a' + random.Below(26));
  return user + RandomDigits(random, random.Between(0, 4)) + "@" + std::string(kHosts[random.Below(5)]);
}

std::string Plate(Random& random) {
  constexpr std::string_view kProvinces[] = {"京", "沪", "粤", "桂", "湘", "川", "浙", "苏", "鲁", "豫", "渝", "闽"};
  constexpr std::string_view kLetters = "ABCDEFGHJKLMNPQRSTUVWXYZ";
  std::string plate = std::string(kProvinces[random.Below(12)]) + kLetters[random.Below(8)];
  for (int i = 0; i < 5; ++i) {
    plate += random.Chance(0.75) ? static_cast<char>('0' + random.Below(10)) : kLetters[random.Below(24)];
  }
  return plate;
}

std::string PersonValue(Random& random, std::string_view key, const Identity& who) {
  if (key == "性别") return who.male ? "男" : "女";
  if (key == "民族") return random.Chance(0.6) ? "汉族" : PickWord(random, EthnicGroups());
  if (key == "出生日期") return FormatDate(who.birth, who.style);
  if (key == "出生地") return RandomAddress(random, random.Chance(0.5) ? *who.home : PickFrom(random, Regions()));
  if (key == "户籍地") return RandomAddress(random, *who.home);
  if (key == "住址") return RandomAddress(random, random.Chance(0.4) ? *who.home : PickFrom(random, Regions()));
  if (key == "籍贯") {
    const Region& region = random.Chance(0.6) ? *who.home : PickFrom(random, Regions());
    return std::string(region.province) + std::string(region.city.empty() ? region.county : region.city);
  }
  if (key == "身份证号码") return RandomIdentityNumber(random, who.home->code, who.birth, who.male);
  if (key == "电话") return random.Chance(0.9) ? RandomMobile(random) : RandomLandline(random);
  if (key == "学历") return PickWord(random, Educations());
  if (key == "职务") return PickWord(random, Jobs());
  if (key == "工作单位") return RandomCompanyName(random, PickFrom(random, Regions()));
  if (key == "政治面貌") return PickWord(random, PoliticalStates());
  if (key == "婚姻状况") return PickWord(random, MaritalStates());
  if (key == "曾用名") return Nickname(random, who.male);
  if (key == "年龄") return fmt::format("{}岁", 2024 - who.birth.year);
  if (key == "银行卡号") return RandomBankCard(random);
  if (key == "开户行") return PickWord(random, Banks()) + PickWord(random, RoadNames()) + "支行";
  if (key == "邮箱") return Email(random);
  if (key == "车牌号") return Plate(random);
  if (key == "部门") return PickWord(random, Departments());
  if (key == "入职日期") return FormatDate(RandomDate(random, 2005, 2024), who.style);
  if (key == "月薪") return RandomAmount(random, 2500, 40000);
  if (key == "工号") return fmt::format("{}{}", random.Chance(0.5) ? "A" : "", RandomDigits(random, 6));
  if (key == "毕业院校") return PickWord(random, Schools());
  if (key == "专业") return PickWord(random, Majors());
  return RandomPersonName(random, random.Chance(0.6));  // 直属上级
}

// How often a person of a record has the attribute.
double Frequency(std::string_view key, Family family) {
  if (key == "性别" || key == "出生日期") return 0.75;
  if (key == "户籍地") return family == Family::kStaff ? 0.3 : 0.65;
  if (key == "身份证号码" || key == "民族") return 0.55;
  if (key == "出生地") return 0.25;
  if (key == "住址" || key == "电话" || key == "学历" || key == "职务") return 0.35;
  if (family == Family::kStaff && FindAttribute(key).family == Family::kStaff) return 0.5;
  return 0.1;
}

}  // namespace

Entity RandomPerson(Random& random, Family family) {
  Identity who;
  who.male = random.Chance(0.6);
  who.birth = RandomDate(random, 1945, 2005);
  who.home = &PickFrom(random, Regions());
  who.style = RandomDateStyle(random);
  Entity person;
  person.family = family;
  const bool masked = family == Family::kPerson && random.Chance(0.08);
  person.name = masked ? RandomMaskedName(random) : RandomPersonName(random, who.male);
  for (const Attribute& attribute : Attributes()) {
    const bool fits = attribute.family == Family::kPerson || (family == Family::kStaff && attribute.family == family);
    if (!fits || attribute.key == "姓名" || !random.Chance(Frequency(attribute.key, family))) continue;
    person.fields.push_back({attribute.key, {PersonValue(random, attribute.key, who)}});
    const bool several = attribute.key == "电话" || attribute.key == "银行卡号" || attribute.key == "职务";
    if (several && random.Chance(0.15)) person.fields.back().values.push_back(PersonValue(random, attribute.key, who));
  }
  return person;
}

Entity RandomCompany(Random& random) {
  const Region& region = PickFrom(random, Regions());
  const DateStyle style = RandomDateStyle(random);
  Entity company;
  company.family = Family::kCompany;
  company.name = RandomCompanyName(random, region);
  const auto add = [&](std::string_view key, double frequency, auto make) {
    if (random.Chance(frequency)) company.fields.push_back({key, {make()}});
  };
  add("统一社会信用代码", 0.65, [&] { return RandomCreditCode(random, region.code); });
  add("法定代表人", 0.7, [&] { return RandomPersonName(random, random.Chance(0.6)); });
  add("注册资本", 0.55, [&] { return RandomAmount(random, 100000, 90000000); });
  add("成立日期", 0.55, [&] { return FormatDate(RandomDate(random, 1985, 2023), style); });
  add("注册地址", 0.6, [&] { return RandomAddress(random, region); });
  add("公司电话", 0.35, [&] { return random.Chance(0.5) ? RandomLandline(random) : RandomMobile(random); });
  return company;
}

}  // namespace tiqu::data::synth
