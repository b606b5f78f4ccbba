// The learning rate over a training: a linear rise, then a cosine down.
//
// Progress in [0, 1] is the larger of the share of steps and the share of time, so that a training with a time limit
// ends its cosine when the time does.
//
// Thread safety: free functions.
#pragma once

#include <cstdint>

#include "train/trainer_options.h"

namespace tiqu::train {

struct TrainingClock {
  double step = 0;           // made so far
  double total_steps = 1;    // of all epochs
  double seconds = 0;        // spent so far, over all runs of this training
  double limit_seconds = 0;  // 0: none
};

double TrainingProgress(const TrainingClock& clock);
double LearningRate(const OptimizerOptions& options, double progress);

}  // namespace tiqu::train
