// Trains a reader: reads the data, runs the epochs, validates, keeps the best model, tunes its decoding, reports.
//
//   TrainerOptions options;   options.data.train_files = {"train.jsonl"};   options.output_dir = "out";
//   TIQU_ASSIGN_OR_RETURN(TrainingResult result, Train(options));
//
// In OUT: best_model.h5 (the best weights so far; at the end with tuned decoding and measured scores), state.bin (to
// resume), config.json (the resolved options), metrics.jsonl, report.html.
//
// SIGINT or SIGTERM (base/interrupt.h) ends it between two steps with CANCELLED, the state saved.
//
// Thread safety: free function; one training at a time in a process.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "train/trainer_options.h"

namespace tiqu::train {

struct TrainingResult {
  std::string model_path;  // OUT/best_model.h5
  int64_t steps = 0;
  double seconds = 0;
  bool validated = false;  // the rest holds only with validation samples
  double f1 = 0;           // exact span micro-F1 with the tuned decoding
  double precision = 0;
  double recall = 0;
  double threshold = 0;
  double temperature = 1;
};

// Errors: INVALID_ARGUMENT (an option, a sample), NOT_FOUND (a file), ALREADY_EXISTS (OUT holds a training and neither
// resume nor overwrite is set), FAILED_PRECONDITION (resumed with other options or data), CANCELLED, INTERNAL (the loss
// is no longer finite).
absl::StatusOr<TrainingResult> Train(TrainerOptions options);

}  // namespace tiqu::train
