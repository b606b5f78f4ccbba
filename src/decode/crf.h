// Linear chain over O, B, I: exact sums, best path and span probabilities.
//
//   腾 讯 成 立 于 深 圳     question: 腾讯成立于哪里
//   O  O  O  O  O  B  I     ->  span [5, 7)
//
// Scores are natural logarithms; emissions are [chars, 3] row-major, each known up to a constant a character (log pa).
// I after O and I at the start are impossible. docs/model.md "Decoding" gives the formula.
//
// An emission more than 80 below the best of its character counts as 80 below (a factor of 1.8e-35), a row with a NaN
// or without any finite number as all equal, so every input has a distribution.
//
// Thread safety: immutable after construction.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

namespace tiqu::decode {

inline constexpr int kTags = 3;  // O, B, I = 0, 1, 2

struct ChainScores {
  std::array<std::array<float, kTags>, kTags> transitions{};  // [from][to]
  std::array<float, kTags> begin{};
  std::array<float, kTags> end{};
};

struct ScoredSpan {
  int32_t begin = 0;  // characters, half open
  int32_t end = 0;
  float score = 0;  // exact probability of this span under the chain
};

class Chain {
 public:
  // Emissions and scores are divided by `temperature`. REQUIRES: temperature > 0
  explicit Chain(const ChainScores& scores, float temperature = 1.0F);

  // emissions: [chars * 3]. Empty input gives an empty path and log Z 0.
  std::vector<uint8_t> BestPath(std::span<const float> emissions) const;
  double LogPartition(std::span<const float> emissions) const;
  // [chars * 3], rows sum to 1.
  std::vector<float> Marginals(std::span<const float> emissions) const;
  double NoAnswerProbability(std::span<const float> emissions) const;

  // Every span of at most `max_chars` characters whose probability is at least `threshold`, by begin then end.
  std::vector<ScoredSpan> LikelySpans(std::span<const float> emissions, float threshold, int max_chars) const;

  // LikelySpans and NoAnswerProbability in one pass; what decoding uses.
  struct Summary {
    std::vector<ScoredSpan> spans;
    double no_answer = 1;  // probability of all O; 1 for empty input
  };
  Summary Summarize(std::span<const float> emissions, float threshold, int max_chars) const;

 private:
  using Row = std::array<double, kTags>;

  // Scores of character t relative to its best tag, tempered and clamped.
  Row RelativeScores(std::span<const float> emissions, size_t t) const;
  std::vector<Row> Potentials(std::span<const float> emissions) const;
  std::vector<Row> Backward(const std::vector<Row>& potentials) const;

  double inverse_temperature_;
  // Tempered scores; the impossible moves are far below all others. exp_* are their exponentials after the largest
  // transition was taken out, and 0 where impossible.
  std::array<Row, kTags> transitions_{};
  Row begin_{};
  Row end_{};
  double largest_transition_ = 0;
  double largest_begin_ = 0;
  double largest_end_ = 0;
  std::array<Row, kTags> exp_transitions_{};
  Row exp_begin_{};
  Row exp_end_{};
};

}  // namespace tiqu::decode
