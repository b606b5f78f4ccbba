// How far scores are from the truth: expected calibration error over bins of equal width.
//
//   100 spans scored about 0.9, of which 90 are right: error 0; of which 60 are right: error 0.3.
//
// Thread safety: none; a value.
#pragma once

#include <array>
#include <cstdint>

namespace tiqu::eval {

class CalibrationError {
 public:
  static constexpr int kBins = 10;

  struct Bin {
    int64_t count = 0;
    int64_t right = 0;
    double score_sum = 0;
  };

  void Add(double score, bool right);  // score is clamped to [0, 1]; not a number counts as 0
  void Merge(const CalibrationError& other);

  int64_t count() const;
  double value() const;  // mean over all cases of |share right - mean score| of their bin; 0 when there are none
  const std::array<Bin, kBins>& bins() const { return bins_; }

 private:
  std::array<Bin, kBins> bins_;
};

}  // namespace tiqu::eval
