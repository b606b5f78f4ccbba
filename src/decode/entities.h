// From a tagger's scores to entities: the best path, and how probable each of its spans is.
//
// Thread safety: a free function.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "decode/linear_chain.h"
#include "model/tag_set.h"

namespace tiqu::decode {

struct TaggedSpan {
  int32_t begin = 0;  // characters, half open
  int32_t end = 0;
  int32_t type = 0;  // index in TagSet::types()
  float score = 0;   // the exact probability that this span has this type, over all paths

  bool operator==(const TaggedSpan&) const = default;
};

// logits: [chars * tags]. Spans of the path of the highest score, in order. REQUIRES: as many tags as the chain has.
std::vector<TaggedSpan> FindEntities(const LinearChain& chain, const model::TagSet& tags,
                                     std::span<const float> logits);

}  // namespace tiqu::decode
