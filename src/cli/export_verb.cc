// tiqu export: makes what others load from a checkpoint: a version folder that TensorFlow, TensorFlow Serving and Tiqu
// serve, or an ONNX file.
#include <filesystem>
#include <memory>

#include "base/status.h"
#include "checkpoint/checkpoint.h"
#include "cli/standard_output.h"
#include "cli/verbs.h"
#include "fmt/format.h"
#include "onnx/export.h"
#include "savedmodel/export.h"
#include "savedmodel/saved_model.h"

namespace tiqu::cli {
namespace {

struct ExportOptions {
  std::string model;
  std::string output;
  std::string format = "saved_model";
  int64_t version = 1;
  std::string signature = "serving_default";
};

absl::StatusOr<onnx::OnnxSource> OpenSource(const std::string& model) {
  if (std::error_code error; std::filesystem::is_directory(model, error)) {
    TIQU_ASSIGN_OR_RETURN(const std::string version_dir, savedmodel::ResolveVersionDir(model));
    return onnx::SourceFromFolder(version_dir);
  }
  TIQU_ASSIGN_OR_RETURN(const checkpoint::Checkpoint checkpoint, checkpoint::Load(model));
  return onnx::SourceFromCheckpoint(checkpoint);
}

absl::Status ExportToOnnx(const ExportOptions& options) {
  if (std::error_code error; std::filesystem::is_directory(options.output, error)) {
    return absl::InvalidArgumentError(
        fmt::format("{} is a folder; ONNX is one file, e.g. {}/reader.onnx", options.output, options.output));
  }
  TIQU_ASSIGN_OR_RETURN(const onnx::OnnxSource source, OpenSource(options.model));
  TIQU_RETURN_IF_ERROR(onnx::ExportOnnx(source, options.signature, options.output));
  return WriteStandardOutput(fmt::format("{}\n", options.output));
}

absl::Status RunExport(const ExportOptions& options) {
  if (options.format == "onnx") return ExportToOnnx(options);
  TIQU_ASSIGN_OR_RETURN(const checkpoint::Checkpoint checkpoint, checkpoint::Load(options.model));
  TIQU_RETURN_IF_ERROR(savedmodel::ExportCheckpoint(checkpoint, options.output, options.version));
  return WriteStandardOutput(fmt::format("{}/{}\n", options.output, options.version));
}

// Flags that the other format would ignore without a word.
absl::Status CheckFlags(const CLI::App& verb, const ExportOptions& options) {
  const std::string stranger = options.format == "onnx" ? "--version" : "--signature";
  if (verb.count(stranger) == 0) return absl::OkStatus();
  return absl::InvalidArgumentError(fmt::format("--format {} has no {}", options.format, stranger));
}

}  // namespace

void AddExportVerb(CLI::App& app, VerbResult* result) {
  auto options = std::make_shared<ExportOptions>();
  CLI::App* verb = app.add_subcommand("export", "Make a SavedModel version, or an ONNX file, from a checkpoint");
  verb->add_option("checkpoint", options->model, "The checkpoint, e.g. best_model.h5; for ONNX also a model's folder")
      ->required();
  verb->add_option("output", options->output, "Folder of the model's versions, e.g. models/starter, or the ONNX file")
      ->required();
  verb->add_option("--format", options->format, "saved_model or onnx")
      ->check(CLI::IsMember({"saved_model", "onnx"}))
      ->capture_default_str();
  verb->add_option("--version", options->version, "SavedModel: number of the version, which must not exist yet")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  verb->add_option("--signature", options->signature, "ONNX: the signature of the model that the file computes")
      ->capture_default_str();
  verb->callback([options, verb, result] {
    result->status = CheckFlags(*verb, *options);
    if (result->status.ok()) result->status = RunExport(*options);
  });
}

}  // namespace tiqu::cli
