// Addresses.
#include <fmt/format.h>

#include <array>

#include "data/synth/people.h"

namespace tiqu::data::synth {
namespace {

using W = std::string_view;

std::string PlaceName(Random& random, int characters) {
  std::string name;
  for (int i = 0; i < characters; ++i) name += PickWord(random, PlaceCharacters());
  return name;
}

// 宾州镇顾明村委会大罗村2队513号 and its kin.
std::string Village(Random& random) {
  constexpr std::array<W, 4> kTowns = {"镇", "乡", "镇", "街道"};
  constexpr std::array<W, 5> kVillages = {"村", "村委会", "村民委员会", "社区", "行政村"};
  constexpr std::array<W, 6> kHamlets = {"屯", "村", "寨", "组", "庄", "湾"};
  std::string text = PlaceName(random, 2) + std::string(kTowns[random.Below(4)]);
  text += PlaceName(random, 2) + std::string(kVillages[random.Below(5)]);
  if (random.Chance(0.45)) text += PlaceName(random, 2) + std::string(kHamlets[random.Below(6)]);
  switch (random.Below(6)) {
    case 0:
      return text + fmt::format("{}组", random.Between(1, 20));
    case 1:
      return text + fmt::format("{}队{}号", random.Between(1, 15), random.Between(1, 600));
    case 2:
      return text + fmt::format("{}号", random.Between(1, 999));
    case 3:
      return text + fmt::format("{}组{}号", random.Between(1, 20), random.Between(1, 300));
    case 4:
      return text + fmt::format("{}号附{}号", random.Between(1, 200), random.Between(1, 9));
    default:
      return text;
  }
}

std::string Street(Random& random) {
  constexpr std::array<W, 6> kRoads = {"路", "街", "大道", "东路", "西路", "巷"};
  std::string text = PickWord(random, RoadNames()) + std::string(kRoads[random.Below(6)]);
  text += fmt::format("{}号", random.Between(1, 999));
  if (random.Chance(0.5)) text += PickWord(random, EstateNames());
  switch (random.Below(6)) {
    case 0:
      return text +
             fmt::format("{}栋{}单元{}室", random.Between(1, 30), random.Between(1, 4), random.Between(101, 3303));
    case 1:
      return text + fmt::format("{}幢{}室", random.Between(1, 30), random.Between(101, 2204));
    case 2:
      return text +
             fmt::format("{}号楼{}单元{}号", random.Between(1, 30), random.Between(1, 5), random.Between(101, 1804));
    case 3:
      return text + fmt::format("{}-{}-{}", random.Between(1, 20), random.Between(1, 4), random.Between(101, 1802));
    case 4:
      return text + fmt::format("{}房", random.Between(101, 3305));
    default:
      return text;
  }
}

std::string RegionText(Random& random, const Region& region) {
  const std::string province(region.province);
  const std::string city(region.city);
  const std::string county(region.county);
  switch (random.Below(10)) {
    case 0:
      return city + county;
    case 1:
    case 2:
    case 3:
      // A county-level place is often written right behind the province.
      return city.empty() || !county.ends_with("区") ? province + county : province + city + county;
    case 4:
      return county;
    default:
      return province + city + county;
  }
}

}  // namespace

std::string RandomAddress(Random& random, const Region& region) {
  const std::string place = RegionText(random, region);
  if (random.Chance(0.04)) return place;
  const bool rural = !std::string_view(region.county).ends_with("区");
  return place + (random.Chance(rural ? 0.75 : 0.25) ? Village(random) : Street(random));
}

}  // namespace tiqu::data::synth
