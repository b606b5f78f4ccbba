// A table from character n-grams to ids that a graph can look up with a few integer operations and Gather: each n-gram
// has two places, one a half of the table (cuckoo hashing).
//
//   h(c_1 .. c_n; A) = (... (c_1 A + c_2) A + ...) A + c_n  mod kNgramPrime                  A = kNgramFactors[0], [1]
//   place 0 = h_0 mod slots, found when keys[place 0] == h_1
//   place 1 = slots + h_1 mod slots, found when keys[place 1] == h_0
//   id = ids[place] where found, else 0;  0 also when a character is padding or unknown (id 0 or 1)
//
// Keys and ids are below 2^24, so that floats hold them. Two n-grams that agree in both hashes (one chance in 2^48 a
// pair) would share an id: the second one is left out. Thread safety: a value, immutable once built.
#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace tiqu::model {

inline constexpr int64_t kNgramPrime = 16777213;  // 2^24 - 3
inline constexpr int64_t kNgramFactors[2] = {7368787, 11184811};

// Both hashes of an n-gram, character by character.
class NgramHash {
 public:
  // False from the first character on that is padding or unknown: such an n-gram is in no table.
  bool Add(int32_t c) {
    known_ = known_ && c > 1;
    for (int i = 0; i < 2; ++i) values_[i] = (values_[i] * kNgramFactors[i] + c) % kNgramPrime;
    return known_;
  }
  bool known() const { return known_; }
  int64_t value(int i) const { return values_[i]; }  // i: 0 or 1

 private:
  int64_t values_[2] = {0, 0};
  bool known_ = true;
};

struct NgramTable {
  int32_t slots = 1;                                     // of each half
  std::vector<float> keys = {-1.0F, -1.0F};              // [2 slots]; -1: the place is free
  std::vector<float> ids = std::vector<float>(2, 0.0F);  // [2 slots]

  // REQUIRES: ids of 1 or more and below 2^24. N-grams with a character id below 2 are left out.
  static NgramTable Build(const std::vector<std::pair<std::vector<int32_t>, int32_t>>& ngrams);

  // 0 when it is not there.
  int32_t Find(std::span<const int32_t> chars) const;
  int32_t Find(const NgramHash& hash) const;  // REQUIRES: of one character at least
};

}  // namespace tiqu::model
