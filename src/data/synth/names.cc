// Names of people and companies.
#include <array>

#include "base/utf8.h"
#include "data/synth/people.h"

namespace tiqu::data::synth {
namespace {

// The person of DESIGN's sample.
constexpr std::string_view kReservedName = "罗显敏";

std::string MinorityName(Random& random) {
  constexpr std::array<std::string_view, 12> kGiven = {"阿依古丽", "买买提",   "艾力",   "吐尔逊",
                                                       "古丽娜尔", "热合曼",   "木沙",   "依明",
                                                       "卡德尔",   "帕提古丽", "巴特尔", "扎西次仁"};
  constexpr std::array<std::string_view, 8> kFather = {"艾力", "吐尔逊", "买买提", "依明",
                                                       "木沙", "卡德尔", "热合曼", "阿不都"};
  const std::string given(kGiven[random.Below(12)]);
  if (given == "巴特尔" || given == "扎西次仁") return given;
  return given + "·" + std::string(kFather[random.Below(8)]);
}

}  // namespace

std::string RandomPersonName(Random& random, bool male) {
  if (random.Chance(0.01)) return MinorityName(random);
  const Words given = male ? MaleNameCharacters() : FemaleNameCharacters();
  std::string name;
  do {
    name = PickWord(random, Surnames()) + PickWord(random, given);
    if (random.Chance(0.75)) name += PickWord(random, given);
  } while (name == kReservedName);
  return name;
}

std::string RandomMaskedName(Random& random) {
  constexpr std::array<std::string_view, 5> kMasks = {"某", "某某", "某甲", "某乙", "某丙"};
  return PickWord(random, Surnames()) + std::string(kMasks[random.Below(5)]);
}

std::string SimilarName(Random& random, const std::string& name) {
  std::u32string chars = DecodeUtf8(name).value_or(U"");
  if (chars.size() < 2) return RandomPersonName(random, true);
  std::string similar;
  do {
    std::u32string changed = chars;
    const std::u32string with =
        DecodeUtf8(PickWord(random, random.Chance(0.5) ? MaleNameCharacters() : FemaleNameCharacters()))
            .value_or(U"伟");
    changed[random.Below(static_cast<uint32_t>(chars.size() - 1)) + 1] = with[0];
    similar = EncodeUtf8(changed);
  } while (similar == name || similar == kReservedName);
  return similar;
}

std::string RandomCompanyName(Random& random, const Region& region) {
  // 深圳市 -> 深圳, 广西壮族自治区 stays out: the city's name is what companies use.
  std::u32string place = DecodeUtf8(region.city.empty() ? region.province : region.city).value_or(U"");
  if (place.size() > 2 && (place.back() == U'市' || place.back() == U'省') && random.Chance(0.5)) place.pop_back();
  std::string name = EncodeUtf8(place);
  for (int i = random.Between(2, 3); i > 0; --i) name += PickWord(random, CompanyCharacters());
  return name + PickWord(random, CompanyTrades());
}

}  // namespace tiqu::data::synth
