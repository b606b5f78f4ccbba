// Training readers: TrainingTask for kind "reader".
//
// Thread safety: as TrainingTask's.
#pragma once

#include <vector>

#include "train/batch_builder.h"
#include "train/training_task.h"
#include "train/validation.h"

namespace tiqu::train {

// The loss of a share of a batch, with dropout.
LossTerms ReaderShareLoss(const TrainerOptions& options, const BatchBuilder& builder, const Parameters& parameters,
                          const BatchPlan& share, const StepKey& key);

class ReaderTask : public TrainingTask {
 public:
  ReaderTask(const TrainerOptions& options, const TrainingData& data, WorkerPool* pool);

  Parameters Start() const override;
  LossTerms ComputeLoss(const Parameters& parameters, const BatchPlan& share, const StepKey& key) const override;
  void Describe(const Parameters& parameters, model::ModelConfig* config) const override;
  absl::StatusOr<ValidationScores> Validate(const Parameters& parameters) const override;
  absl::StatusOr<ValidationScores> Tune(const Parameters& parameters, model::DecodingSettings* out) const override;
  const std::vector<data::Sample>& validation_samples() const override { return validator_.samples(); }

 private:
  const TrainerOptions& options_;
  const TrainingData& data_;
  BatchBuilder builder_;
  Validator validator_;
};

}  // namespace tiqu::train
