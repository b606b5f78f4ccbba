// A trained model that a training goes on from, instead of from random weights: with some hundred samples of one's own,
// a model that has read much else already is worth more than a fresh one.
//
//   TIQU_ASSIGN_OR_RETURN(StartingModel start, LoadStartingModel("best_model.h5"));
//
// Thread safety: a value; free functions.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "checkpoint/checkpoint.h"
#include "text/normalizer.h"
#include "text/vocabulary.h"
#include "torch/torch.h"
#include "train/parameters.h"
#include "train/vocabulary_builder.h"

namespace tiqu::train {

struct StartingModel {
  checkpoint::Checkpoint checkpoint;
  text::Vocabulary chars;
  text::Vocabulary words;

  text::NormalizerOptions normalizer_options() const;
  torch::Tensor WordVectors() const;  // [word_vocab, word_dim], of a reader or a tagger
  // The model's own; characters that it did not know are as telling as any.
  IdfTables Idf(int32_t char_vocab) const;
};

// `path`: a checkpoint (`tiqu import` makes one of an exported model). Errors: those of checkpoint::Load, DATA_LOSS
// naming a vocabulary that is damaged.
absl::StatusOr<StartingModel> LoadStartingModel(const std::string& path);

// The known characters under their ids, then the others of `more`.
text::Vocabulary ExtendVocabulary(const text::Vocabulary& known, const text::Vocabulary& more);

// One weight of the model, into the front of the parameter of that name. REQUIRES: the model has it, and the parameter
// is at least as long.
void CopyWeight(const StartingModel& start, const std::string& name, Parameters* parameters);

// Every weight that the model has; characters that it did not know keep what they have in `parameters`.
// REQUIRES: `parameters` have the model's spec, but for a char_vocab_size that may be larger.
void CopyWeights(const StartingModel& start, Parameters* parameters);

}  // namespace tiqu::train
