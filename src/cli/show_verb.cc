// tiqu show: prints what a SavedModel holds, as `saved_model_cli show` does.
#include <memory>

#include "base/status.h"
#include "cli/standard_output.h"
#include "cli/verbs.h"
#include "savedmodel/saved_model.h"
#include "savedmodel/show.h"

namespace tiqu::cli {
namespace {

struct ShowVerbOptions {
  std::string dir;
  std::string tag_set;
  std::string signature_def;
  bool all = false;
  bool list_ops = false;
};

absl::Status RunShow(const ShowVerbOptions& options, const CLI::App& verb) {
  TIQU_ASSIGN_OR_RETURN(const std::string dir, savedmodel::ResolveVersionDir(options.dir));
  TIQU_ASSIGN_OR_RETURN(const tensorflow::SavedModel saved_model, savedmodel::ReadSavedModelProto(dir));
  savedmodel::ShowOptions show;
  show.all = options.all;
  show.list_ops = options.list_ops;
  if (verb.count("--tag_set") > 0) show.tag_set = options.tag_set;
  if (verb.count("--signature_def") > 0) show.signature_def = options.signature_def;
  TIQU_ASSIGN_OR_RETURN(const std::string text, savedmodel::Show(saved_model, show));
  return WriteStandardOutput(text);
}

}  // namespace

void AddShowVerb(CLI::App& app, VerbResult* result) {
  auto options = std::make_shared<ShowVerbOptions>();
  CLI::App* verb = app.add_subcommand("show", "Print the signatures of a SavedModel, as saved_model_cli show does");
  verb->add_option("--dir", options->dir, "Version folder, or a folder of versions (the highest is shown)")->required();
  verb->add_flag("--all", options->all, "Print everything");
  verb->add_option("--tag_set", options->tag_set, "Tags of one graph, separated by commas, e.g. serve");
  verb->add_option("--signature_def", options->signature_def, "Key of one signature, with --tag_set");
  verb->add_flag("--list_ops", options->list_ops, "Print the operations of the graph, with --tag_set");
  verb->callback([options, verb, result] { result->status = RunShow(*options, *verb); });
}

}  // namespace tiqu::cli
