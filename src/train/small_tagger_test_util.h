// For tests: a tagger that learns a few short texts by heart in a second.
#pragma once

#include <string>

#include "train/trainer_options.h"

namespace tiqu::train {

// Trains and validates on the file `texts`; works in `folder`.
inline TrainerOptions SmallTaggerOptions(const std::string& folder, const std::string& texts) {
  TrainerOptions options = TrainerOptions::DefaultsFor(model::kTaggerKind);
  options.data.train_files = options.data.valid_files = {texts};
  options.data.min_char_count = 1;
  options.spec.hidden = 16;
  options.spec.encoder_rates = {1, 2};
  options.spec.bigram_dim = 8;
  options.optimizer.learning_rate = 1e-2;
  options.optimizer.batch_chars = 64;
  options.optimizer.epochs = 40;
  options.optimizer.ema_decay = 0.9;
  options.regularization = {0, 0, 0, 0, 0, 0, 0, 0, 0};
  options.output_dir = folder + "/out";
  options.threads = 2;
  options.valid_every_epochs = 20;
  return options;
}

}  // namespace tiqu::train
