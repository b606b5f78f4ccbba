// tiqu extract: questions and passages as JSONL in, answers as JSONL out.
#include <fmt/format.h>

#include <chrono>
#include <memory>
#include <optional>

#include "answer/jsonl_stream.h"
#include "base/file.h"
#include "base/interrupt.h"
#include "base/log.h"
#include "base/progress.h"
#include "base/status.h"
#include "cli/exit_code.h"
#include "cli/model_kind.h"
#include "cli/precision_flag.h"
#include "cli/standard_output.h"
#include "cli/verbs.h"

namespace tiqu::cli {
namespace {

struct ExtractOptions {
  std::string model;
  std::string input = "-";
  std::string output = "-";
  int workers = 0;
  Precision precision = Precision::kFloat32;
  double threshold = -1;
  int max_passage_chars = 0;
  bool quiet = false;
};

// Standard output, or a file that appears under its name only when all of it is there.
class Output {
 public:
  static absl::StatusOr<Output> Open(const std::string& path) {
    Output output;
    if (path != "-") {
      TIQU_ASSIGN_OR_RETURN(output.file_, AtomicFile::Create(path));
    }
    return output;
  }

  absl::Status Write(std::string_view bytes) { return file_ ? file_->Write(bytes) : WriteStandardOutput(bytes); }
  absl::Status Commit() { return file_ ? file_->Commit() : absl::OkStatus(); }

 private:
  std::optional<AtomicFile> file_;
};

// The model as the stream needs it: a reader or a tagger.
struct Worker {
  std::shared_ptr<const answer::Reader> reader;
  std::shared_ptr<const answer::Tagger> tagger;

  absl::StatusOr<answer::StreamCounts> Stream(LineReader* in, const answer::LineSink& out,
                                              const answer::StreamOptions& options) const {
    return tagger != nullptr ? answer::StreamJsonl(*tagger, in, out, options)
                             : answer::StreamJsonl(*reader, in, out, options);
  }
};

absl::StatusOr<Worker> LoadWorker(const ExtractOptions& options) {
  Worker worker;
  TIQU_ASSIGN_OR_RETURN(const bool tagger, IsTagger(options.model));
  if (tagger) {
    answer::TaggerOptions tagger_options;
    tagger_options.precision = options.precision;
    tagger_options.max_text_chars = options.max_passage_chars;
    TIQU_ASSIGN_OR_RETURN(worker.tagger, answer::Tagger::Load(options.model, tagger_options));
    return worker;
  }
  answer::ReaderOptions reader_options;
  reader_options.precision = options.precision;
  reader_options.max_passage_chars = options.max_passage_chars;
  TIQU_ASSIGN_OR_RETURN(worker.reader, answer::Reader::Load(options.model, reader_options));
  return worker;
}

answer::StreamOptions OptionsOf(const ExtractOptions& options, const Worker& worker) {
  answer::StreamOptions stream;
  stream.workers = options.workers;
  if (worker.reader != nullptr) stream.rules = worker.reader->rules();
  if (worker.tagger != nullptr) stream.threshold = worker.tagger->threshold();
  if (options.threshold >= 0) stream.rules.threshold = stream.threshold = static_cast<float>(options.threshold);
  return stream;
}

std::string Note(const answer::StreamCounts& counts, double seconds, bool tagger) {
  const auto rate = [&](int64_t count) { return static_cast<double>(count) / std::max(seconds, 1e-9); };
  std::string note =
      tagger ? fmt::format("{} lines, {} entities, {:.0f} lines/s", counts.lines, counts.answers, rate(counts.lines))
             : fmt::format("{} lines, {} answers, {:.0f} questions/s", counts.lines, counts.answers,
                           rate(counts.questions));
  if (counts.bad_lines > 0) note += fmt::format(", {} bad lines", counts.bad_lines);
  return note;
}

absl::Status RunExtract(const ExtractOptions& options, int* exit_code) {
  CatchInterrupts();
  TIQU_ASSIGN_OR_RETURN(LineReader input, LineReader::Open(options.input));
  TIQU_ASSIGN_OR_RETURN(const Worker worker, LoadWorker(options));
  const bool tagger = worker.tagger != nullptr;
  TIQU_ASSIGN_OR_RETURN(Output output, Output::Open(options.output));

  answer::StreamOptions stream = OptionsOf(options, worker);
  Progress progress("extract", std::max<int64_t>(input.bytes_total(), 0));
  const auto start = std::chrono::steady_clock::now();
  const auto seconds = [&] { return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count(); };
  if (!options.quiet) {
    stream.progress = [&](const answer::StreamCounts& counts, int64_t bytes_read) {
      progress.Update(bytes_read, Note(counts, seconds(), tagger));
    };
  }
  const auto sink = [&output](std::string_view lines) { return output.Write(lines); };
  TIQU_ASSIGN_OR_RETURN(const answer::StreamCounts counts, worker.Stream(&input, sink, stream));
  TIQU_RETURN_IF_ERROR(output.Commit());
  if (!options.quiet) progress.Finish(Note(counts, seconds(), tagger));
  if (counts.bad_lines > 0) {
    *exit_code = kExitSomeBad;
    TIQU_LOG_WARNING("{} of {} lines could not be answered; their \"error\" says why", counts.bad_lines, counts.lines);
  }
  return absl::OkStatus();
}

}  // namespace

void AddExtractVerb(CLI::App& app, VerbResult* result) {
  auto options = std::make_shared<ExtractOptions>();
  CLI::App* verb = app.add_subcommand("extract", "Answer the questions, or find the entities, of a JSONL file");
  verb->footer(
      "A line in is {\"id\",\"question\",\"passage\"} or {\"id\",\"passage\",\"questions\":[...]}; a line out is\n"
      "{\"id\",\"answers\":[{text,begin,end,score}],\"no_answer\":p} or {\"id\",\"results\":[...]}, in the same order. "
      "A bad\n"
      "line gives {\"id\",\"error\":{line,message}} and the work goes on. With a tagger a line in is {\"id\",\"text\"} "
      "and a "
      "line\n"
      "out {\"id\",\"entities\":[{type,text,begin,end,score}]}.");
  verb->add_option("input", options->input, "JSONL file to read; - is standard input")->capture_default_str();
  verb->add_option("-o,--output", options->output, "File to write; - is standard output")->capture_default_str();
  verb->add_option("--model", options->model, "Version folder, or a folder of versions (the highest is taken)")
      ->required();
  verb->add_option("--workers", options->workers, "Threads; 0: one a core")
      ->check(CLI::Range(0, 4096))
      ->capture_default_str();
  verb->add_option("--threshold", options->threshold, "Smallest score of an answer, 0 to 1 (default: the model's own)")
      ->check(CLI::Range(0.0, 1.0));
  verb->add_option("--max-passage-chars", options->max_passage_chars,
                   "A longer passage is an error of its line; 0: no limit")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  AddPrecisionFlag(verb, &options->precision);
  verb->add_flag("--quiet", options->quiet, "Show no progress");
  verb->callback([options, result] { result->status = RunExtract(*options, &result->exit_code); });
}

}  // namespace tiqu::cli
