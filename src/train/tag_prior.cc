#include "train/tag_prior.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace tiqu::train {
namespace {

constexpr size_t kO = 0;
constexpr size_t kB = 1;
constexpr size_t kI = 2;

using Counts = std::array<double, decode::kTags>;

struct TagCounts {
  Counts begin = {1, 1, 0};
  std::array<Counts, decode::kTags> moves = {{{1, 1, 0}, {1, 1, 1}, {1, 1, 1}}};
};

// Only answers are walked through: the rest of a passage is O after O.
void CountSample(const EncodedSample& sample, int64_t chars, TagCounts* counts) {
  int64_t at = 0;  // characters counted so far
  size_t before = kO;
  for (const GoldSpan& span : sample.gold) {
    if (span.begin > at) {
      if (at == 0) {
        ++counts->begin[kO];
      } else {
        ++counts->moves[before][kO];
      }
      counts->moves[kO][kO] += static_cast<double>(span.begin - at - 1);
      before = kO;
    }
    if (span.begin == 0) {
      ++counts->begin[kB];
    } else {
      ++counts->moves[before][kB];
    }
    const int64_t inside = span.end - span.begin - 1;
    if (inside > 0) {
      ++counts->moves[kB][kI];
      counts->moves[kI][kI] += static_cast<double>(inside - 1);
    }
    before = inside > 0 ? kI : kB;
    at = span.end;
  }
  if (at == chars) return;
  if (at == 0) {
    ++counts->begin[kO];
  } else {
    ++counts->moves[before][kO];
  }
  counts->moves[kO][kO] += static_cast<double>(chars - at - 1);
}

void LogFrequencies(const Counts& counts, std::array<float, decode::kTags>* out) {
  double sum = 0;
  for (const double count : counts) sum += count;
  for (size_t tag = 0; tag < counts.size(); ++tag) {
    (*out)[tag] = counts[tag] > 0 ? static_cast<float>(std::log(counts[tag] / sum)) : 0.0F;
  }
}

}  // namespace

TagPrior CountTags(const Corpus& corpus) {
  TagCounts counts;
  for (const EncodedSample& sample : corpus.samples) {
    CountSample(sample, corpus.passage_chars(sample.passage), &counts);
  }
  TagPrior prior;
  Counts tags{};
  for (size_t from = 0; from < decode::kTags; ++from) {
    LogFrequencies(counts.moves[from], &prior.chain.transitions[from]);
    for (size_t to = 0; to < decode::kTags; ++to) tags[to] += counts.moves[from][to];
  }
  LogFrequencies(counts.begin, &prior.chain.begin);
  LogFrequencies(tags, &prior.emissions);
  return prior;
}

void StartFromPrior(const TagPrior& prior, const model::ModelSpec& spec, ReaderParameters* parameters) {
  if (!spec.crf) {
    std::copy(prior.emissions.begin(), prior.emissions.end(), parameters->Get("answer/bias").data_ptr<float>());
    return;
  }
  float* transitions = parameters->Get("crf/transitions").data_ptr<float>();
  for (const auto& row : prior.chain.transitions) transitions = std::copy(row.begin(), row.end(), transitions);
  std::copy(prior.chain.begin.begin(), prior.chain.begin.end(), parameters->Get("crf/begin").data_ptr<float>());
}

}  // namespace tiqu::train
