#include "train/training_run.h"

#include <algorithm>
#include <cmath>
#include <thread>

#include "base/file.h"
#include "base/interrupt.h"
#include "base/log.h"
#include "base/status.h"
#include "fmt/format.h"
#include "train/config.h"
#include "train/schedule.h"

namespace tiqu::train {
namespace {

using nlohmann::json;

int WorkerCount(int threads) {
  if (threads > 0) return threads;
  return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

// The configuration without what may change between a run and its resumption.
json Comparable(json config) {
  for (const char* name : {"resume", "overwrite", "threads", "checkpoint_steps", "log_steps", "output_dir"}) {
    config["run"].erase(name);
  }
  config["optimizer"].erase("max_minutes");
  return config;
}

}  // namespace

TrainingRun::TrainingRun(const TrainerOptions& options, const TrainingData& data)
    : options_(options),
      data_(data),
      pool_(WorkerCount(options.threads)),
      task_(MakeTrainingTask(options, data, &pool_)),
      parameters_(task_->Start()),
      runner_(
          options,
          [this](const Parameters& parameters, const BatchPlan& share, const StepKey& key) {
            return task_->ComputeLoss(parameters, share, key);
          },
          &pool_, &parameters_, &state_.adam),
      start_(std::chrono::steady_clock::now()) {
  state_.config = ConfigToJson(options);
  state_.data_fingerprint = data.fingerprint;
  state_.adam = AdamState(parameters_.flat_size(), options.optimizer.ema_decay > 0);
  if (!state_.adam.average.empty()) {
    std::copy_n(parameters_.flat(), parameters_.flat_size(), state_.adam.average.data());
  }
}

absl::Status TrainingRun::Prepare() {
  TIQU_RETURN_IF_ERROR(MakeDirectories(options_.output_dir));
  const bool exists = FileExists(Path("state.bin"));
  if (exists && !options_.resume && !options_.overwrite) {
    return absl::AlreadyExistsError(fmt::format(
        "{} holds a training already; --resume goes on with it, --overwrite starts anew", options_.output_dir));
  }
  if (options_.resume && exists) TIQU_RETURN_IF_ERROR(Restore());
  const auto batches = static_cast<double>(PlanEpoch(data_.train, options_, 0).size());
  total_steps_ = batches * options_.optimizer.epochs;
  TIQU_RETURN_IF_ERROR(WriteFileAtomically(Path("config.json"), state_.config.dump(2) + "\n"));
  TIQU_RETURN_IF_ERROR(metrics_.Open(Path("metrics.jsonl"), state_.metrics_bytes));
  start_ = std::chrono::steady_clock::now();
  if (options_.resume && exists) {
    TIQU_LOG_INFO("resuming at step {} of about {:.0f}", state_.adam.step, total_steps_);
    return absl::OkStatus();
  }
  return SaveState();
}

absl::Status TrainingRun::Restore() {
  TIQU_ASSIGN_OR_RETURN(TrainingState saved, LoadTrainingState(Path("state.bin")));
  TIQU_RETURN_IF_ERROR(CheckSameTraining(saved));
  const json config = state_.config;
  state_ = std::move(saved);
  state_.config = config;
  std::copy(state_.weights.begin(), state_.weights.end(), parameters_.flat());
  seconds_before_ = state_.seconds;
  return absl::OkStatus();
}

absl::Status TrainingRun::CheckSameTraining(const TrainingState& saved) const {
  const json before = Comparable(saved.config);
  const json now = Comparable(state_.config);
  for (const auto& [section, entries] : now.items()) {
    for (const auto& [name, value] : entries.items()) {
      const json old = before.contains(section) ? before.at(section).value(name, json()) : json();
      if (old != value) {
        return absl::FailedPreconditionError(fmt::format("cannot resume {}: {}.{} was {}, now it is {}",
                                                         options_.output_dir, section, name, old.dump(), value.dump()));
      }
    }
  }
  if (saved.data_fingerprint != data_.fingerprint) {
    return absl::FailedPreconditionError(fmt::format(
        "cannot resume {}: the training data, its vocabulary or the word vectors have changed", options_.output_dir));
  }
  if (static_cast<int64_t>(saved.weights.size()) != parameters_.flat_size() ||
      saved.adam.first_moment.size() != saved.weights.size() ||
      saved.adam.second_moment.size() != saved.weights.size() ||
      saved.adam.average.size() != state_.adam.average.size()) {
    return absl::FailedPreconditionError(fmt::format("cannot resume {}: its weights do not fit", options_.output_dir));
  }
  return absl::OkStatus();
}

double TrainingRun::Seconds() const {
  return seconds_before_ + std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
}

// Time for the last validation and tuning is kept free.
double TrainingRun::Progressed() const {
  TrainingClock clock{static_cast<double>(state_.adam.step), total_steps_, Seconds(), 0};
  if (options_.optimizer.max_minutes > 0) {
    clock.limit_seconds = std::max(1.0, options_.optimizer.max_minutes * 60 - 2.5 * state_.validation_seconds);
  }
  return TrainingProgress(clock);
}

double TrainingRun::Epochs() const { return static_cast<double>(state_.epoch) + epoch_share_; }

bool TrainingRun::Finished() const {
  const int patience = options_.optimizer.patience;
  return state_.finished || state_.epoch >= options_.optimizer.epochs || Progressed() >= 1.0 ||
         (patience > 0 && state_.bad_validations >= patience);
}

absl::Status TrainingRun::RunEpochs() {
  progress_ = std::make_unique<Progress>("train", 1000);
  while (!Finished()) TIQU_RETURN_IF_ERROR(RunEpoch());
  progress_->Finish(fmt::format("{} steps", state_.adam.step));
  state_.finished = true;
  return SaveState();
}

absl::Status TrainingRun::RunEpoch() {
  const std::vector<BatchPlan> batches = PlanEpoch(data_.train, options_, state_.epoch);
  while (state_.batch < static_cast<int64_t>(batches.size()) && !Finished()) {
    if (Interrupted()) return StopForInterrupt();
    const auto begin = std::chrono::steady_clock::now();
    const double rate = LearningRate(options_.optimizer, Progressed());
    TIQU_ASSIGN_OR_RETURN(const StepResult step, runner_.Run(batches[static_cast<size_t>(state_.batch)], rate));
    averages_.seconds += std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    TIQU_RETURN_IF_ERROR(AfterStep(step, rate, batches.size()));
  }
  if (state_.batch < static_cast<int64_t>(batches.size())) return absl::OkStatus();
  ++state_.epoch;
  state_.batch = 0;
  epoch_share_ = 0;
  return SaveState();
}

absl::Status TrainingRun::AfterStep(const StepResult& step, double rate, size_t batches) {
  const bool validate = TimeForValidation(batches);
  ++state_.batch;
  epoch_share_ = static_cast<double>(state_.batch) / static_cast<double>(batches);
  TIQU_RETURN_IF_ERROR(LogStep(step, rate));
  if (validate) {
    TIQU_RETURN_IF_ERROR(Validate());
    return SaveState();
  }
  if (state_.adam.step % options_.checkpoint_steps == 0) return SaveState();
  return absl::OkStatus();
}

// True when the next batch ends another valid_every_epochs.
bool TrainingRun::TimeForValidation(size_t batches) const {
  const auto rounds = [&](int64_t batch) {
    const double epochs = static_cast<double>(state_.epoch) + static_cast<double>(batch) / static_cast<double>(batches);
    return std::floor(epochs / options_.valid_every_epochs + 1e-9);
  };
  return rounds(state_.batch + 1) > rounds(state_.batch);
}

absl::Status TrainingRun::LogStep(const StepResult& step, double rate) {
  averages_.tag_loss += step.tag_loss;
  averages_.span_loss += step.span_loss;
  averages_.gradient_norm += step.gradient_norm;
  averages_.chars += step.chars;
  ++averages_.steps;
  const auto steps = static_cast<double>(averages_.steps);
  const double speed = static_cast<double>(averages_.chars) / std::max(averages_.seconds, 1e-9);
  progress_->Update(
      static_cast<int64_t>(Progressed() * 1000),
      fmt::format("epoch {:.2f} loss {:.3f} {:.1f}k chars/s{}", Epochs(), averages_.tag_loss / steps, speed / 1000,
                  state_.best_score >= 0 ? fmt::format(" best {:.2f}", 100 * state_.best_score) : ""));
  if (state_.adam.step % options_.log_steps != 0) return absl::OkStatus();
  const json line = {{"kind", "train"},
                     {"step", state_.adam.step},
                     {"epoch", Epochs()},
                     {"loss", averages_.tag_loss / steps},
                     {"span_loss", averages_.span_loss / steps},
                     {"gradient_norm", averages_.gradient_norm / steps},
                     {"learning_rate", rate},
                     {"chars_per_second", speed},
                     {"seconds", Seconds()}};
  averages_ = {};
  return metrics_.Write(line);
}

absl::Status TrainingRun::StopForInterrupt() {
  TIQU_RETURN_IF_ERROR(SaveState());
  return absl::CancelledError(
      fmt::format("stopped at step {}; the same command with --resume goes on from there", state_.adam.step));
}

absl::Status TrainingRun::SaveState() {
  state_.weights.assign(parameters_.flat(), parameters_.flat() + parameters_.flat_size());
  state_.seconds = Seconds();
  state_.metrics_bytes = metrics_.bytes();
  return SaveTrainingState(state_, Path("state.bin"));
}

}  // namespace tiqu::train
