// What a training has to know of the kind of model that it trains: where its weights start, its loss, its scores.
//
//   std::unique_ptr<TrainingTask> task = MakeTrainingTask(options, data, &pool);
//   Parameters parameters = task->Start();
//   LossTerms loss = task->ComputeLoss(parameters, share, {step, worker, workers});
//
// Thread safety: ComputeLoss may be called from any number of threads; the rest from the one that trains.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "data/sample.h"
#include "eval/metrics.h"
#include "eval/prediction.h"
#include "model/model_config.h"
#include "torch/torch.h"
#include "train/epoch_plan.h"
#include "train/parameters.h"
#include "train/training_data.h"
#include "train/worker_pool.h"

namespace tiqu::train {

struct LossTerms {
  torch::Tensor tags;                 // a scalar, summed over the samples of the share
  torch::Tensor spans;                // likewise, weighted by span_weight; undefined: the kind has none
  std::shared_ptr<const void> batch;  // what the backward pass still reads
};

// Where a share of a batch is run: what is random in it depends on nothing else.
struct StepKey {
  uint64_t step = 0;
  uint64_t worker = 0;
  uint64_t workers = 1;
};

struct ValidationScores {
  double score = 0;  // what models are chosen by: f1, or the mean answer score of readers that report one answer
  double f1 = 0;     // exact span micro-F1 at the threshold
  double precision = 0;
  double recall = 0;
  float threshold = 0.5F;
  double loss = 0;                            // chain loss a sample
  eval::Evaluation evaluation;                // at that threshold
  std::vector<eval::Prediction> predictions;  // likewise, of each of TrainingTask::validation_samples
};

class TrainingTask {
 public:
  virtual ~TrainingTask() = default;

  virtual Parameters Start() const = 0;
  virtual LossTerms ComputeLoss(const Parameters& parameters, const BatchPlan& share, const StepKey& key) const = 0;
  // What the model folder says of decoding with these weights, thresholds left out.
  virtual void Describe(const Parameters& parameters, model::ModelConfig* config) const = 0;

  // REQUIRES of both: there are validation samples. Errors: INTERNAL with what the tensor library said.
  virtual absl::StatusOr<ValidationScores> Validate(const Parameters& parameters) const = 0;
  // For the finished model: also chooses the temperature, and writes what it chose.
  virtual absl::StatusOr<ValidationScores> Tune(const Parameters& parameters, model::DecodingSettings* out) const = 0;
  virtual const std::vector<data::Sample>& validation_samples() const = 0;
};

// For options.spec.kind. All outlive the task.
std::unique_ptr<TrainingTask> MakeTrainingTask(const TrainerOptions& options, const TrainingData& data,
                                               WorkerPool* pool);

}  // namespace tiqu::train
