// Sequences of different lengths laid one after the other, without padding.
//
//   lengths 3, 2  ->  rows  a0 a1 a2 b0 b1     begin {0, 3, 5}
//
// Training works on packed rows throughout: what docs/model.md says with masks holds here because rows that a mask
// would zero do not exist. The result of a sequence does not depend on what it is packed with.
//
// Thread safety: values.
#pragma once

#include <cstdint>
#include <vector>

namespace tiqu::train {

// Rows of a unit of work that stays in the second-level cache (256 rows of the widest operand are about 0.5 MB).
inline constexpr int64_t kChunkRows = 256;

struct Packing {
  std::vector<int64_t> begin = {0};  // sequence s has rows [begin[s], begin[s + 1])

  int64_t sequences() const { return static_cast<int64_t>(begin.size()) - 1; }
  int64_t rows() const { return begin.back(); }
  int64_t length(int64_t sequence) const {
    return begin[static_cast<size_t>(sequence) + 1] - begin[static_cast<size_t>(sequence)];
  }
  void Append(int64_t length) { begin.push_back(begin.back() + length); }
};

// How the sequences of one batch belong together. A passage that several questions are asked of is encoded once.
struct BatchLayout {
  Packing encoder;                         // passages, then one question a sample
  int64_t passages = 0;                    // the first sequences of `encoder`
  std::vector<int64_t> passage_of_sample;  // [samples]
  Packing samples;                         // a passage copy a sample: what the interaction and the model stack see
  Packing questions;                       // one a sample
  std::vector<int64_t> pair_begin;         // [samples + 1]: where a sample's passage x question matrix starts

  int64_t sample_count() const { return samples.sequences(); }
  int64_t passage_rows() const { return encoder.begin[static_cast<size_t>(passages)]; }
};

}  // namespace tiqu::train
