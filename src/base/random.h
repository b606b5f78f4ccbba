// A small random generator with the same numbers on every machine (std's distributions differ between libraries).
// PCG32 (O'Neill 2014, XSH-RR). Streams of the same seed are independent.
//
//   Random random(seed, /*stream=*/step);
//   int i = random.Below(10);
//
// Thread safety: none; a value.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace tiqu {

class Random {
 public:
  explicit Random(uint64_t seed, uint64_t stream = 0);

  uint32_t Next();                 // uniform over 32 bits
  uint32_t Below(uint32_t limit);  // uniform in [0, limit), unbiased; REQUIRES: limit > 0
  int Between(int low, int high);  // uniform in [low, high], both included
  double Uniform();                // [0, 1)
  bool Chance(double probability);

  template <typename T>
  void Shuffle(std::vector<T>* values) {
    for (size_t i = values->size(); i > 1; --i) std::swap((*values)[i - 1], (*values)[Below(static_cast<uint32_t>(i))]);
  }
  template <typename T>
  const T& Pick(const std::vector<T>& values) {
    return values[Below(static_cast<uint32_t>(values.size()))];
  }

 private:
  uint64_t state_;
  uint64_t increment_;
};

}  // namespace tiqu
