// Which samples, cut where, make which batch of an epoch: a function of (corpus, options, seed, epoch) alone, so that a
// resumed training goes on with the very batches that an uninterrupted one would have run.
//
// Samples of one passage stay together (up to group_questions), so that the passage is encoded once for them; a passage
// longer than max_passage_chars is cut for each of its samples apart, around one of the sample's answers. Batches have
// no padding (train/layers/packing.h), so they need not be sorted by length.
//
// Thread safety: free functions.
#pragma once

#include <cstdint>
#include <vector>

#include "train/corpus.h"
#include "train/trainer_options.h"

namespace tiqu::train {

// One piece of a passage with the questions asked of it.
struct PassageUnit {
  int32_t passage = 0;
  int32_t begin = 0;  // characters of the passage, half open
  int32_t end = 0;
  std::vector<int32_t> samples;  // indices in the corpus
  bool negative = false;         // the samples belong to another passage: there is no answer here

  int64_t chars() const { return end - begin; }
  int64_t sample_chars() const { return chars() * static_cast<int64_t>(samples.size()); }
};

using BatchPlan = std::vector<PassageUnit>;

std::vector<BatchPlan> PlanEpoch(const Corpus& corpus, const TrainerOptions& options, int64_t epoch);

int64_t CountSamples(const BatchPlan& batch);
int64_t CountChars(const BatchPlan& batch);  // passage characters, once a sample

// Shares a batch between workers so that the slowest has as little to do as possible; the questions of one passage are
// parted where that helps. [workers]
std::vector<BatchPlan> ShareBatch(const BatchPlan& batch, int workers);

}  // namespace tiqu::train
