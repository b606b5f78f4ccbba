// Invented people, companies and their addresses.
//
// Thread safety: free functions; a Random belongs to one thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/random.h"
#include "data/synth/scene.h"
#include "data/synth/tables.h"

namespace tiqu::data::synth {

// Never the name of DESIGN's sample, which stays a fair test.
std::string RandomPersonName(Random& random, bool male);
// 张某, 张某某, 张某甲: as courts write them.
std::string RandomMaskedName(Random& random);
// A name close to `name`: one character another.
std::string SimilarName(Random& random, const std::string& name);
std::string RandomCompanyName(Random& random, const Region& region);

// Down to village, group and number, or road, building and room. Province or city is left out at times.
std::string RandomAddress(Random& random, const Region& region);

// A person with a random choice of attributes, which fit each other (number, birth, sex, home). kStaff has the
// attributes of both families.
Entity RandomPerson(Random& random, Family family);
Entity RandomCompany(Random& random);

}  // namespace tiqu::data::synth
