// How often tags follow each other in the training samples: where the last layer and the chain start from.
//
// A chain that starts with even scores, below a layer that favours O, begins by taking a long answer for impossible:
// each of its characters costs log P(O) - log P(I) once more. Started from the counts, an answer of any length costs at
// first what it costs in the data, and only its place is left to learn.
//
// Thread safety: free functions.
#pragma once

#include "decode/crf.h"
#include "train/corpus.h"
#include "train/parameters.h"

namespace tiqu::train {

struct TagPrior {
  decode::ChainScores chain;                     // log frequencies of moves and of first tags; 0 where impossible
  std::array<float, decode::kTags> emissions{};  // log frequencies of tags
};

// Every count starts at one, so that nothing possible is -inf; an empty corpus gives even moves.
TagPrior CountTags(const Corpus& corpus);

// With a chain in the spec: its transitions, the layer's bias stays 0. Without one: answer/bias.
void StartFromPrior(const TagPrior& prior, const model::ModelSpec& spec, Parameters* parameters);

}  // namespace tiqu::train
