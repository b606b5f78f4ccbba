// Validation during a training and its end: the best model, its decoding, its scores.
#include <algorithm>
#include <chrono>

#include "base/file.h"
#include "base/log.h"
#include "base/status.h"
#include "fmt/format.h"
#include "train/report.h"
#include "train/training_run.h"

namespace tiqu::train {
namespace {

using nlohmann::json;

json ScoresToJson(const ValidationScores& scores) {
  const eval::Metrics& all = scores.evaluation.overall();
  json out = {{"samples", all.samples},
              {"score", scores.score},
              {"f1", scores.f1},
              {"precision", scores.precision},
              {"recall", scores.recall},
              {"threshold", scores.threshold},
              {"set_exact", all.set_exact()},
              {"no_answer_accuracy", all.no_answer_accuracy()},
              {"loss", scores.loss}};
  if (all.cmrc_samples > 0) {
    out["cmrc_em"] = all.cmrc_em();
    out["cmrc_f1"] = all.cmrc_f1();
  }
  return out;
}

double SecondsSince(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace

Parameters TrainingRun::AveragedParameters() const {
  Parameters averaged = parameters_.Clone();
  if (!state_.adam.average.empty()) {
    std::copy(state_.adam.average.begin(), state_.adam.average.end(), averaged.flat());
  }
  return averaged;
}

model::ModelConfig TrainingRun::ConfigOf(const Parameters& parameters) const {
  model::ModelConfig config;
  config.spec = options_.spec;
  config.text = TextSettingsOf(options_, *data_.tokenizer);
  task_->Describe(parameters, &config);
  config.provenance = {{"training", state_.config},
                       {"step", state_.adam.step},
                       {"epoch", Epochs()},
                       {"seconds", Seconds()},
                       {"train_samples", data_.train.samples.size()},
                       {"valid_samples", data_.valid.samples.size()}};
  return config;
}

absl::Status TrainingRun::SaveBest(const model::ModelConfig& config, const Parameters& parameters) const {
  checkpoint::Checkpoint checkpoint;
  checkpoint.config = config;
  checkpoint.weights = parameters.ToWeights();
  checkpoint.files = data_.files;
  return checkpoint::Save(checkpoint, Path("best_model.h5"));
}

absl::Status TrainingRun::Validate() {
  const auto begin = std::chrono::steady_clock::now();
  state_.validated_step = state_.adam.step;
  const Parameters averaged = AveragedParameters();
  model::ModelConfig config = ConfigOf(averaged);
  if (data_.valid.samples.empty()) {
    TIQU_RETURN_IF_ERROR(SaveBest(config, averaged));
    return WriteReport(nullptr, fmt::format("epoch {:.2f}", Epochs()));
  }
  TIQU_ASSIGN_OR_RETURN(const ValidationScores scores, task_->Validate(averaged));
  const bool better = scores.score > state_.best_score ||
                      (scores.score == state_.best_score && scores.loss < state_.best_loss);  // also while both are 0
  if (better) {
    state_.best_score = scores.score;
    state_.best_loss = scores.loss;
    state_.best_step = state_.adam.step;
    state_.bad_validations = 0;
    config.decoding.threshold = scores.threshold;
    config.scores = ScoresToJson(scores);
    TIQU_RETURN_IF_ERROR(SaveBest(config, averaged));
  } else {
    ++state_.bad_validations;
  }
  json line = ScoresToJson(scores);
  line.update(
      {{"kind", "valid"}, {"step", state_.adam.step}, {"epoch", Epochs()}, {"seconds", Seconds()}, {"best", better}});
  state_.validation_seconds = std::max(state_.validation_seconds, SecondsSince(begin));
  TIQU_LOG_INFO("epoch {:.2f}: {}span F1 {:.2f} (precision {:.2f}, recall {:.2f}, threshold {:.2f}), loss {:.3f}{}",
                Epochs(), data_.single ? fmt::format("score {:.2f}, ", 100 * scores.score) : "", 100 * scores.f1,
                100 * scores.precision, 100 * scores.recall, scores.threshold, scores.loss,
                better ? ", best so far" : "");
  TIQU_RETURN_IF_ERROR(metrics_.Write(line));
  return WriteReport(&scores, fmt::format("validation at epoch {:.2f}", Epochs()));
}

absl::Status TrainingRun::WriteReport(const ValidationScores* scores, const std::string& stage) const {
  ReportInput input;
  input.title = fmt::format("Training of {}", options_.output_dir);
  input.config = state_.config;
  TIQU_ASSIGN_OR_RETURN(input.metrics, ReadMetrics(Path("metrics.jsonl")));
  input.facts = {{"shown", stage},
                 {"steps", fmt::format("{}", state_.adam.step)},
                 {"time", FormatDuration(Seconds())},
                 {"samples", fmt::format("{} to train on, {} to validate", data_.train.samples.size(),
                                         data_.valid.samples.size())},
                 {"weights trained", fmt::format("{}", parameters_.flat_size())}};
  if (scores == nullptr) return WriteFileAtomically(Path("report.html"), RenderReport(input));
  input.facts.emplace_back("span F1",
                           fmt::format("{:.2f} (precision {:.2f}, recall {:.2f}) at threshold {:.3f}", 100 * scores->f1,
                                       100 * scores->precision, 100 * scores->recall, scores->threshold));
  input.facts.emplace_back("best validation",
                           fmt::format("{:.2f} after step {}", 100 * state_.best_score, state_.best_step));
  const ReportedValidation validation = {scores->evaluation, task_->validation_samples(), scores->predictions};
  input.validation = &validation;
  return WriteFileAtomically(Path("report.html"), RenderReport(input));
}

absl::StatusOr<TrainingResult> TrainingRun::Finish() {
  TrainingResult result{Path("best_model.h5"), state_.adam.step, Seconds()};
  if (state_.validated_step != state_.adam.step || !FileExists(result.model_path)) TIQU_RETURN_IF_ERROR(Validate());
  if (data_.valid.samples.empty()) return result;

  TIQU_ASSIGN_OR_RETURN(checkpoint::Checkpoint best, checkpoint::Load(result.model_path));
  TIQU_ASSIGN_OR_RETURN(const Parameters parameters, Parameters::FromWeights(options_.spec, best.weights));
  TIQU_ASSIGN_OR_RETURN(const ValidationScores scores, task_->Tune(parameters, &best.config.decoding));
  const float temperature = best.config.decoding.temperature;
  best.config.scores = ScoresToJson(scores);
  TIQU_RETURN_IF_ERROR(checkpoint::Save(best, result.model_path));
  TIQU_RETURN_IF_ERROR(WriteReport(
      &scores, fmt::format("the best model (step {}), tuned: temperature {:.2f}", state_.best_step, temperature)));
  result.validated = true;
  result.f1 = scores.f1;
  result.precision = scores.precision;
  result.recall = scores.recall;
  result.threshold = scores.threshold;
  result.temperature = temperature;
  return result;
}

}  // namespace tiqu::train
