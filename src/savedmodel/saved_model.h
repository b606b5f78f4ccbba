// A SavedModel folder, read and written: saved_model.pb, variables/, assets/, assets.extra/.
//
// Thread safety: functions are free of state; a LoadedSavedModel is a value.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "model/weight_map.h"
#include "saved_model.pb.h"
#include "tensor/tensor.h"

namespace tiqu::savedmodel {

// What a version folder holds, read and checked.
struct LoadedSavedModel {
  tensorflow::MetaGraphDef meta_graph;      // the one with the tags
  std::map<std::string, Tensor> variables;  // by bundle key; empty when there is no variables/
};

// `tags`: those of the meta graph, in any order. Errors: NOT_FOUND (no folder, no saved_model.pb, no meta graph with
// just these tags), DATA_LOSS (damaged, or variables/ is missing and the graph has variables; names the file).
absl::StatusOr<LoadedSavedModel> ReadSavedModel(const std::string& version_dir,
                                                const std::vector<std::string>& tags = {"serve"});

// saved_model.pb (or saved_model.pbtxt) with all its meta graphs. Errors: NOT_FOUND, DATA_LOSS.
absl::StatusOr<tensorflow::SavedModel> ReadSavedModelProto(const std::string& version_dir);

// What goes into a version folder.
struct SavedModelContents {
  tensorflow::MetaGraphDef meta_graph;        // with signatures and saver_def
  model::WeightMap variables;                 // by variable node name
  std::map<std::string, std::string> assets;  // file name -> bytes, under assets/
  std::map<std::string, std::string> extra;   // file name -> bytes, under assets.extra/
};

// Writes BASE/VERSION through a temporary sibling that is renamed last, so a version folder is whole or not there.
// Errors: ALREADY_EXISTS (names the folder), RESOURCE_EXHAUSTED or PERMISSION_DENIED (names the file).
absl::Status WriteSavedModel(const SavedModelContents& contents, const std::string& base_dir, int64_t version);

// A file of assets/ or assets.extra/. Errors: NOT_FOUND naming it.
absl::StatusOr<std::string> ReadAsset(const std::string& version_dir, const std::string& name);
absl::StatusOr<std::string> ReadExtra(const std::string& version_dir, const std::string& name);

// MODEL itself when it is a version folder, else its highest numbered sub-folder. Errors: NOT_FOUND.
absl::StatusOr<std::string> ResolveVersionDir(const std::string& model_dir);

}  // namespace tiqu::savedmodel
