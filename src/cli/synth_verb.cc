// tiqu synth: invented records with questions and answers.
#include <fmt/format.h>

#include <memory>
#include <optional>

#include "base/file.h"
#include "base/interrupt.h"
#include "base/progress.h"
#include "base/status.h"
#include "cli/standard_output.h"
#include "cli/verbs.h"
#include "data/sample_writer.h"
#include "data/synth/generator.h"

namespace tiqu::cli {
namespace {

struct SynthVerbOptions {
  data::synth::SynthOptions synth;
  std::string output;
};

absl::Status RunSynth(const SynthVerbOptions& options) {
  CatchInterrupts();
  std::optional<AtomicFile> file;
  if (options.output != "-") {
    TIQU_ASSIGN_OR_RETURN(file, AtomicFile::Create(options.output));
  }
  Progress progress("synth", options.synth.count);
  int64_t done = 0;
  const auto write = [&](const data::Sample& sample) -> absl::Status {
    if (Interrupted()) return absl::CancelledError("interrupted: nothing is written");
    progress.Update(++done);
    const std::string line = options.synth.as_entities ? data::WriteEntities(sample) : data::WriteSample(sample);
    return file ? file->Write(line) : WriteStandardOutput(line);
  };
  TIQU_RETURN_IF_ERROR(data::synth::Synthesize(options.synth, write));
  if (file) TIQU_RETURN_IF_ERROR(file->Commit());
  progress.Finish(fmt::format("{} samples", done));
  return absl::OkStatus();
}

}  // namespace

void AddSynthVerb(CLI::App& app, VerbResult* result) {
  auto options = std::make_shared<SynthVerbOptions>();
  CLI::App* verb = app.add_subcommand("synth", "Invent personal and business records with questions and answers");
  verb->add_option("-o,--output", options->output, "JSONL file to write; - is standard output")->required();
  verb->add_option("--count", options->synth.count, "Samples to make; with --entities: texts")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  verb->add_option("--seed", options->synth.seed, "The same seed makes the same samples")->capture_default_str();
  verb->add_option("--kinds", options->synth.kinds, "Only these, separated by commas (default: all of them)")
      ->delimiter(',')
      ->check(CLI::IsMember(data::synth::SynthKinds()));
  verb->add_option("--questions", options->synth.questions_per_passage, "Most questions on one passage")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  verb->add_flag("--entities", options->synth.as_entities, "Write texts with their entities, for a tagger");
  verb->callback([options, result] { result->status = RunSynth(*options); });
}

}  // namespace tiqu::cli
