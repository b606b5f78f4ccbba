// One training, step by step: what Train does, with its state.
//
// Thread safety: none.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "base/progress.h"
#include "checkpoint/checkpoint.h"
#include "train/metrics_log.h"
#include "train/parameters.h"
#include "train/step_runner.h"
#include "train/trainer.h"
#include "train/training_data.h"
#include "train/training_state.h"
#include "train/training_task.h"
#include "train/worker_pool.h"

namespace tiqu::train {

class TrainingRun {
 public:
  // `options` resolved, their spec filled in from the data. Both outlive the run.
  TrainingRun(const TrainerOptions& options, const TrainingData& data);

  absl::Status Prepare();  // output folder, fresh or resumed state
  absl::Status RunEpochs();
  absl::StatusOr<TrainingResult> Finish();  // tunes the best model's decoding and writes it and the report

 private:
  struct Averages {
    double tag_loss = 0;
    double span_loss = 0;
    double gradient_norm = 0;
    int64_t steps = 0;
    int64_t chars = 0;
    double seconds = 0;  // of these steps
  };

  absl::Status Restore();
  absl::Status CheckSameTraining(const TrainingState& saved) const;
  absl::Status RunEpoch();
  absl::Status AfterStep(const StepResult& step, double rate, size_t batches);
  bool TimeForValidation(size_t batches) const;
  absl::Status LogStep(const StepResult& step, double rate);
  absl::Status Validate();
  absl::Status SaveState();
  absl::Status SaveBest(const model::ModelConfig& config, const Parameters& parameters) const;
  // `scores`: null without validation samples.
  absl::Status WriteReport(const ValidationScores* scores, const std::string& stage) const;
  absl::Status StopForInterrupt();

  bool Finished() const;
  double Seconds() const;  // spent training, over all runs
  double Progressed() const;
  double Epochs() const;  // done, with a fraction
  std::string Path(const std::string& name) const { return options_.output_dir + "/" + name; }
  model::ModelConfig ConfigOf(const Parameters& parameters) const;
  Parameters AveragedParameters() const;

  const TrainerOptions& options_;
  const TrainingData& data_;
  WorkerPool pool_;
  std::unique_ptr<TrainingTask> task_;
  Parameters parameters_;
  TrainingState state_;
  StepRunner runner_;
  MetricsLog metrics_;
  std::unique_ptr<Progress> progress_;
  Averages averages_;
  double total_steps_ = 1;
  double epoch_share_ = 0;  // of the running epoch that is done
  double seconds_before_ = 0;
  std::chrono::steady_clock::time_point start_;
};

}  // namespace tiqu::train
