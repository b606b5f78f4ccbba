// Training taggers: TrainingTask for kind "tagger". A validation sample is one type of entities of one text, so that
// micro-F1 over samples is the F1 that conlleval counts over entities.
//
// Thread safety: as TrainingTask's.
#pragma once

#include <vector>

#include "decode/linear_chain.h"
#include "train/training_task.h"

namespace tiqu::train {

class TaggerTask : public TrainingTask {
 public:
  TaggerTask(const TrainerOptions& options, const TrainingData& data, WorkerPool* pool);

  Parameters Start() const override;
  LossTerms ComputeLoss(const Parameters& parameters, const BatchPlan& share, const StepKey& key) const override;
  void Describe(const Parameters& parameters, model::ModelConfig* config) const override;
  absl::StatusOr<ValidationScores> Validate(const Parameters& parameters) const override;
  absl::StatusOr<ValidationScores> Tune(const Parameters& parameters, model::DecodingSettings* out) const override;
  const std::vector<data::Sample>& validation_samples() const override { return by_type_; }

 private:
  struct TextResult;

  // One text in pieces.
  TextResult Read(const Parameters& parameters, const decode::LinearChain& chain, size_t text) const;

  const TrainerOptions& options_;
  const TrainingData& data_;
  WorkerPool* pool_;
  std::vector<data::Sample> by_type_;  // [texts * types]
};

}  // namespace tiqu::train
