// tiqu export: makes a version folder that TensorFlow, TensorFlow Serving and Tiqu serve from a checkpoint.
#include <memory>

#include "base/status.h"
#include "checkpoint/checkpoint.h"
#include "cli/standard_output.h"
#include "cli/verbs.h"
#include "fmt/format.h"
#include "savedmodel/export.h"

namespace tiqu::cli {
namespace {

struct ExportOptions {
  std::string checkpoint;
  std::string dir;
  int64_t version = 1;
};

absl::Status RunExport(const ExportOptions& options) {
  TIQU_ASSIGN_OR_RETURN(const checkpoint::Checkpoint checkpoint, checkpoint::Load(options.checkpoint));
  TIQU_RETURN_IF_ERROR(savedmodel::ExportCheckpoint(checkpoint, options.dir, options.version));
  return WriteStandardOutput(fmt::format("{}/{}\n", options.dir, options.version));
}

}  // namespace

void AddExportVerb(CLI::App& app, VerbResult* result) {
  auto options = std::make_shared<ExportOptions>();
  CLI::App* verb = app.add_subcommand("export", "Make a SavedModel version from a checkpoint");
  verb->add_option("checkpoint", options->checkpoint, "The checkpoint, e.g. best_model.h5")->required();
  verb->add_option("dir", options->dir, "Folder of the model's versions, e.g. models/starter")->required();
  verb->add_option("--version", options->version, "Number of the version, which must not exist yet")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  verb->callback([options, result] { result->status = RunExport(*options); });
}

}  // namespace tiqu::cli
