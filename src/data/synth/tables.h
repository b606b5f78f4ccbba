// The words that invented records are made of. All of it is our own; real are only names of places, banks, peoples and
// the like.
//
// Thread safety: constants.
#pragma once

#include <iterator>
#include <span>
#include <string>
#include <string_view>

#include "base/random.h"

namespace tiqu::data::synth {

using Words = std::span<const std::string_view>;

// A county or district with its code of GB/T 2260. `city` is empty where the county is written behind the province.
struct Region {
  std::string_view code;
  std::string_view province;
  std::string_view city;
  std::string_view county;
};

std::span<const Region> Regions();

Words Surnames();
Words MaleNameCharacters();
Words FemaleNameCharacters();
Words EthnicGroups();  // the first is by far the most common
Words PlaceCharacters();
Words RoadNames();
Words EstateNames();
Words Educations();
Words Jobs();
Words Departments();
Words Schools();
Words Majors();
Words PoliticalStates();
Words MaritalStates();
Words Banks();
Words CompanyTrades();
Words CompanyCharacters();
Words Goods();
Words Causes();  // of civil cases
Words Crimes();
Words AuditFaults();
Words PersonRoles();  // put before a name
Words Openings();     // sentences that say nothing asked for
Words Fillers();

// `values` is anything that stands in one piece: a span, a vector, a list. REQUIRES: it is not empty
template <typename Values>
const auto& PickFrom(Random& random, const Values& values) {
  return std::data(values)[random.Below(static_cast<uint32_t>(std::size(values)))];
}

inline std::string PickWord(Random& random, Words words) { return std::string(PickFrom(random, words)); }

}  // namespace tiqu::data::synth
