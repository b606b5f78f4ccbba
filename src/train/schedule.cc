#include "train/schedule.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace tiqu::train {

double TrainingProgress(const TrainingClock& clock) {
  double progress = clock.step / std::max(clock.total_steps, 1.0);
  if (clock.limit_seconds > 0) progress = std::max(progress, clock.seconds / clock.limit_seconds);
  return std::clamp(progress, 0.0, 1.0);
}

double LearningRate(const OptimizerOptions& options, double progress) {
  const double warmup = options.warmup_fraction;
  if (progress < warmup) {
    constexpr double kFirst = 0.01;  // of the highest rate: the first step moves too
    return options.learning_rate * std::max(progress / warmup, kFirst);
  }
  const double down = (progress - warmup) / (1.0 - warmup);
  const double cosine = 0.5 * (1.0 + std::cos(std::numbers::pi * down));
  return options.learning_rate * (options.final_fraction + (1.0 - options.final_fraction) * cosine);
}

}  // namespace tiqu::train
