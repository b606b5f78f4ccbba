#include "decode/linear_chain.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "decode/chain_rows.h"

namespace tiqu::decode {
namespace {

constexpr double kLowestScore = -80.0;   // of an emission under the best of its character
constexpr double kHighestScore = 700.0;  // of a move: sums stay finite

// exp(logits - largest), 80 below at the least; returns the largest.
double EmissionRow(const float* logits, size_t tags, double* row) {
  double largest = -std::numeric_limits<double>::infinity();
  bool good = true;
  for (size_t j = 0; j < tags; ++j) {
    good = good && !std::isnan(logits[j]);
    largest = std::max(largest, static_cast<double>(logits[j]));
  }
  if (!good || !std::isfinite(largest)) {
    std::fill_n(row, tags, 1.0);
    return 0;
  }
  for (size_t j = 0; j < tags; ++j) row[j] = std::max(logits[j] - largest, kLowestScore);
  ExpRow(tags, row);
  return largest;
}

double NormalizeRow(size_t tags, double* row) {
  double sum = 0;
  for (size_t j = 0; j < tags; ++j) sum += row[j];
  const double factor = sum > 0 ? 1.0 / sum : 0.0;
  for (size_t j = 0; j < tags; ++j) row[j] *= factor;
  return sum;
}

}  // namespace

LinearChain::LinearChain(std::span<const float> transitions, int tags)
    : tags_(tags), transitions_(transitions.begin(), transitions.end()) {
  const auto count = static_cast<size_t>(tags_);
  const size_t padded = PaddedTags(count);
  moves_.resize(count * padded);
  potentials_.resize(count * padded);
  back_potentials_.resize(count * padded);
  for (size_t i = 0; i < count; ++i) {
    for (size_t j = 0; j < count; ++j) {
      const float score = transitions_[i * count + j];
      const double potential = std::exp(std::min<double>(score, kHighestScore));
      moves_[i * padded + j] = score;
      potentials_[i * padded + j] = back_potentials_[j * padded + i] = potential;
    }
  }
}

std::vector<uint16_t> LinearChain::BestPath(std::span<const float> logits) const {
  const auto tags = static_cast<size_t>(tags_);
  const size_t chars = logits.size() / tags;
  std::vector<uint16_t> path(chars, 0);
  if (chars == 0) return path;
  const size_t padded = PaddedTags(tags);
  std::vector<int32_t> from(chars * padded);
  std::vector<float> score(logits.begin(), logits.begin() + static_cast<std::ptrdiff_t>(tags));
  score.resize(padded);
  std::vector<float> next(padded);
  for (size_t t = 1; t < chars; ++t) {
    BestMoves(tags, padded, score.data(), moves_.data(), next.data(), from.data() + t * padded);
    for (size_t j = 0; j < tags; ++j) score[j] = next[j] + logits[t * tags + j];
  }
  const auto end = score.begin() + static_cast<std::ptrdiff_t>(tags);
  path[chars - 1] = static_cast<uint16_t>(std::max_element(score.begin(), end) - score.begin());
  for (size_t t = chars - 1; t > 0; --t) path[t - 1] = static_cast<uint16_t>(from[t * padded + path[t]]);
  return path;
}

ChainSums LinearChain::Sum(std::span<const float> logits) const {
  const auto tags = static_cast<size_t>(tags_);
  const size_t chars = logits.size() / tags;
  ChainSums sums;
  sums.emissions.resize(chars * tags);
  sums.forward.resize(chars * tags);
  sums.scale.resize(chars);
  std::vector<double> arriving(PaddedTags(tags), 1.0);
  for (size_t t = 0; t < chars; ++t) {
    double* emission = sums.emissions.data() + t * tags;
    double* row = sums.forward.data() + t * tags;
    sums.log_partition += EmissionRow(logits.data() + t * tags, tags, emission);
    if (t > 0) MultiplyRow(tags, arriving.size(), row - tags, potentials_.data(), arriving.data());
    for (size_t j = 0; j < tags; ++j) row[j] = arriving[j] * emission[j];
    sums.scale[t] = NormalizeRow(tags, row);
    sums.log_partition += std::log(sums.scale[t]);
  }
  SumBackward(&sums);
  return sums;
}

// backward[t][i] = sum_j potentials[i][j] emissions[t+1][j] backward[t+1][j] / scale[t+1], so that forward * backward
// is the marginal.
void LinearChain::SumBackward(ChainSums* sums) const {
  const auto tags = static_cast<size_t>(tags_);
  const size_t chars = sums->scale.size();
  sums->backward.assign(chars * tags, 1.0);
  std::vector<double> weighted(tags), leaving(PaddedTags(tags));
  for (size_t t = chars; t-- > 1;) {
    const double* emission = sums->emissions.data() + t * tags;
    const double* after = sums->backward.data() + t * tags;
    const double factor = sums->scale[t] > 0 ? 1.0 / sums->scale[t] : 0.0;
    for (size_t j = 0; j < tags; ++j) weighted[j] = emission[j] * after[j] * factor;
    MultiplyRow(tags, leaving.size(), weighted.data(), back_potentials_.data(), leaving.data());
    std::copy_n(leaving.data(), tags, sums->backward.data() + (t - 1) * tags);
  }
}

double LinearChain::Potential(size_t from, size_t to) const {
  return potentials_[from * PaddedTags(static_cast<size_t>(tags_)) + to];
}

double LinearChain::Marginal(const ChainSums& sums, size_t t, int tag) const {
  const size_t at = t * static_cast<size_t>(tags_) + static_cast<size_t>(tag);
  return sums.forward[at] * sums.backward[at];
}

double LinearChain::PathProbability(const ChainSums& sums, size_t begin, std::span<const uint16_t> path,
                                    std::span<const uint8_t> excluded) const {
  const auto tags = static_cast<size_t>(tags_);
  double product = sums.forward[begin * tags + path[0]];
  for (size_t i = 1; i < path.size(); ++i) {
    const size_t t = begin + i;
    product *= Potential(path[i - 1], path[i]) * sums.emissions[t * tags + path[i]] / sums.scale[t];
  }
  const size_t last = begin + path.size() - 1;
  double after = sums.backward[last * tags + path.back()];
  if (last + 1 < sums.scale.size()) {
    for (size_t j = 0; j < excluded.size(); ++j) {
      if (excluded[j] == 0) continue;
      const size_t next = (last + 1) * tags + j;
      after -= Potential(path.back(), j) * sums.emissions[next] * sums.backward[next] / sums.scale[last + 1];
    }
  }
  return std::clamp(product * after, 0.0, 1.0);
}

void LinearChain::AddPairProbabilities(const ChainSums& sums, double* pairs) const {
  const auto tags = static_cast<size_t>(tags_);
  std::vector<double> weighted(tags);
  for (size_t t = 1; t < sums.scale.size(); ++t) {
    const double* before = sums.forward.data() + (t - 1) * tags;
    for (size_t j = 0; j < tags; ++j) {
      weighted[j] = sums.emissions[t * tags + j] * sums.backward[t * tags + j] / sums.scale[t];
    }
    for (size_t i = 0; i < tags; ++i) {
      if (before[i] == 0.0) continue;
      const double* potentials = potentials_.data() + i * PaddedTags(tags);
      for (size_t j = 0; j < tags; ++j) pairs[i * tags + j] += before[i] * potentials[j] * weighted[j];
    }
  }
}

// Each left out when null.
void LinearChain::AddExpected(const ChainSums& sums, float* tags, double* moves) const {
  for (size_t i = 0; tags != nullptr && i < sums.forward.size(); ++i) {
    tags[i] += static_cast<float>(sums.forward[i] * sums.backward[i]);
  }
  if (moves != nullptr) AddPairProbabilities(sums, moves);
}

double LinearChain::Loss(std::span<const float> logits, std::span<const uint16_t> path, float* d_logits,
                         double* d_transitions) const {
  const auto tags = static_cast<size_t>(tags_);
  const ChainSums sums = Sum(logits);
  double score = 0;
  for (size_t t = 0; t < path.size(); ++t) {
    score += logits[t * tags + path[t]];
    if (t > 0) score += transitions_[path[t - 1] * tags + path[t]];
  }
  AddExpected(sums, d_logits, d_transitions);
  if (d_logits != nullptr) {
    for (size_t t = 0; t < path.size(); ++t) d_logits[t * tags + path[t]] -= 1.0F;
  }
  if (d_transitions != nullptr) {
    for (size_t t = 1; t < path.size(); ++t) d_transitions[path[t - 1] * tags + path[t]] -= 1.0;
  }
  return sums.log_partition - score;
}

ChainCounts LinearChain::Expect(std::span<const float> logits) const {
  ChainCounts counts{std::vector<float>(logits.size(), 0.0F), std::vector<double>(transitions_.size(), 0.0)};
  AddExpected(Sum(logits), counts.tags.data(), counts.moves.data());
  return counts;
}

double LinearChain::LossOfCounts(std::span<const float> logits, const ChainCounts& wanted, float* d_logits,
                                 double* d_transitions) const {
  const ChainSums sums = Sum(logits);
  double score = 0;
  for (size_t i = 0; i < logits.size(); ++i) score += static_cast<double>(wanted.tags[i]) * logits[i];
  for (size_t i = 0; i < transitions_.size(); ++i) score += wanted.moves[i] * transitions_[i];
  AddExpected(sums, d_logits, d_transitions);
  if (d_logits != nullptr) {
    for (size_t i = 0; i < logits.size(); ++i) d_logits[i] -= wanted.tags[i];
  }
  if (d_transitions != nullptr) {
    for (size_t i = 0; i < transitions_.size(); ++i) d_transitions[i] -= wanted.moves[i];
  }
  return sums.log_partition - score;
}

}  // namespace tiqu::decode
