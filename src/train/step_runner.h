// One training step on several cores: every worker runs its share of the batch on the same weights, the gradients are
// added in worker order (so a step gives the same bits again), then every worker updates its slice of the weights.
//
// Thread safety: none; one thread trains.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "absl/status/statusor.h"
#include "train/optimizer.h"
#include "train/parameters.h"
#include "train/trainer_options.h"
#include "train/training_task.h"
#include "train/worker_pool.h"

namespace tiqu::train {

struct StepResult {
  double tag_loss = 0;   // a sample
  double span_loss = 0;  // a sample, over all of them
  double gradient_norm = 0;
  int64_t samples = 0;
  int64_t chars = 0;  // passage characters, once a sample
};

class StepRunner {
 public:
  using ShareLoss = std::function<LossTerms(const Parameters& parameters, const BatchPlan& share, const StepKey& key)>;

  // `loss` is called from all workers at once. All else outlives the runner.
  StepRunner(const TrainerOptions& options, ShareLoss loss, WorkerPool* pool, Parameters* parameters, AdamState* adam);

  // Makes update adam->step + 1. Errors: INTERNAL when the loss or the gradient is not finite (the weights stay as they
  // were), or with what the tensor library said.
  absl::StatusOr<StepResult> Run(const BatchPlan& batch, double learning_rate);

 private:
  struct Worker {
    std::vector<float> gradient;
    double tag_loss = 0;
    double span_loss = 0;
    double squared_norm = 0;  // of its slice of the sum
    absl::Status status;
  };

  void RunWorker(int worker, const std::vector<BatchPlan>& shares, double learning_rate, double total_samples);
  void ComputeGradient(int index, const BatchPlan& share, double total_samples);
  void SumSlice(int index);

  const TrainerOptions& options_;
  ShareLoss loss_;
  WorkerPool* pool_;
  Parameters* parameters_;
  AdamState* adam_;
  std::vector<Worker> workers_;
  bool finite_ = true;
};

}  // namespace tiqu::train
