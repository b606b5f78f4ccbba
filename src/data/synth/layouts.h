// Records of people or companies in the forms in which papers write them.
//
//   罗某,男,1989年11月19日出生,户籍地:...        a comma list        姓名：罗某\n性别：男     a form
//   罗某的户籍地为...，其电话是...。              sentences           姓名|性别\n罗某|男      a table
//
// Thread safety: free functions; a Random belongs to one thread.
#pragma once

#include <vector>

#include "base/random.h"
#include "data/synth/scene.h"

namespace tiqu::data::synth {

enum class Layout { kCommaList, kSentences, kForm, kTable };

Layout RandomLayout(Random& random, size_t entities);

// REQUIRES: at least one entity.
Scene WriteRecords(Random& random, Layout layout, std::vector<Entity> entities);

}  // namespace tiqu::data::synth
