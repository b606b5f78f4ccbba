#include "eval/calibration_error.h"

#include <algorithm>
#include <cmath>

namespace tiqu::eval {

void CalibrationError::Add(double score, bool right) {
  score = std::isnan(score) ? 0 : std::clamp(score, 0.0, 1.0);
  Bin& bin = bins_[static_cast<size_t>(std::min(kBins - 1, static_cast<int>(score * kBins)))];
  ++bin.count;
  bin.right += right ? 1 : 0;
  bin.score_sum += score;
}

void CalibrationError::Merge(const CalibrationError& other) {
  for (size_t i = 0; i < bins_.size(); ++i) {
    bins_[i].count += other.bins_[i].count;
    bins_[i].right += other.bins_[i].right;
    bins_[i].score_sum += other.bins_[i].score_sum;
  }
}

int64_t CalibrationError::count() const {
  int64_t sum = 0;
  for (const Bin& bin : bins_) sum += bin.count;
  return sum;
}

double CalibrationError::value() const {
  const int64_t all = count();
  if (all == 0) return 0;
  double sum = 0;
  for (const Bin& bin : bins_) sum += std::abs(static_cast<double>(bin.right) - bin.score_sum);
  return sum / static_cast<double>(all);
}

}  // namespace tiqu::eval
