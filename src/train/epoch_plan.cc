#include "train/epoch_plan.h"

#include <algorithm>
#include <numeric>
#include <unordered_map>

#include "base/random.h"

namespace tiqu::train {
namespace {

// A passage encoded once costs about a third of what each of its questions costs.
constexpr double kEncoderShare = 0.4;

// Streams of the seed, so that changing one use does not disturb another.
constexpr uint64_t kPlanStream = 1000;

class EpochPlanner {
 public:
  EpochPlanner(const Corpus& corpus, const TrainerOptions& options, int64_t epoch)
      : corpus_(corpus), options_(options), random_(options.seed, kPlanStream + static_cast<uint64_t>(epoch)) {}

  std::vector<BatchPlan> Plan() {
    std::vector<PassageUnit> units = GroupByPassage();
    AddNegatives(&units);
    random_.Shuffle(&units);
    std::vector<BatchPlan> batches(1);
    int64_t chars = 0;
    for (PassageUnit& unit : units) {
      if (chars > 0 && chars + unit.sample_chars() > options_.optimizer.batch_chars) {
        batches.emplace_back();
        chars = 0;
      }
      chars += unit.sample_chars();
      batches.back().push_back(std::move(unit));
    }
    return batches;
  }

 private:
  std::vector<PassageUnit> GroupByPassage() {
    std::vector<std::vector<int32_t>> by_passage(corpus_.passages.size());
    for (size_t s = 0; s < corpus_.samples.size(); ++s) {
      by_passage[static_cast<size_t>(corpus_.samples[s].passage)].push_back(static_cast<int32_t>(s));
    }
    std::vector<PassageUnit> units;
    for (size_t p = 0; p < by_passage.size(); ++p) {
      std::vector<int32_t>& samples = by_passage[p];
      random_.Shuffle(&samples);
      const auto passage = static_cast<int32_t>(p);
      const size_t group = IsLong(passage) ? 1 : static_cast<size_t>(options_.optimizer.group_questions);
      for (size_t first = 0; first < samples.size(); first += group) {
        const size_t last = std::min(samples.size(), first + group);
        PassageUnit unit;
        unit.passage = passage;
        unit.samples.assign(samples.begin() + static_cast<int64_t>(first),
                            samples.begin() + static_cast<int64_t>(last));
        Crop(&unit);
        units.push_back(std::move(unit));
      }
    }
    return units;
  }

  bool IsLong(int32_t passage) const { return corpus_.passage_chars(passage) > options_.data.max_passage_chars; }

  // The whole passage, or a window that holds a random answer of the first sample, or any window.
  void Crop(PassageUnit* unit) {
    const auto chars = static_cast<int32_t>(corpus_.passage_chars(unit->passage));
    const int32_t width = std::min(chars, static_cast<int32_t>(options_.data.max_passage_chars));
    int32_t low = 0;
    int32_t high = chars - width;
    const auto& gold = corpus_.samples[static_cast<size_t>(unit->samples[0])].gold;
    if (high > 0 && !unit->negative && !gold.empty() && !random_.Chance(options_.regularization.random_crop_rate)) {
      const GoldSpan& span = random_.Pick(gold);
      low = std::clamp(span.end - width, 0, high);
      high = std::max(low, std::min(high, span.begin));
    }
    unit->begin = low == high ? low : random_.Between(low, high);
    unit->end = unit->begin + width;
  }

  // A question of one passage only, asked of a passage that does not hold its answer.
  void AddNegatives(std::vector<PassageUnit>* units) {
    const double fraction = options_.regularization.negative_fraction;
    const auto wanted = static_cast<int64_t>(fraction / (1.0 - fraction) * static_cast<double>(corpus_.samples.size()));
    if (wanted == 0 || corpus_.passages.size() < 2) return;
    const std::vector<int32_t> candidates = SamplesWithOwnQuestion();
    for (int64_t i = 0; i < wanted && !candidates.empty(); ++i) {
      PassageUnit unit;
      unit.negative = true;
      unit.samples = {random_.Pick(candidates)};
      unit.passage = static_cast<int32_t>(random_.Below(static_cast<uint32_t>(corpus_.passages.size())));
      if (corpus_.passage_chars(unit.passage) == 0 || HoldsAnAnswer(unit)) continue;
      Crop(&unit);
      units->push_back(std::move(unit));
    }
  }

