#include "train/tag_prior.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace tiqu::train {
namespace {

using Counts = std::array<double, decode::kTags>;

struct TagCounts {
  Counts begin = {1, 1, 0};
  std::array<Counts, decode::kTags> moves = {{{1, 1, 0}, {1, 1, 1}, {1, 1, 1}}};
};

void CountSample(const std::vector<uint8_t>& tags, TagCounts* counts) {
  if (tags.empty()) return;
  ++counts->begin[tags[0]];
  for (size_t t = 1; t < tags.size(); ++t) ++counts->moves[tags[t - 1]][tags[t]];
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
    CountSample(GoldTags(sample.gold, static_cast<size_t>(corpus.passage_chars(sample.passage))), &counts);
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

void StartFromPrior(const TagPrior& prior, const model::ModelSpec& spec, Parameters* parameters) {
  if (!spec.crf) {
    std::copy(prior.emissions.begin(), prior.emissions.end(), parameters->Get("answer/bias").data_ptr<float>());
    return;
  }
  float* transitions = parameters->Get("crf/transitions").data_ptr<float>();
  for (const auto& row : prior.chain.transitions) transitions = std::copy(row.begin(), row.end(), transitions);
  std::copy(prior.chain.begin.begin(), prior.chain.begin.end(), parameters->Get("crf/begin").data_ptr<float>());
}

}  // namespace tiqu::train
