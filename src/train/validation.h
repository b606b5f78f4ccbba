// Runs the network over labelled samples and scores its answers as `tiqu eval` would: windows, chain, span
// probabilities, offsets in the original text.
//
// Thread safety: none; Predict uses the worker pool.
#pragma once

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "data/sample.h"
#include "decode/crf.h"
#include "eval/metrics.h"
#include "eval/prediction.h"
#include "train/batch_builder.h"
#include "train/corpus.h"
#include "train/parameters.h"
#include "train/trainer_options.h"
#include "train/training_task.h"
#include "train/worker_pool.h"

namespace tiqu::train {

class Validator {
 public:
  // `samples`: what `corpus` was encoded from. All outlive the validator.
  Validator(const std::vector<data::Sample>& samples, const Corpus& corpus, const IdfTables& idf,
            const TrainerOptions& options, WorkerPool* pool);

  // log pa of each corpus sample: [passage chars * 3]. Errors: INTERNAL with what the tensor library said.
  absl::StatusOr<std::vector<std::vector<float>>> LogProbabilities(const Parameters& parameters) const;

  // Every span of some probability of each sample, not overlapping, best first kept. `single`: the best one only.
  std::vector<eval::Prediction> Decode(const std::vector<std::vector<float>>& log_pa, const decode::ChainScores& chain,
                                       float temperature, bool single) const;

  // At the best threshold, which `single` decides how to judge (eval/threshold.h).
  ValidationScores Score(const std::vector<std::vector<float>>& log_pa, const std::vector<eval::Prediction>& candidates,
                         const decode::ChainScores& chain, bool single) const;

  // The temperature with the least chain loss of the gold tags.
  float TuneTemperature(const std::vector<std::vector<float>>& log_pa, const decode::ChainScores& chain) const;

  const std::vector<data::Sample>& samples() const { return kept_; }  // those of the corpus, in its order

 private:
  // Summed in a fixed order, whatever the number of workers.
  double MeanLoss(const std::vector<std::vector<float>>& log_pa, const decode::ChainScores& chain,
                  double temperature) const;

  std::vector<data::Sample> kept_;
  const Corpus& corpus_;
  BatchBuilder builder_;
  const TrainerOptions& options_;
  WorkerPool* pool_;
};

// The chain's scores among the weights; the forbidden ones only when the spec has no chain.
decode::ChainScores ChainScoresOf(const model::ModelSpec& spec, const Parameters& parameters);

// Spans of at least `threshold`.
std::vector<eval::Prediction> KeepLikely(const std::vector<eval::Prediction>& candidates, float threshold);

}  // namespace tiqu::train
