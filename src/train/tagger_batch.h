// Texts of a corpus as the tagger's network reads them.
//
// Thread safety: a free function.
#pragma once

#include <vector>

#include "model/model_spec.h"
#include "train/corpus.h"
#include "train/epoch_plan.h"
#include "train/tagger_data.h"
#include "train/tagger_network.h"

namespace tiqu::train {

// The packed rows of some units. REQUIRES: `units` is not empty. `labels`: with tags.
TaggerBatch BuildTaggerBatch(const Corpus& corpus, const std::vector<NgramIds>& ids, const TaggerData& tagger,
                             const model::ModelSpec& spec, const BatchPlan& units, bool labels);

}  // namespace tiqu::train
