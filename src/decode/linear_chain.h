// A linear chain over any number of tags: exact sums, their gradients, the best path and the probability of a span.
//
//   LinearChain chain(transitions, tags);
//   std::vector<uint16_t> path = chain.BestPath(logits);
//   ChainSums sums = chain.Sum(logits);                 // then sums.log_partition, SpanProbability, ...
//
// A path's score is sum_t logits[t, y_t] + sum_t transitions[y_{t-1}, y_t], as tf.contrib.crf counts. Scores are
// natural logarithms; one of -1e4 is as good as impossible. Sums run over probabilities that are scaled to sum 1 at
// each character, in double precision; an emission more than 80 below the best of its character counts as 80 below, a
// row without a finite number as all equal. Scores for the first and the last character belong into the logits.
//
// Thread safety: immutable after construction.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace tiqu::decode {

// What one sequence comes to.
struct ChainSums {
  double log_partition = 0;
  std::vector<double> emissions;  // [chars * tags]: exp(logits - the largest of the character)
  std::vector<double> forward;    // [chars * tags], each row sums to 1
  std::vector<double> backward;   // [chars * tags], scaled likewise
  std::vector<double> scale;      // [chars]: what the row of `forward` was divided by
};

// How often each tag stands at each character and how often each follows each: in one path, or on average over paths.
struct ChainCounts {
  std::vector<float> tags;    // [chars * tags]
  std::vector<double> moves;  // [tags * tags], summed over the sequence
};

class LinearChain {
 public:
  // transitions: [tags * tags], [from][to]. REQUIRES: tags >= 1
  LinearChain(std::span<const float> transitions, int tags);

  int tags() const { return tags_; }

  // logits: [chars * tags]. The path of the highest score; of equals the one with the lower tags from behind.
  std::vector<uint16_t> BestPath(std::span<const float> logits) const;

  ChainSums Sum(std::span<const float> logits) const;

  // The probability of tag `tag` at character `t`.
  double Marginal(const ChainSums& sums, size_t t, int tag) const;

  // The probability that characters [begin, begin + path.size()) carry exactly the tags `path` and that the next one
  // carries none that `excluded` (a flag a tag; empty: none) names.
  double PathProbability(const ChainSums& sums, size_t begin, std::span<const uint16_t> path,
                         std::span<const uint8_t> excluded) const;

  // log Z - score of `path`. Adds its gradients to d_logits: [chars * tags] and d_transitions: [tags * tags], each left
  // out when null.
  double Loss(std::span<const float> logits, std::span<const uint16_t> path, float* d_logits,
              double* d_transitions) const;

  // The counts of all paths, each by its probability.
  ChainCounts Expect(std::span<const float> logits) const;

  // The same with counts in place of a path: log Z - sum of the counts times their scores. Where they are what another
  // chain expects, this is the cross-entropy of its paths and this chain's.
  double LossOfCounts(std::span<const float> logits, const ChainCounts& wanted, float* d_logits,
                      double* d_transitions) const;

 private:
  double Potential(size_t from, size_t to) const;
  void SumBackward(ChainSums* sums) const;
  void AddExpected(const ChainSums& sums, float* tags, double* moves) const;
  void AddPairProbabilities(const ChainSums& sums, double* pairs) const;

  int tags_;
  std::vector<float> transitions_;
  // With padded rows (chain_rows.h): the transitions, exp of them, and that transposed.
  std::vector<float> moves_;
  std::vector<double> potentials_, back_potentials_;
};

}  // namespace tiqu::decode
