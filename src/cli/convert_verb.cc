// tiqu convert: labelled questions of any format that Tiqu reads as Tiqu's JSONL, with a report of what became of them;
// and the .h5 of a Keras model (convert_keras.h), told by its first bytes.
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>

#include "base/file.h"
#include "base/interrupt.h"
#include "base/progress.h"
#include "base/status.h"
#include "cli/convert_keras.h"
#include "cli/exit_code.h"
#include "cli/reading_flags.h"
#include "cli/standard_output.h"
#include "cli/verbs.h"
#include "data/hash.h"
#include "data/reader.h"
#include "data/sample_writer.h"

namespace tiqu::cli {
namespace {

struct ConvertOptions {
  std::vector<std::string> inputs;
  std::string output;
  ReadingFlags reading;
  std::string wordings = "first";
  uint64_t seed = 1;
  bool drop_duplicates = false;
  bool entities = false;
  std::string dev_output;
  double dev_percent = 10;
  std::string report_file;
  bool json = false;
  KerasFlags keras;
};

// Where samples go: the output, or for some passages the development part beside it. "-" is standard output.
class Outputs {
 public:
  static absl::StatusOr<Outputs> Open(const ConvertOptions& options) {
    Outputs outputs;
    outputs.as_entities_ = options.entities;
    outputs.dev_share_ = options.dev_percent / 100;
    if (options.output != "-") {
      TIQU_ASSIGN_OR_RETURN(outputs.main_, AtomicFile::Create(options.output));
    }
    if (!options.dev_output.empty()) {
      TIQU_ASSIGN_OR_RETURN(outputs.dev_, AtomicFile::Create(options.dev_output));
    }
    return outputs;
  }

  absl::Status Write(const data::Sample& sample) {
    const std::string line = as_entities_ ? data::WriteEntities(sample) : data::WriteSample(sample);
    if (dev_ && IsDev(sample.passage)) {
      ++dev_samples_;
      return dev_->Write(line);
    }
    return main_ ? main_->Write(line) : WriteStandardOutput(line);
  }

  absl::Status Commit() {
    if (dev_) TIQU_RETURN_IF_ERROR(dev_->Commit());
    return main_ ? main_->Commit() : absl::OkStatus();
  }

  int64_t dev_samples() const { return dev_samples_; }

 private:
  // By passage, so that no passage stands on both sides; the same in every run.
  bool IsDev(const std::string& passage) const {
    return static_cast<double>(data::Fingerprint(passage) % 1000000) < dev_share_ * 1000000;
  }

