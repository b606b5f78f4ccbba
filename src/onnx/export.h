// Writes a model as one ONNX file, with all that its text needs as metadata.
//
//   TIQU_ASSIGN_OR_RETURN(OnnxSource source, SourceFromFolder("models/starter/1"));
//   TIQU_RETURN_IF_ERROR(ExportOnnx(source, "serving_default", "starter.onnx"));
//
// Thread safety: free functions without state.
#pragma once

#include <map>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "checkpoint/checkpoint.h"
#include "savedmodel/saved_model.h"

namespace tiqu::onnx {

struct OnnxSource {
  savedmodel::LoadedSavedModel model;
  std::map<std::string, std::string> files;  // tiqu.json, chars.txt, words.txt, as far as there are any
};

// Errors: those of savedmodel::MakeContents.
absl::StatusOr<OnnxSource> SourceFromCheckpoint(const checkpoint::Checkpoint& checkpoint);
// A version folder, Tiqu's or another's. Errors: those of savedmodel::ReadSavedModel.
absl::StatusOr<OnnxSource> SourceFromFolder(const std::string& version_dir);

// Replaces PATH, which is whole or not there. Errors: those of Translate and WriteFileAtomically, INVALID_ARGUMENT
// (over 2 GiB; a file that is not UTF-8).
absl::Status ExportOnnx(const OnnxSource& source, const std::string& signature, const std::string& path);

}  // namespace tiqu::onnx
