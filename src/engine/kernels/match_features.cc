// Row e[t] of the match matrix is a set of bits, one a question character: runs along the diagonal are shifts, windows
// are unions, and no matrix of floats is ever made.
#include "engine/kernels/match_features.h"

#include <algorithm>
#include <bit>
#include <vector>

namespace tiqu::kernels {
namespace {

constexpr int32_t kUnknownId = 1;  // ids up to this one match nothing
constexpr int64_t kNearWindow = 5, kFarWindow = 20;
constexpr float kAnchorScale = 8.0F;
constexpr float kSmallestWeight = 1e-6F;

// What a thread keeps from one call to the next, so that it need not be allocated again.
struct Scratch {
  std::vector<uint64_t> matches, positions, unions;
  std::vector<int32_t> ids;
  std::vector<float> weights;
};

// Sets of question positions, `words` machine words each, all empty at first.
class BitRows {
 public:
  BitRows(int64_t rows, int64_t bits, std::vector<uint64_t>* memory) : words_((bits + 63) / 64), bits_(*memory) {
    bits_.assign(static_cast<size_t>(rows * words_), 0);
  }

  int64_t words() const { return words_; }
  uint64_t* row(int64_t i) { return bits_.data() + i * words_; }
  const uint64_t* row(int64_t i) const { return bits_.data() + i * words_; }
  bool Any(int64_t i) const {
    return std::any_of(row(i), row(i) + words_, [](uint64_t word) { return word != 0; });
  }

 private:
  int64_t words_;
  std::vector<uint64_t>& bits_;
};

// The question's known ids, sorted, and for each the set of its positions.
class QuestionIndex {
 public:
  QuestionIndex(const int32_t* ids, int64_t length, Scratch* scratch)
      : ids_(scratch->ids), positions_(length, length, &scratch->positions) {
    ids_.clear();
    for (int64_t j = 0; j < length; ++j) {
      if (ids[j] > kUnknownId) ids_.push_back(ids[j]);
    }
    std::sort(ids_.begin(), ids_.end());
    ids_.erase(std::unique(ids_.begin(), ids_.end()), ids_.end());
    for (int64_t j = 0; j < length; ++j) {
      if (const int64_t i = Find(ids[j]); i >= 0) positions_.row(i)[j / 64] |= uint64_t{1} << (j % 64);
    }
  }

  int64_t Find(int32_t id) const {
    const auto it = std::lower_bound(ids_.begin(), ids_.end(), id);
    return it == ids_.end() || *it != id ? -1 : it - ids_.begin();
  }
  const uint64_t* positions(int64_t i) const { return positions_.row(i); }

 private:
  std::vector<int32_t>& ids_;
  BitRows positions_;
};

class FeatureWriter {
 public:
  FeatureWriter(const MatchFeaturesInput& in, float* out, Scratch* scratch)
      : in_(in),
        out_(out),
        scratch_(*scratch),
        matches_(in.passage_length + 2, in.question_length, &scratch->matches) {}

  void Run() {
    std::fill_n(out_, in_.passage_length * kMatchFeatureCount, 0.0F);
    if (in_.question_length > 0) {
      FindMatches();
      WriteRuns();
      WriteWords();
      WriteCoverage();
    }
    WriteAnchor();
    for (int64_t t = 0; t < in_.passage_length; ++t) {
      for (int64_t f = 0; f < kMatchFeatureCount; ++f) At(t, f) *= in_.passage_mask[t];
    }
  }

 private:
  float& At(int64_t t, int64_t feature) { return out_[t * kMatchFeatureCount + feature]; }

  void FindMatches() {
    const QuestionIndex index(in_.question_chars, in_.question_length, &scratch_);
    for (int64_t t = 0; t < in_.passage_length; ++t) {
      const int64_t i = index.Find(in_.passage_chars[t]);
      if (i < 0) continue;
      std::copy_n(index.positions(i), matches_.words(), matches_.row(t));
      At(t, 0) = 1.0F;
      At(t, 1) = in_.char_idf[in_.passage_chars[t]];
    }
  }

