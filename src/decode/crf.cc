// Sums run forward and backward over scaled probabilities (Rabiner 1989, section V.A), in double:
//
//   a_t[y]  = f_t[y] sum_x a_{t-1}[x] T[x, y] / c_t      with c_t such that sum_y a_t[y] = 1
//   b_t[x]  = sum_y T[x, y] f_{t+1}[y] b_{t+1}[y] / s_t  with s_t such that max_x b_t[x] = 1
//
// f are the exponentials of the emissions (largest of a character: 1) and T those of the transitions (largest: 1). b
// has scales of its own, so a probability of a state is a_t[y] b_t[y] / sum_x a_t[x] b_t[x].
#include "decode/crf.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace tiqu::decode {
namespace {

constexpr int kO = 0;
constexpr int kB = 1;
constexpr int kI = 2;

// Below these (tempered, relative to the largest) nothing changes any more; they keep the scaled sums away from zero.
constexpr double kLowestEmission = -80;
constexpr double kLowestTransition = -200;
constexpr double kImpossible = -1e9;

using Row = std::array<double, kTags>;

Row Multiply(const Row& from, const std::array<Row, kTags>& matrix) {
  Row to{};
  for (size_t y = 0; y < kTags; ++y) {
    to[y] = from[0] * matrix[0][y] + from[1] * matrix[1][y] + from[2] * matrix[2][y];
  }
  return to;
}

double Sum(const Row& row) { return row[0] + row[1] + row[2]; }
double Dot(const Row& a, const Row& b) { return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]; }

Row Product(const Row& a, const Row& b) { return {a[0] * b[0], a[1] * b[1], a[2] * b[2]}; }

void Scale(Row* row, double factor) {
  for (double& value : *row) value *= factor;
}

double ExpRelative(double score, double largest) {
  return score <= kImpossible ? 0.0 : std::exp(std::max(score - largest, kLowestTransition));
}

// Training may hand over any float; beyond a million all scores mean "never" or "always", and NaN says nothing.
double Tempered(float score, double inverse_temperature) {
  if (std::isnan(score)) return 0;
  return std::clamp(score * inverse_temperature, -1e6, 1e6);
}

double Largest(const Row& row) { return std::max({row[0], row[1], row[2]}); }

}  // namespace

Chain::Chain(const ChainScores& scores, float temperature) : inverse_temperature_(1.0 / temperature) {
  for (size_t from = 0; from < kTags; ++from) {
    begin_[from] = Tempered(scores.begin[from], inverse_temperature_);
    end_[from] = Tempered(scores.end[from], inverse_temperature_);
    for (size_t to = 0; to < kTags; ++to) {
      transitions_[from][to] = Tempered(scores.transitions[from][to], inverse_temperature_);
    }
  }
  begin_[kI] = kImpossible;
  transitions_[kO][kI] = kImpossible;

  largest_begin_ = Largest(begin_);
  largest_end_ = Largest(end_);
  largest_transition_ = std::max({Largest(transitions_[kO]), Largest(transitions_[kB]), Largest(transitions_[kI])});
  for (size_t from = 0; from < kTags; ++from) {
    exp_begin_[from] = ExpRelative(begin_[from], largest_begin_);
    exp_end_[from] = ExpRelative(end_[from], largest_end_);
    for (size_t to = 0; to < kTags; ++to) {
      exp_transitions_[from][to] = ExpRelative(transitions_[from][to], largest_transition_);
    }
  }
}

Chain::Row Chain::RelativeScores(std::span<const float> emissions, size_t t) const {
  const float* row = emissions.data() + t * kTags;
  const float best = std::max({row[kO], row[kB], row[kI]});
  if (!std::isfinite(best) || std::isnan(row[kO] + row[kB] + row[kI])) return {0, 0, 0};
  Row scores{};
  for (size_t y = 0; y < kTags; ++y) {
    scores[y] = std::max((static_cast<double>(row[y]) - best) * inverse_temperature_, kLowestEmission);
  }
  return scores;
}

std::vector<Row> Chain::Potentials(std::span<const float> emissions) const {
  std::vector<Row> potentials(emissions.size() / kTags);
  for (size_t t = 0; t < potentials.size(); ++t) {
    const Row scores = RelativeScores(emissions, t);
    for (size_t y = 0; y < kTags; ++y) potentials[t][y] = scores[y] == 0 ? 1.0 : std::exp(scores[y]);
  }
  return potentials;
}

std::vector<Row> Chain::Backward(const std::vector<Row>& potentials) const {
  std::vector<Row> backward(potentials.size());
  if (backward.empty()) return backward;
  backward.back() = exp_end_;
  for (size_t t = backward.size() - 1; t > 0; --t) {
    const Row ahead = Product(potentials[t], backward[t]);
    Row& row = backward[t - 1];
    for (size_t x = 0; x < kTags; ++x) row[x] = Dot(exp_transitions_[x], ahead);
    Scale(&row, 1.0 / Largest(row));
  }
  return backward;
}

