// tiqu eval: scores of a model, or of predictions made before, against labelled data.
#include <fmt/format.h>

#include <chrono>
#include <memory>
#include <optional>
#include <utility>

#include "base/file.h"
#include "base/interrupt.h"
#include "base/progress.h"
#include "base/status.h"
#include "cli/evaluate.h"
#include "cli/exit_code.h"
#include "cli/model_kind.h"
#include "cli/precision_flag.h"
#include "cli/reading_flags.h"
#include "cli/standard_output.h"
#include "cli/verbs.h"
#include "data/reader.h"
#include "eval/baseline.h"
#include "eval/format_table.h"
#include "eval/threshold.h"

namespace tiqu::cli {
namespace {

struct EvalOptions {
  std::string model;
  std::string predictions;
  EvaluationInput input;
  ReadingFlags reading;
  std::string json;
  std::string output;
  int workers = 0;
  Precision precision = Precision::kFloat32;
  double threshold = -1;
  bool tune = false;
  bool baseline = false;
};

// What is printed in the end.
struct Outcome {
  eval::Evaluation evaluation;
  std::optional<eval::Evaluation> baseline;
  std::string note;
  bool tagger = false;
};

absl::StatusOr<std::vector<data::Sample>> ReadSamplesOf(const EvaluationInput& input, data::Report* report) {
  std::vector<data::Sample> samples;
  for (const std::string& file : input.files) {
    TIQU_ASSIGN_OR_RETURN(std::vector<data::Sample> part, data::ReadAllSamples(file, input.read, report));
    std::move(part.begin(), part.end(), std::back_inserter(samples));
  }
  return samples;
}

std::string TuningNote(const ModelEvaluation& evaluated) {
  const eval::ThresholdChoice best = eval::TuneThreshold(evaluated.samples, evaluated.candidates);
  return fmt::format("best threshold on this data: {:.4f} (span precision {:.2f}, recall {:.2f}, F1 {:.2f})\n",
                     best.threshold, 100 * best.precision, 100 * best.recall, 100 * best.f1);
}

absl::StatusOr<Outcome> EvaluateWithModel(const EvalOptions& options, data::Report* report) {
  answer::ReaderOptions reader_options;
  reader_options.precision = options.precision;
  TIQU_ASSIGN_OR_RETURN(const auto reader, answer::Reader::Load(options.model, reader_options));
  std::optional<AtomicFile> output;
  if (!options.output.empty()) {
    TIQU_ASSIGN_OR_RETURN(output, AtomicFile::Create(options.output));
  }
  Progress progress("eval", 0);
  ModelEvaluationOptions model;
  model.workers = options.workers;
  model.keep_candidates = options.tune;
  model.rules = reader->rules();
  if (options.threshold >= 0) model.rules.threshold = static_cast<float>(options.threshold);
  if (output) model.predictions = [&output](std::string_view lines) { return output->Write(lines); };
  model.progress = [&progress](int64_t samples, int64_t) { progress.Update(samples, "samples"); };
  const auto start = std::chrono::steady_clock::now();
  TIQU_ASSIGN_OR_RETURN(ModelEvaluation evaluated, EvaluateModel(*reader, options.input, model, report));
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  progress.Finish(fmt::format("samples, {:.0f} a second",
                              static_cast<double>(evaluated.evaluation.overall().samples) / std::max(seconds, 1e-9)));
  if (output) TIQU_RETURN_IF_ERROR(output->Commit());
  Outcome outcome;
  if (options.tune) outcome.note = TuningNote(evaluated);
  outcome.evaluation = std::move(evaluated.evaluation);
  return outcome;
}

absl::Status CheckTaggerFlags(const EvalOptions& options) {
  if (!options.tune && !options.baseline && options.reading.labels.empty()) return absl::OkStatus();
  return absl::InvalidArgumentError(
      fmt::format("{} is a tagger: it has no use for --tune, --baseline and --labels", options.model));
}

absl::StatusOr<Outcome> EvaluateWithTagger(const EvalOptions& options, data::Report* report) {
  TIQU_RETURN_IF_ERROR(CheckTaggerFlags(options));
  answer::TaggerOptions tagger_options;
  tagger_options.precision = options.precision;
  TIQU_ASSIGN_OR_RETURN(const auto tagger, answer::Tagger::Load(options.model, tagger_options));
  std::optional<AtomicFile> output;
  if (!options.output.empty()) {
    TIQU_ASSIGN_OR_RETURN(output, AtomicFile::Create(options.output));
  }
  Progress progress("eval", 0);
  TaggerEvaluationOptions model;
  model.workers = options.workers;
  model.threshold = options.threshold >= 0 ? static_cast<float>(options.threshold) : tagger->threshold();
  if (output) model.predictions = [&output](std::string_view lines) { return output->Write(lines); };
  model.progress = [&progress](int64_t texts, int64_t) { progress.Update(texts, "texts"); };
  TIQU_ASSIGN_OR_RETURN(TaggerEvaluation evaluated, EvaluateTagger(*tagger, options.input, model, report));
  progress.Finish(fmt::format("{} texts", evaluated.texts));
  if (output) TIQU_RETURN_IF_ERROR(output->Commit());
  if (evaluated.texts == 0) return absl::FailedPreconditionError("no text could be read");
  Outcome outcome;
  outcome.tagger = true;
  outcome.evaluation = std::move(evaluated.evaluation);
  return outcome;
}

absl::StatusOr<Outcome> EvaluateFile(const EvalOptions& options, data::Report* report) {
  TIQU_ASSIGN_OR_RETURN(const std::vector<data::Sample> samples, ReadSamplesOf(options.input, report));
  Outcome outcome;
  TIQU_ASSIGN_OR_RETURN(outcome.evaluation, EvaluatePredictions(samples, options.predictions));
  return outcome;
}

absl::StatusOr<Outcome> Evaluate(const EvalOptions& options, data::Report* report) {
  if (options.model.empty()) return EvaluateFile(options, report);
  TIQU_ASSIGN_OR_RETURN(const bool tagger, IsTagger(options.model));
  return tagger ? EvaluateWithTagger(options, report) : EvaluateWithModel(options, report);
}

absl::StatusOr<eval::Evaluation> EvaluateBaseline(const EvaluationInput& input) {
  data::Report ignored;  // counted once, for the model
  TIQU_ASSIGN_OR_RETURN(const std::vector<data::Sample> samples, ReadSamplesOf(input, &ignored));
  const eval::NearestMatchBaseline baseline(samples);
  eval::Evaluation evaluation;
  for (const data::Sample& sample : samples) evaluation.Add(sample, baseline.Answer(sample));
  return evaluation;
}

absl::Status Print(const EvalOptions& options, const Outcome& outcome) {
  if (!options.json.empty()) {
    const std::string json = eval::MetricsToJson(outcome.evaluation) + "\n";
    if (options.json == "-") return WriteStandardOutput(json);
    TIQU_RETURN_IF_ERROR(WriteFileAtomically(options.json, json));
  }
  if (outcome.tagger) return WriteStandardOutput(eval::FormatEntities(outcome.evaluation));
  std::vector<std::pair<std::string, const eval::Evaluation*>> systems;
  systems.emplace_back(options.model.empty() ? "predictions" : "model", &outcome.evaluation);
  if (outcome.baseline) systems.emplace_back("baseline", &*outcome.baseline);
  return WriteStandardOutput(eval::FormatMetrics(systems) + outcome.note);
}

absl::Status RunEval(EvalOptions options, int* exit_code) {
  CatchInterrupts();
  TIQU_ASSIGN_OR_RETURN(options.input.read, ResolveReadingFlags(options.reading));
  for (const std::string& file : options.input.files) {
    if (options.baseline && !data::CanBeReadAgain(file)) {
      return absl::InvalidArgumentError(
          fmt::format("--baseline reads the data twice, which {} does not allow: give a file", file));
    }
  }
  data::Report report;
  TIQU_ASSIGN_OR_RETURN(Outcome outcome, Evaluate(options, &report));
  if (!outcome.tagger && outcome.evaluation.overall().samples == 0) {
    return absl::FailedPreconditionError("no sample could be read\n" + data::FormatReport(report));
  }
  if (options.baseline) {
    TIQU_ASSIGN_OR_RETURN(outcome.baseline, EvaluateBaseline(options.input));
  }
  TIQU_RETURN_IF_ERROR(Print(options, outcome));
  if (report.records_bad() + report.samples_dropped() > 0) {
    std::fputs(data::FormatReport(report).c_str(), stderr);
    *exit_code = report.records_bad() > 0 ? kExitSomeBad : kExitDone;
  }
  return absl::OkStatus();
}

}  // namespace

void AddEvalVerb(CLI::App& app, VerbResult* result) {
  auto options = std::make_shared<EvalOptions>();
  CLI::App* verb = app.add_subcommand("eval", "Score a model, or predictions made before, against labelled data");
  verb->add_option("data", options->input.files, "Labelled files")->required();
  CLI::Option_group* what = verb->add_option_group("what", "Exactly one of");
  what->add_option("--model", options->model, "Version folder, or a folder of versions (the highest is taken)");
  what->add_option("--predictions", options->predictions, "JSONL file as tiqu extract writes it");
  what->require_option(1);
  AddReadingFlags(verb, &options->reading);
  verb->add_option("--json", options->json,
                   "Write the figures as JSON to this file; - prints them instead of the table");
  verb->add_option("-o,--output", options->output, "Write the model's predictions to this JSONL file");
  verb->add_option("--workers", options->workers, "Threads; 0: one a core")
      ->check(CLI::Range(0, 4096))
      ->capture_default_str();
  verb->add_option("--threshold", options->threshold, "Smallest score of an answer, 0 to 1 (default: the model's own)")
      ->check(CLI::Range(0.0, 1.0));
  AddPrecisionFlag(verb, &options->precision);
  verb->add_flag("--tune", options->tune, "Print the threshold that is best on this data");
  verb->add_flag("--baseline", options->baseline, "Score the trivial baseline as well");
  verb->callback([options, result] { result->status = RunEval(*options, &result->exit_code); });
}

}  // namespace tiqu::cli