  std::optional<AtomicFile> main_;
  std::optional<AtomicFile> dev_;
  double dev_share_ = 0;
  bool as_entities_ = false;
  int64_t dev_samples_ = 0;
};

absl::StatusOr<data::Wordings> ParseWordings(const std::string& name) {
  if (name == "first") return data::Wordings::kFirst;
  if (name == "all") return data::Wordings::kAll;
  if (name == "random") return data::Wordings::kRandom;
  return absl::InvalidArgumentError(fmt::format("--wordings \"{}\" is none of: first, all, random", name));
}

absl::Status ConvertOne(const std::string& input, const data::ReadOptions& read, Outputs* outputs,
                        data::Report* report) {
  const std::string name = std::filesystem::path(input).filename().string();
  Progress progress(name, 0);
  int64_t samples = 0;
  const auto write = [&](const data::Sample& sample) {
    progress.Update(++samples, "samples");
    return outputs->Write(sample);
  };
  TIQU_RETURN_IF_ERROR(data::ReadSamples(input, read, write, report));
  progress.Finish(fmt::format("{} samples", samples));
  return absl::OkStatus();
}

absl::Status PrintReport(const ConvertOptions& options, const data::Report& report, int64_t dev_samples) {
  std::string text = options.json ? data::ReportToJson(report) + "\n" : data::FormatReport(report);
  if (!options.json && !options.dev_output.empty()) {
    text += fmt::format("{:<18}{:>9}  (in {})\n", "for development", dev_samples, options.dev_output);
  }
  std::fputs(text.c_str(), options.output == "-" ? stderr : stdout);
  if (options.report_file.empty()) return absl::OkStatus();
  return WriteFileAtomically(options.report_file, data::ReportToJson(report) + "\n");
}

absl::StatusOr<data::ReadOptions> ResolveOptions(const ConvertOptions& options) {
  if (options.output == options.dev_output) {
    return absl::InvalidArgumentError(fmt::format("--output and --dev are the same file: {}", options.output));
  }
  TIQU_ASSIGN_OR_RETURN(data::ReadOptions read, ResolveReadingFlags(options.reading));
  TIQU_ASSIGN_OR_RETURN(read.wordings, ParseWordings(options.wordings));
  read.seed = options.seed;
  read.drop_duplicates = options.drop_duplicates;
  read.as_entities = options.entities;
  return read;
}

absl::Status RunConvertSamples(const ConvertOptions& options, int* exit_code) {
  CatchInterrupts();
  TIQU_ASSIGN_OR_RETURN(data::ReadOptions read, ResolveOptions(options));
  absl::flat_hash_set<uint64_t> seen;
  read.seen = &seen;
  TIQU_ASSIGN_OR_RETURN(Outputs outputs, Outputs::Open(options));
  data::Report report;
  for (const std::string& input : options.inputs) {
    data::Report one;
    const absl::Status status = ConvertOne(input, read, &outputs, &one);
    report.Merge(one);
    if (!status.ok()) return status;
  }
  TIQU_RETURN_IF_ERROR(PrintReport(options, report, outputs.dev_samples()));
  if (report.samples_kept == 0) {
    return absl::FailedPreconditionError("no sample was kept: nothing is written");
  }
  if (report.records_bad() > 0) *exit_code = kExitSomeBad;
  return outputs.Commit();
}

absl::Status RunConvert(const ConvertOptions& options, int* exit_code) {
  if (std::none_of(options.inputs.begin(), options.inputs.end(), IsKerasFile)) {
    return RunConvertSamples(options, exit_code);
  }
  if (options.inputs.size() == 1) return ConvertKeras(options.inputs[0], options.output, options.keras);
  return absl::InvalidArgumentError(
      fmt::format("{} inputs, one of them a Keras model: those are converted one at a time", options.inputs.size()));
}

void AddSampleFlags(CLI::App* verb, ConvertOptions* options) {
  AddReadingFlags(verb, &options->reading);
  verb->add_option("--wordings", options->wordings, "Which wording of a label's question: first, all or random")
      ->capture_default_str();
  verb->add_option("--seed", options->seed, "Seed of --wordings random")->capture_default_str();
  verb->add_flag("--entities", options->entities,
                 "span, bio, labelstudio: write tagged texts for a tagger, not questions");
  verb->add_flag("--drop-duplicates", options->drop_duplicates, "Drop samples that came before");
}

}  // namespace

void AddConvertVerb(CLI::App& app, VerbResult* result) {
  auto options = std::make_shared<ConvertOptions>();
  CLI::App* verb = app.add_subcommand(
      "convert", "Turn labelled data into Tiqu's JSONL, with a report, or a Keras model into a checkpoint");
  verb->add_option("inputs", options->inputs, "Files to read; - is standard input")->required();
  verb->add_option("-o,--output", options->output, "JSONL file to write (- is standard output), or checkpoint")
      ->required();
  AddSampleFlags(verb, options.get());
  verb->add_option("--dev", options->dev_output, "Put a part of the passages into this JSONL file instead");
  verb->add_option("--dev-percent", options->dev_percent, "How many percent of the passages --dev takes")
      ->check(CLI::Range(0.0, 100.0))
      ->capture_default_str();
  verb->add_option("--report", options->report_file, "Write the report as JSON into this file, too");
  verb->add_flag("--json", options->json, "Print the report as JSON");
  AddKerasFlags(verb, &options->keras);
  verb->callback([options, result] { result->status = RunConvert(*options, &result->exit_code); });
}

}  // namespace tiqu::cli
