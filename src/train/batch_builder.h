// From planned passage units to the packed arrays that the network runs on.
//
// Thread safety: Build may be called from any number of threads.
#pragma once

#include <cstdint>
#include <vector>

#include "base/random.h"
#include "model/model_spec.h"
#include "train/corpus.h"
#include "train/epoch_plan.h"
#include "train/reader_network.h"
#include "train/vocabulary_builder.h"

namespace tiqu::train {

struct BuildOptions {
  bool labels = true;         // fill in tags and gold spans
  double unknown_rate = 0.0;  // of ids that the embedding sees as unknown; match features see the true ones
  uint64_t seed = 0;          // of the choice of those ids
  uint64_t stream = 0;
};

// The gold spans of a unit's characters, counted from its begin. An answer that the cut goes through keeps its tags if
// its first character is inside.
std::vector<GoldSpan> SpansInside(const PassageUnit& unit, const std::vector<GoldSpan>& gold);
void ReplaceByUnknown(double rate, Random* random, std::vector<int32_t>* ids);

class BatchBuilder {
 public:
  // All outlive the builder.
  BatchBuilder(const Corpus& corpus, const IdfTables& idf, const model::ModelSpec& spec)
      : corpus_(corpus), idf_(idf), spec_(spec) {}

  // REQUIRES: `units` is not empty
  ReaderBatch Build(const BatchPlan& units, const BuildOptions& options) const;

 private:
  void AppendPassage(const PassageUnit& unit, ReaderBatch* batch) const;
  void AppendSample(const PassageUnit& unit, int32_t sample, bool labels, ReaderBatch* batch) const;
  void AppendFeatures(const PassageUnit& unit, const EncodedSample& sample, ReaderBatch* batch) const;

  const Corpus& corpus_;
  const IdfTables& idf_;
  const model::ModelSpec& spec_;
};

}  // namespace tiqu::train
