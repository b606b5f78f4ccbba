// tiqu ask: one question on one passage.
#include <unistd.h>

#include <memory>

#include "answer/jsonl_request.h"
#include "answer/reader.h"
#include "answer/tagger.h"
#include "base/file.h"
#include "base/status.h"
#include "cli/highlight.h"
#include "cli/model_kind.h"
#include "cli/precision_flag.h"
#include "cli/standard_output.h"
#include "cli/verbs.h"
#include "fmt/format.h"

namespace tiqu::cli {
namespace {

struct AskOptions {
  std::string model;
  std::string question;
  std::string passage;
  std::string passage_file;
  double threshold = -1;
  Precision precision = Precision::kFloat32;
  bool json = false;
};

absl::StatusOr<std::string> ReadPassage(const AskOptions& options) {
  if (options.passage_file.empty() && options.passage != "-") return options.passage;
  TIQU_ASSIGN_OR_RETURN(std::string passage,
                        options.passage_file.empty() ? ReadStandardInput() : ReadFile(options.passage_file));
  // A file's last line break is the file's, not the passage's.
  while (!passage.empty() && (passage.back() == '\n' || passage.back() == '\r')) passage.pop_back();
  return passage;
}

absl::Status RunTag(const AskOptions& options, const std::string& passage) {
  if (!options.question.empty()) {
    return absl::InvalidArgumentError(
        fmt::format("{} is a tagger: it finds entities and takes no --question", options.model));
  }
  answer::TaggerOptions tagger_options;
  tagger_options.precision = options.precision;
  TIQU_ASSIGN_OR_RETURN(const std::shared_ptr<const answer::Tagger> tagger,
                        answer::Tagger::Load(options.model, tagger_options));
  const float threshold = options.threshold >= 0 ? static_cast<float>(options.threshold) : tagger->threshold();
  const std::string_view text = passage;
  TIQU_ASSIGN_OR_RETURN(const std::vector<answer::Entity> entities, tagger->TagAll({&text, 1}, threshold).front());
  if (!options.json) return WriteStandardOutput(ShowEntities(entities));
  std::string output = "{\"entities\":";
  answer::AppendEntities(entities, &output);
  return WriteStandardOutput(output + "}\n");
}

absl::Status RunAsk(const AskOptions& options) {
  TIQU_ASSIGN_OR_RETURN(const std::string passage, ReadPassage(options));
  TIQU_ASSIGN_OR_RETURN(const bool tagger, IsTagger(options.model));
  if (tagger) return RunTag(options, passage);
  if (options.question.empty()) return absl::InvalidArgumentError("--question is required");
  answer::ReaderOptions reader_options;
  reader_options.precision = options.precision;
  TIQU_ASSIGN_OR_RETURN(const std::shared_ptr<const answer::Reader> reader,
                        answer::Reader::Load(options.model, reader_options));
  decode::AnswerRules rules = reader->rules();
  if (options.threshold >= 0) rules.threshold = static_cast<float>(options.threshold);
  const answer::Request request = {passage, {options.question}};
  TIQU_ASSIGN_OR_RETURN(const std::vector<Reply> replies, reader->ReadAll({&request, 1}, rules).front());
  std::string output;
  if (options.json) {
    answer::AppendReply(replies.front(), &output);
    output += '\n';
  } else if (isatty(STDOUT_FILENO) == 1) {
    output = ShowInColour(replies.front(), passage);
  } else {
    output = ShowPlainly(replies.front());
  }
  return WriteStandardOutput(output);
}

}  // namespace

void AddAskVerb(CLI::App& app, VerbResult* result) {
  auto options = std::make_shared<AskOptions>();
  CLI::App* verb = app.add_subcommand("ask", "Answer one question on one passage, or find its entities with a tagger");
  verb->add_option("--model", options->model, "Version folder, or a folder of versions (the highest is taken)")
      ->required();
  verb->add_option("--question", options->question, "The question; a tagger takes none");
  CLI::Option_group* passage = verb->add_option_group("passage", "Exactly one of");
  passage->add_option("--passage", options->passage, "The passage; - is standard input");
  passage->add_option("--passage-file", options->passage_file, "File that holds the passage");
  passage->require_option(1);
  verb->add_option("--threshold", options->threshold, "Smallest score of an answer, 0 to 1 (default: the model's own)")
      ->check(CLI::Range(0.0, 1.0));
  AddPrecisionFlag(verb, &options->precision);
  verb->add_flag("--json", options->json,
                 "Print {\"answers\":[{text,begin,end,score}],\"no_answer\":p}, or {\"entities\":[...]}");
  verb->callback([options, result] { result->status = RunAsk(*options); });
}

}  // namespace tiqu::cli
