#include "savedmodel/import.h"

#include <algorithm>

#include "base/status.h"
#include "fmt/format.h"
#include "savedmodel/reader_files.h"
#include "savedmodel/saved_model.h"

namespace tiqu::savedmodel {
namespace {

absl::StatusOr<model::WeightTensor> TakeWeight(const model::WeightShape& weight,
                                               const std::map<std::string, Tensor>& variables) {
  const auto found = variables.find(weight.name);
  if (found == variables.end()) {
    return absl::InvalidArgumentError(fmt::format("variable '{}' is missing", weight.name));
  }
  const Tensor& tensor = found->second;
  if (tensor.type() != DataType::kFloat || tensor.shape() != weight.shape) {
    return absl::InvalidArgumentError(
        fmt::format("variable '{}' does not have the type and shape that the model's "
                    "tiqu.json asks for",
                    weight.name));
  }
  return model::WeightTensor{weight.shape, {tensor.data<float>(), tensor.data<float>() + tensor.size()}};
}

void TakeChain(const model::ModelConfig& config, model::WeightMap* weights) {
  constexpr int64_t kTags = model::kTagCount;
  model::WeightTensor transitions{{kTags, kTags}, {}};
  for (const auto& row : config.crf.transitions) {
    transitions.values.insert(transitions.values.end(), row.begin(), row.end());
  }
  (*weights)["crf/transitions"] = std::move(transitions);
  (*weights)["crf/begin"] = {{kTags}, {config.crf.begin.begin(), config.crf.begin.end()}};
  (*weights)["crf/end"] = {{kTags}, {config.crf.end.begin(), config.crf.end.end()}};
}

}  // namespace

absl::StatusOr<checkpoint::Checkpoint> ImportCheckpoint(const std::string& version_dir) {
  checkpoint::Checkpoint checkpoint;
  TIQU_ASSIGN_OR_RETURN(checkpoint.config, ReadModelConfig(version_dir));
  for (const char* name : {kCharsAsset, kWordsAsset}) {
    absl::StatusOr<std::string> bytes = ReadAsset(version_dir, name);
    if (!bytes.ok()) return absl::DataLossError(bytes.status().message());
    checkpoint.files[name] = *std::move(bytes);
  }
  TIQU_ASSIGN_OR_RETURN(const LoadedSavedModel loaded, ReadSavedModel(version_dir));
  for (const model::WeightShape& weight : model::WeightShapes(checkpoint.config.spec)) {
    if (!weight.in_graph) {
      int64_t count = 1;
      for (const int64_t size : weight.shape) count *= size;
      checkpoint.weights[weight.name] = {weight.shape, std::vector<float>(static_cast<size_t>(count), 0.0F)};
      continue;
    }
    auto taken = TakeWeight(weight, loaded.variables);
    if (!taken.ok()) return Annotate(taken.status(), version_dir);
    checkpoint.weights[weight.name] = *std::move(taken);
  }
  if (!checkpoint.config.spec.is_tagger()) TakeChain(checkpoint.config, &checkpoint.weights);
  return checkpoint;
}

}  // namespace tiqu::savedmodel
