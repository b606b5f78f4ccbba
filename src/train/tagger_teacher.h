// What trained taggers say of the texts of a training, so that another learns it beside the labels: it comes near to
// what they know together, at a part of their cost (Hinton, Vinyals and Dean, Distilling the Knowledge in a Neural
// Network, 2015). The mean of their logits and of their transitions is a chain again, and its expected counts of tags
// and moves are all that the student's cross-entropy needs.
//
//   TIQU_ASSIGN_OR_RETURN(const TaggerTeacher teacher, TaggerTeacher::Load(paths, samples, corpus, tags, 256));
//   decode::ChainCounts counts = teacher.Expect(unit);
//
// Thread safety: immutable after Load.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "data/sample.h"
#include "decode/linear_chain.h"
#include "model/tag_set.h"
#include "train/corpus.h"
#include "train/epoch_plan.h"

namespace tiqu::train {

class TaggerTeacher {
 public:
  // Reads each of the samples, in pieces of `max_chars` characters, with each of the checkpoints; `corpus` has the
  // samples as the student reads them. Errors: those of LoadStartingModel, INVALID_ARGUMENT naming the checkpoint (not
  // a tagger of the same types and scheme, or one that cuts texts into other characters). REQUIRES: there are paths.
  static absl::StatusOr<TaggerTeacher> Load(const std::vector<std::string>& paths,
                                            const std::vector<data::Sample>& samples, const Corpus& corpus,
                                            const model::TagSet& tags, int max_chars);

  decode::ChainCounts Expect(const PassageUnit& unit) const;

  // Changes when anything does that the teachers say.
  uint64_t AddFingerprint(uint64_t hash) const;

 private:
  TaggerTeacher(decode::LinearChain chain, std::vector<std::vector<float>> logits)
      : chain_(std::move(chain)), logits_(std::move(logits)) {}

  decode::LinearChain chain_;
  std::vector<std::vector<float>> logits_;  // [passages][chars * tags]
};

// `weight` times what is taught, and the counts of the path for the rest. REQUIRES: the path is as long, and not empty.
void MixPath(std::span<const uint16_t> path, double weight, decode::ChainCounts* taught);

}  // namespace tiqu::train
