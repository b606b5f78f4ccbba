#include "onnx/export.h"

#include "absl/strings/str_cat.h"
#include "base/file.h"
#include "base/status.h"
#include "base/utf8.h"
#include "onnx/translate.h"
#include "savedmodel/export.h"
#include "savedmodel/reader_files.h"

namespace tiqu::onnx {
namespace {

// The axes of Tiqu's networks under names that say what they are. A passage may be asked several questions.
std::map<std::string, std::vector<std::string>> AxisNames() {
  const std::vector<std::string> question = {"batch", "question_length"};
  const std::vector<std::string> passage = {"passages", "passage_length"};
  const std::vector<std::string> row = {"batch"};
  const std::vector<std::string> text = {"batch", "length"};
  return {{"q1_in", question}, {"q2_in", question},       {"k1_in", row},      {"k2_in", row},
          {"p1_in", passage},  {"p2_in", passage},        {"pos_in", passage}, {"encoded", passage},
          {"word_ids", text},  {"sequence_lengths", row}, {"logits", text},    {"pa", {"batch", "passage_length"}}};
}

absl::Status AddMetadata(const std::map<std::string, std::string>& files, onnxpb::ModelProto* model) {
  for (const auto& [name, bytes] : files) {
    if (auto decoded = DecodeUtf8(bytes); !decoded.ok()) return Annotate(decoded.status(), name);
    auto* entry = model->add_metadata_props();
    entry->set_key(name);
    entry->set_value(bytes);
  }
  return absl::OkStatus();
}

absl::Status TakeFile(absl::StatusOr<std::string> bytes, const char* name, OnnxSource* source) {
  if (absl::IsNotFound(bytes.status())) return absl::OkStatus();  // another's model
  if (!bytes.ok()) return bytes.status();
  source->files[name] = *std::move(bytes);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<OnnxSource> SourceFromCheckpoint(const checkpoint::Checkpoint& checkpoint) {
  TIQU_ASSIGN_OR_RETURN(savedmodel::SavedModelContents contents, savedmodel::MakeContents(checkpoint));
  OnnxSource source;
  source.model.meta_graph = std::move(contents.meta_graph);
  for (const auto& [name, weight] : contents.variables) {
    source.model.variables[name] = Tensor::Of(weight.shape, weight.values);
  }
  source.files = std::move(contents.assets);
  source.files.merge(contents.extra);
  return source;
}

absl::StatusOr<OnnxSource> SourceFromFolder(const std::string& version_dir) {
  OnnxSource source;
  TIQU_ASSIGN_OR_RETURN(source.model, savedmodel::ReadSavedModel(version_dir));
  for (const char* name : {savedmodel::kCharsAsset, savedmodel::kWordsAsset}) {
    TIQU_RETURN_IF_ERROR(TakeFile(savedmodel::ReadAsset(version_dir, name), name, &source));
  }
  const char* config = savedmodel::kConfigExtra;
  TIQU_RETURN_IF_ERROR(TakeFile(savedmodel::ReadExtra(version_dir, config), config, &source));
  return source;
}

absl::Status ExportOnnx(const OnnxSource& source, const std::string& signature, const std::string& path) {
  TranslateOptions options;
  options.signature = signature;
  options.axis_names = AxisNames();
  TIQU_ASSIGN_OR_RETURN(onnxpb::ModelProto model, Translate(source.model, options));
  TIQU_RETURN_IF_ERROR(AddMetadata(source.files, &model));
  if (const size_t bytes = model.ByteSizeLong(); bytes > static_cast<size_t>(kMostBytes)) {
    return absl::InvalidArgumentError(
        absl::StrCat("the model takes ", bytes, " bytes; an ONNX file holds at most ", kMostBytes));
  }
  std::string bytes;
  if (!model.SerializeToString(&bytes)) return absl::InternalError("cannot serialise the ONNX model");
  return WriteFileAtomically(path, bytes);
}

}  // namespace tiqu::onnx
