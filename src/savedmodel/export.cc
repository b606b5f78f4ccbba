#include "savedmodel/export.h"

#include <algorithm>
#include <cmath>

#include "base/status.h"
#include "fmt/format.h"
#include "graph/reader_graph.h"
#include "graph/tagger_graph.h"
#include "nlohmann/json.hpp"
#include "savedmodel/reader_files.h"

namespace tiqu::savedmodel {
namespace {

// The weights that are variables of the graph.
absl::StatusOr<model::WeightMap> GraphWeights(const checkpoint::Checkpoint& checkpoint) {
  TIQU_RETURN_IF_ERROR(model::CheckWeights(checkpoint.config.spec, checkpoint.weights));
  model::WeightMap variables;
  for (const model::WeightShape& weight : model::WeightShapes(checkpoint.config.spec)) {
    if (!weight.in_graph) continue;
    const model::WeightTensor& tensor = checkpoint.weights.at(weight.name);
    if (!std::all_of(tensor.values.begin(), tensor.values.end(), [](float value) { return std::isfinite(value); })) {
      return absl::InvalidArgumentError(fmt::format("weight '{}' has a value that is not finite", weight.name));
    }
    variables[weight.name] = tensor;
  }
  return variables;
}

absl::Status CopyVocabularies(const checkpoint::Checkpoint& checkpoint, SavedModelContents* contents) {
  for (const char* name : {kCharsAsset, kWordsAsset}) {
    const auto file = checkpoint.files.find(name);
    if (file == checkpoint.files.end()) {
      return absl::InvalidArgumentError(fmt::format("the checkpoint has no vocabulary '{}'", name));
    }
    contents->assets[name] = file->second;
  }
  return absl::OkStatus();
}

std::string ConfigText(const model::ModelConfig& config) {
  // Bytes that are not UTF-8 (say, in a path of the provenance) are replaced rather than refused.
  return config.ToJson().dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

}  // namespace

absl::StatusOr<SavedModelContents> MakeContents(const checkpoint::Checkpoint& checkpoint) {
  SavedModelContents contents;
  TIQU_ASSIGN_OR_RETURN(contents.variables, GraphWeights(checkpoint));
  const model::ModelSpec& spec = checkpoint.config.spec;
  TIQU_ASSIGN_OR_RETURN(contents.meta_graph,
                        spec.is_tagger() ? graph::BuildTaggerGraph(spec) : graph::BuildReaderGraph(spec));
  TIQU_RETURN_IF_ERROR(CopyVocabularies(checkpoint, &contents));
  contents.extra[kConfigExtra] = ConfigText(checkpoint.config);
  return contents;
}

absl::Status ExportCheckpoint(const checkpoint::Checkpoint& checkpoint, const std::string& base_dir, int64_t version) {
  TIQU_ASSIGN_OR_RETURN(const SavedModelContents contents, MakeContents(checkpoint));
  return WriteSavedModel(contents, base_dir, version);
}

}  // namespace tiqu::savedmodel
