// tiqu import: the checkpoint of an exported model, to train on from (tiqu train --init-from).
#include <memory>

#include "base/status.h"
#include "checkpoint/checkpoint.h"
#include "cli/standard_output.h"
#include "cli/verbs.h"
#include "fmt/format.h"
#include "savedmodel/import.h"
#include "savedmodel/saved_model.h"

namespace tiqu::cli {
namespace {

struct ImportOptions {
  std::string model;
  std::string output;
};

absl::Status RunImport(const ImportOptions& options) {
  TIQU_ASSIGN_OR_RETURN(const std::string version_dir, savedmodel::ResolveVersionDir(options.model));
  TIQU_ASSIGN_OR_RETURN(const checkpoint::Checkpoint checkpoint, savedmodel::ImportCheckpoint(version_dir));
  TIQU_RETURN_IF_ERROR(checkpoint::Save(checkpoint, options.output));
  return WriteStandardOutput(fmt::format("{}\n", options.output));
}

}  // namespace

void AddImportVerb(CLI::App& app, VerbResult* result) {
  auto options = std::make_shared<ImportOptions>();
  CLI::App* verb = app.add_subcommand("import", "Make a checkpoint of an exported model, to train on from it");
  verb->add_option("model", options->model, "Version folder, or a folder of versions (the highest is taken)")
      ->required();
  verb->add_option("-o,--output", options->output, "Checkpoint to write, e.g. starter.h5")->required();
  verb->callback([options, result] { result->status = RunImport(*options); });
}

}  // namespace tiqu::cli
