#include "checkpoint/checkpoint.h"

#include <mutex>
#include <utility>
#include <vector>

#include "base/file.h"
#include "base/status.h"
#include "checkpoint/hdf5_file.h"
#include "checkpoint/seal.h"
#include "fmt/format.h"

namespace tiqu::checkpoint {
namespace {

constexpr char kConfigPath[] = "/tiqu/config";
constexpr char kFilesPath[] = "/tiqu/files";

// Debian's HDF5 is built without locks of its own.
std::mutex& Hdf5Mutex() {
  static std::mutex* const kMutex = new std::mutex;
  return *kMutex;
}

// "encode_0/kernel" -> "encode_0", "kernel:0".
std::pair<std::string, std::string> SplitName(const std::string& name) {
  const size_t slash = name.find('/');
  return {name.substr(0, slash), name.substr(slash + 1) + ":0"};
}

absl::Status CheckFileName(const std::string& name) {
  if (name.empty() || name == "." || name == ".." || name.find('/') != std::string::npos ||
      name.find('\0') != std::string::npos) {
    return absl::InvalidArgumentError(fmt::format("\"{}\" cannot be the name of a file in a checkpoint", name));
  }
  return absl::OkStatus();
}

absl::Status WriteWeights(const Checkpoint& checkpoint, Hdf5File* file) {
  std::vector<std::string> layers;                        // in the order of the document
  std::map<std::string, std::vector<std::string>> names;  // layer -> "layer/weight:0"
  for (const model::WeightShape& expected : model::WeightShapes(checkpoint.config.spec)) {
    const auto [layer, weight] = SplitName(expected.name);
    if (!names.contains(layer)) layers.push_back(layer);
    names[layer].push_back(layer + "/" + weight);
    const model::WeightTensor& tensor = checkpoint.weights.at(expected.name);
    TIQU_RETURN_IF_ERROR(file->WriteFloats("/" + layer + "/" + layer + "/" + weight, tensor.shape, tensor.values));
  }
  for (const std::string& layer : layers) {
    TIQU_RETURN_IF_ERROR(file->WriteStrings("/" + layer, "weight_names", names[layer]));
  }
  return file->WriteStrings("/", "layer_names", layers);
}

absl::StatusOr<model::WeightMap> ReadWeights(const Hdf5File& file) {
  model::WeightMap weights;
  TIQU_ASSIGN_OR_RETURN(const std::vector<std::string> layers, file.ReadStrings("/", "layer_names"));
  for (const std::string& layer : layers) {
    TIQU_ASSIGN_OR_RETURN(const std::vector<std::string> names, file.ReadStrings("/" + layer, "weight_names"));
    for (const std::string& name : names) {
      TIQU_ASSIGN_OR_RETURN(model::WeightTensor weight, file.ReadFloats("/" + layer + "/" + name));
      const std::string plain = name.ends_with(":0") ? name.substr(0, name.size() - 2) : name;
      weights.insert_or_assign(plain, std::move(weight));
    }
  }
  return weights;
}

absl::StatusOr<std::string> EncodeLocked(const Checkpoint& checkpoint) {
  const std::lock_guard<std::mutex> lock(Hdf5Mutex());
  TIQU_ASSIGN_OR_RETURN(Hdf5File file, Hdf5File::Create(kSealBytes));
  TIQU_RETURN_IF_ERROR(WriteWeights(checkpoint, &file));
  TIQU_RETURN_IF_ERROR(file.WriteBytes(kConfigPath, checkpoint.config.ToJson().dump()));
  TIQU_RETURN_IF_ERROR(file.MakeGroup(kFilesPath));
  for (const auto& [name, bytes] : checkpoint.files) {
    TIQU_RETURN_IF_ERROR(file.WriteBytes(fmt::format("{}/{}", kFilesPath, name), bytes));
  }
  return std::move(file).TakeImage();
}

absl::StatusOr<Checkpoint> DecodeLocked(std::string_view bytes) {
  const std::lock_guard<std::mutex> lock(Hdf5Mutex());
  TIQU_ASSIGN_OR_RETURN(const Hdf5File file, Hdf5File::Open(bytes));
  Checkpoint checkpoint;
  TIQU_ASSIGN_OR_RETURN(const std::string config, file.ReadBytes(kConfigPath));
  TIQU_ASSIGN_OR_RETURN(checkpoint.config, model::ModelConfig::Parse(config));
  TIQU_ASSIGN_OR_RETURN(checkpoint.weights, ReadWeights(file));
  TIQU_ASSIGN_OR_RETURN(const std::vector<std::string> names, file.List(kFilesPath));
  for (const std::string& name : names) {
    TIQU_ASSIGN_OR_RETURN(checkpoint.files[name], file.ReadBytes(fmt::format("{}/{}", kFilesPath, name)));
  }
  return checkpoint;
}

}  // namespace

absl::StatusOr<std::string> Encode(const Checkpoint& checkpoint) {
  TIQU_RETURN_IF_ERROR(checkpoint.config.spec.Validate());
  TIQU_RETURN_IF_ERROR(model::CheckWeights(checkpoint.config.spec, checkpoint.weights));
  for (const auto& [name, bytes] : checkpoint.files) TIQU_RETURN_IF_ERROR(CheckFileName(name));
  TIQU_ASSIGN_OR_RETURN(const std::string image, EncodeLocked(checkpoint));
  return MakeSeal(image) + image;
}

absl::StatusOr<Checkpoint> Decode(std::string_view bytes) {
  TIQU_RETURN_IF_ERROR(CheckSeal(bytes));
  TIQU_ASSIGN_OR_RETURN(Checkpoint checkpoint, DecodeLocked(bytes));
  TIQU_RETURN_IF_ERROR(model::CheckWeights(checkpoint.config.spec, checkpoint.weights));
  return checkpoint;
}

absl::Status Save(const Checkpoint& checkpoint, const std::string& path) {
  absl::StatusOr<std::string> bytes = Encode(checkpoint);
  if (!bytes.ok()) return Annotate(bytes.status(), path);
  return WriteFileAtomically(path, *bytes);
}

absl::StatusOr<Checkpoint> Load(const std::string& path) {
  TIQU_ASSIGN_OR_RETURN(const std::string bytes, ReadFile(path));
  absl::StatusOr<Checkpoint> checkpoint = Decode(bytes);
  if (!checkpoint.ok()) return Annotate(checkpoint.status(), path);
  return checkpoint;
}

}  // namespace tiqu::checkpoint
