#include "cli/reading_flags.h"

#include "base/status.h"

namespace tiqu::cli {

void AddReadingFlags(CLI::App* verb, ReadingFlags* flags) {
  verb->add_option("--format", flags->format,
                   "auto, jsonl, lines, squad, span, labelstudio, webqa, duie or bio (docs/data.md)")
      ->capture_default_str();
  verb->add_option("--labels", flags->labels,
                   "JSON file that maps labels to questions, e.g. examples/labels/xxcq.json");
  verb->add_option("--join-at", flags->join_at,
                   "bio: join sentences into records that begin at a sentence starting with this label");
  verb->add_flag("--answer-sets", flags->answer_sets,
                 "squad: several answers of a question are all wanted, not wordings of one");
  verb->add_flag("--single", flags->single, "Leave out samples with several answers");
}

absl::StatusOr<data::ReadOptions> ResolveReadingFlags(const ReadingFlags& flags) {
  data::ReadOptions options;
  TIQU_ASSIGN_OR_RETURN(options.format, data::ParseFormat(flags.format));
  if (!flags.labels.empty()) {
    TIQU_ASSIGN_OR_RETURN(options.labels, data::LabelMap::Load(flags.labels));
  }
  options.join_at = flags.join_at;
  options.answers_are_a_set = flags.answer_sets;
  options.single = flags.single;
  return options;
}

}  // namespace tiqu::cli