  std::vector<int32_t> SamplesWithOwnQuestion() const {
    std::unordered_map<std::u32string, int32_t> passage_of;  // -1: several
    for (const EncodedSample& sample : corpus_.samples) {
      const auto [it, added] = passage_of.try_emplace(sample.question, sample.passage);
      if (!added && it->second != sample.passage) it->second = -1;
    }
    std::vector<int32_t> samples;
    for (size_t s = 0; s < corpus_.samples.size(); ++s) {
      const EncodedSample& sample = corpus_.samples[s];
      if (!sample.gold.empty() && passage_of[sample.question] >= 0) samples.push_back(static_cast<int32_t>(s));
    }
    return samples;
  }

  bool HoldsAnAnswer(const PassageUnit& unit) const {
    const EncodedSample& sample = corpus_.samples[static_cast<size_t>(unit.samples[0])];
    if (sample.passage == unit.passage) return true;
    const std::u32string& own = corpus_.passages[static_cast<size_t>(sample.passage)].text.chars;
    const std::u32string& other = corpus_.passages[static_cast<size_t>(unit.passage)].text.chars;
    return std::any_of(sample.gold.begin(), sample.gold.end(), [&](const GoldSpan& span) {
      return other.find(own.substr(static_cast<size_t>(span.begin), static_cast<size_t>(span.end - span.begin))) !=
             std::u32string::npos;
    });
  }

  const Corpus& corpus_;
  const TrainerOptions& options_;
  Random random_;
};

// A step is as long as its slowest share; up to so much above the mean nothing is cut.
constexpr double kFairShare = 1.05;

double CostOf(const PassageUnit& unit) {
  return static_cast<double>(unit.chars()) * (kEncoderShare + static_cast<double>(unit.samples.size()));
}

struct Shares {
  std::vector<BatchPlan> batches;
  double slowest = 0;
  double mean = 0;
  size_t largest = 0;  // the most expensive unit of the slowest share that has several samples, or units.size()
};

// The most expensive unit left goes to whoever has least.
Shares ShareUnits(const BatchPlan& units, int workers) {
  std::vector<size_t> order(units.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return CostOf(units[a]) > CostOf(units[b]); });
  Shares shares;
  shares.batches.resize(static_cast<size_t>(workers));
  std::vector<double> load(static_cast<size_t>(workers), 0.0);
  std::vector<size_t> largest(static_cast<size_t>(workers), units.size());
  for (const size_t index : order) {
    const auto least = static_cast<size_t>(std::min_element(load.begin(), load.end()) - load.begin());
    load[least] += CostOf(units[index]);
    shares.mean += CostOf(units[index]) / workers;
    shares.batches[least].push_back(units[index]);
    if (largest[least] == units.size() && units[index].samples.size() > 1) largest[least] = index;
  }
  const auto slowest = static_cast<size_t>(std::max_element(load.begin(), load.end()) - load.begin());
  shares.slowest = load[slowest];
  shares.largest = largest[slowest];
  return shares;
}

// Halves a unit's samples: the passage is then encoded on both sides. False when there is nothing to cut.
bool CutUnit(size_t index, BatchPlan* units) {
  if (index >= units->size()) return false;
  PassageUnit half = (*units)[index];
  const auto middle = static_cast<int64_t>(half.samples.size() / 2);
  half.samples.erase(half.samples.begin(), half.samples.begin() + middle);
  (*units)[index].samples.resize(static_cast<size_t>(middle));
  units->push_back(std::move(half));
  return true;
}

}  // namespace

std::vector<BatchPlan> PlanEpoch(const Corpus& corpus, const TrainerOptions& options, int64_t epoch) {
  return EpochPlanner(corpus, options, epoch).Plan();
}

int64_t CountSamples(const BatchPlan& batch) {
  int64_t count = 0;
  for (const PassageUnit& unit : batch) count += static_cast<int64_t>(unit.samples.size());
  return count;
}

int64_t CountChars(const BatchPlan& batch) {
  int64_t count = 0;
  for (const PassageUnit& unit : batch) count += unit.sample_chars();
  return count;
}

std::vector<BatchPlan> ShareBatch(const BatchPlan& batch, int workers) {
  BatchPlan units = batch;
  Shares shares = ShareUnits(units, workers);
  Shares best = shares;
  // Cut the largest unit of the busiest worker while that makes the step shorter.
  for (int cuts = 0; cuts < 4 * workers && best.slowest > kFairShare * best.mean; ++cuts) {
    if (!CutUnit(shares.largest, &units)) break;
    shares = ShareUnits(units, workers);
    if (shares.slowest < best.slowest) best = shares;
  }
  return best.batches;
}

}  // namespace tiqu::train