std::vector<uint8_t> Chain::BestPath(std::span<const float> emissions) const {
  const size_t chars = emissions.size() / kTags;
  if (chars == 0) return {};
  std::vector<std::array<uint8_t, kTags>> back(chars);  // best tag before
  Row best = RelativeScores(emissions, 0);
  for (size_t y = 0; y < kTags; ++y) best[y] += begin_[y];
  for (size_t t = 1; t < chars; ++t) {
    Row next = RelativeScores(emissions, t);
    for (size_t y = 0; y < kTags; ++y) {
      double top = -std::numeric_limits<double>::infinity();
      for (size_t x = 0; x < kTags; ++x) {
        const double score = best[x] + transitions_[x][y];
        if (score > top) {
          top = score;
          back[t][y] = static_cast<uint8_t>(x);
        }
      }
      next[y] += top;
    }
    best = next;
  }
  for (size_t y = 0; y < kTags; ++y) best[y] += end_[y];
  std::vector<uint8_t> path(chars);
  path.back() = static_cast<uint8_t>(std::max_element(best.begin(), best.end()) - best.begin());
  for (size_t t = chars - 1; t > 0; --t) path[t - 1] = back[t][path[t]];
  return path;
}

double Chain::LogPartition(std::span<const float> emissions) const {
  const std::vector<Row> potentials = Potentials(emissions);
  if (potentials.empty()) return 0;
  double log_sum = largest_begin_ + largest_end_;
  Row forward = Product(exp_begin_, potentials[0]);
  for (size_t t = 0; t < potentials.size(); ++t) {
    if (t > 0) {
      forward = Product(Multiply(forward, exp_transitions_), potentials[t]);
      log_sum += largest_transition_;
    }
    const float* row = emissions.data() + t * kTags;
    const float best = std::max({row[kO], row[kB], row[kI]});
    if (std::isfinite(best)) log_sum += best * inverse_temperature_;
    const double scale = Sum(forward);
    log_sum += std::log(scale);
    Scale(&forward, 1.0 / scale);
  }
  return log_sum + std::log(Dot(forward, exp_end_));
}

std::vector<float> Chain::Marginals(std::span<const float> emissions) const {
  const std::vector<Row> potentials = Potentials(emissions);
  const std::vector<Row> backward = Backward(potentials);
  std::vector<float> marginals(potentials.size() * kTags);
  Row forward{};
  for (size_t t = 0; t < potentials.size(); ++t) {
    forward = Product(t == 0 ? exp_begin_ : Multiply(forward, exp_transitions_), potentials[t]);
    Scale(&forward, 1.0 / Sum(forward));
    const double total = Dot(forward, backward[t]);
    for (size_t y = 0; y < kTags; ++y) {
      marginals[t * kTags + y] = static_cast<float>(forward[y] * backward[t][y] / total);
    }
  }
  return marginals;
}

double Chain::NoAnswerProbability(std::span<const float> emissions) const {
  return Summarize(emissions, /*threshold=*/2.0F, /*max_chars=*/0).no_answer;
}

std::vector<ScoredSpan> Chain::LikelySpans(std::span<const float> emissions, float threshold, int max_chars) const {
  return Summarize(emissions, threshold, max_chars).spans;
}

Chain::Summary Chain::Summarize(std::span<const float> emissions, float threshold, int max_chars) const {
  Summary summary;
  const std::vector<Row> potentials = Potentials(emissions);
  const std::vector<Row> backward = Backward(potentials);
  const size_t chars = potentials.size();
  const double floor = threshold;

  // Adds the likely spans that open at `begin`. `mass` is P(B at begin).
  const auto extend = [&](size_t begin, double mass) {
    size_t last_tag = kB;
    for (size_t end = begin + 1; end - begin <= static_cast<size_t>(max_chars); ++end) {
      // Here mass = P(B at begin, I up to end - 1); it splits into "ends here" and "goes on".
      double goes_on = 0;
      if (end < chars) {
        const Row ahead = Product(Product(exp_transitions_[last_tag], potentials[end]), backward[end]);
        goes_on = mass * ahead[kI] / Sum(ahead);
      }
      const double ends_here = mass - goes_on;
      if (ends_here >= floor) {
        summary.spans.push_back(
            {static_cast<int32_t>(begin), static_cast<int32_t>(end), static_cast<float>(std::min(ends_here, 1.0))});
      }
      if (end == chars || goes_on < floor) return;
      mass = goes_on;
      last_tag = kI;
    }
  };

  Row forward{};
  double no_answer = 1;  // P(all O up to t), given the sums so far
  for (size_t t = 0; t < chars; ++t) {
    // The probability of "only O so far" moves on as P(O at t | O before), which needs what lies ahead as well.
    if (t == 0) {
      forward = Product(exp_begin_, potentials[0]);
      const Row ahead = Product(forward, backward[0]);
      no_answer = ahead[kO] / Sum(ahead);
    } else {
      forward = Product(Multiply(forward, exp_transitions_), potentials[t]);
      const Row ahead = Product(Product(exp_transitions_[kO], potentials[t]), backward[t]);
      no_answer *= ahead[kO] / Sum(ahead);
    }
    Scale(&forward, 1.0 / Sum(forward));
    const double opens = forward[kB] * backward[t][kB] / Dot(forward, backward[t]);
    if (opens >= floor) extend(t, opens);
  }
  summary.no_answer = no_answer;
  return summary;
}

}  // namespace tiqu::decode
