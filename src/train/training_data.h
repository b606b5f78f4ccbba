// What a training works on: samples read from files, vocabularies, word vectors, and everything encoded.
//
// Thread safety: a value; immutable once loaded.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "data/sample.h"
#include "model/model_config.h"
#include "text/tokenizer.h"
#include "torch/torch.h"
#include "train/corpus.h"
#include "train/starting_model.h"
#include "train/tagger_data.h"
#include "train/tagger_teacher.h"
#include "train/trainer_options.h"
#include "train/vocabulary_builder.h"

namespace tiqu::train {

struct TrainingData {
  std::vector<data::Sample> train_samples;
  std::vector<data::Sample> valid_samples;
  std::unique_ptr<text::Tokenizer> tokenizer;
  torch::Tensor word_vectors;  // [word_vocab, word_dim]
  IdfTables idf;
  std::shared_ptr<const StartingModel> start;  // null: from random weights
  std::map<std::string, std::string> files;    // vocabularies, as the model carries them
  Corpus train;
  Corpus valid;
  TaggerData tagger;                             // of taggers only
  std::shared_ptr<const TaggerTeacher> teacher;  // null: the labels alone are learnt
  uint64_t fingerprint = 0;                      // changes when anything above does
  bool single = false;                           // models report one answer at most
};

// Reads and encodes; sets the sizes in options->spec, or all of it from the model that the training starts from.
// Errors: those of the files, INVALID_ARGUMENT when no sample is left.
absl::StatusOr<TrainingData> LoadTrainingData(TrainerOptions* options);

// The text side of the model that this training makes.
model::TextSettings TextSettingsOf(const TrainerOptions& options, const text::Tokenizer& tokenizer);

}  // namespace tiqu::train