  // Word `w` of the set at row t, moved down by `shift` positions.
  uint64_t Shifted(int64_t t, int64_t w, int shift) const {
    const uint64_t* row = matches_.row(t);
    const uint64_t above = w + 1 < matches_.words() ? row[w + 1] << (64 - shift) : 0;
    return (row[w] >> shift) | above;
  }

  void WriteRuns() {
    for (int64_t t = 0; t < in_.passage_length; ++t) {
      if (At(t, 0) == 0.0F) continue;
      bool two = false, three = false;  // matches_ has two empty rows past the end
      for (int64_t w = 0; w < matches_.words(); ++w) {
        const uint64_t pair = matches_.row(t)[w] & Shifted(t + 1, w, 1);
        two = two || pair != 0;
        three = three || (pair & Shifted(t + 2, w, 2)) != 0;
      }
      for (int64_t s = 0; two && s < 2; ++s) At(t + s, 2) = 1.0F;
      for (int64_t s = 0; three && s < 3; ++s) At(t + s, 3) = 1.0F;
    }
  }

  void WriteWords() {
    const QuestionIndex index(in_.question_words, in_.question_length, &scratch_);
    for (int64_t t = 0; t < in_.passage_length; ++t) {
      if (index.Find(in_.passage_words[t]) < 0) continue;
      At(t, 4) = 1.0F;
      At(t, 5) = in_.word_idf[in_.passage_words[t]];
    }
  }

  void WriteCoverage() {
    std::vector<float>& weights = scratch_.weights;
    weights.resize(static_cast<size_t>(in_.question_length));
    double total = 0;
    for (int64_t j = 0; j < in_.question_length; ++j) {
      weights[j] = in_.char_idf[in_.question_chars[j]] * in_.question_mask[j];
      total += weights[j];
    }
    const float divisor = std::max(static_cast<float>(total), kSmallestWeight);
    WriteWindow(kNearWindow, weights, divisor, 6);
    WriteWindow(kFarWindow, weights, divisor, 7);
  }

  // Unions over 2^k rows by doubling; two of them, overlapping, make up any window.
  void WriteWindow(int64_t window, const std::vector<float>& weights, float divisor, int64_t feature) {
    const int64_t length = in_.passage_length, size = 2 * window + 1, words = matches_.words();
    BitRows unions(length + 2 * window + 1, in_.question_length, &scratch_.unions);
    std::copy_n(matches_.row(0), length * words, unions.row(window));
    int64_t covered = 1;
    for (; 2 * covered <= size; covered *= 2) {
      uint64_t* row = unions.row(0);
      const int64_t count = (length + 2 * window + 1 - covered) * words;
      for (int64_t i = 0; i < count; ++i) row[i] |= row[i + covered * words];
    }
    for (int64_t t = 0; t < length; ++t) {
      const uint64_t *first = unions.row(t), *second = unions.row(t + size - covered);
      float sum = 0;
      for (int64_t w = 0; w < words; ++w) {
        for (uint64_t bits = first[w] | second[w]; bits != 0; bits &= bits - 1) {
          sum += weights[w * 64 + std::countr_zero(bits)];
        }
      }
      At(t, feature) = sum / divisor;
    }
  }

  void WriteAnchor() {
    const float begin = in_.anchor_begin, end = in_.anchor_end;
    if (!(begin >= 0)) return;
    for (int64_t t = 0; t < in_.passage_length; ++t) {
      const auto position = static_cast<float>(t);
      if (begin <= position && position <= end) At(t, 8) = 1.0F;
      if (position > end) At(t, 9) = kAnchorScale / (kAnchorScale + (position - end));
      if (position < begin) At(t, 10) = kAnchorScale / (kAnchorScale + (begin - position));
      At(t, 11) = 1.0F;
    }
  }

  const MatchFeaturesInput& in_;
  float* out_;
  Scratch& scratch_;
  BitRows matches_;
};

}  // namespace

void MatchFeatures(const MatchFeaturesInput& input, float* out) {
  thread_local Scratch scratch;
  FeatureWriter(input, out, &scratch).Run();
}

}  // namespace tiqu::kernels
