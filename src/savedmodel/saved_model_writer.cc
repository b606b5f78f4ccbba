#include "base/file.h"
#include "base/status.h"
#include "fmt/format.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"
#include "savedmodel/saved_model.h"
#include "savedmodel/tensor_bundle.h"

namespace tiqu::savedmodel {
namespace {

constexpr size_t kMaxProtoBytes = size_t{1} << 30;  // older TensorFlow refuses a larger saved_model.pb

// The same message gives the same bytes: maps are written in the order of their keys.
absl::StatusOr<std::string> SerializeDeterministically(const tensorflow::SavedModel& saved_model) {
  if (saved_model.ByteSizeLong() > kMaxProtoBytes) {
    return absl::InvalidArgumentError(fmt::format("the graph takes {} bytes, TensorFlow reads at most {}",
                                                  saved_model.ByteSizeLong(), kMaxProtoBytes));
  }
  std::string bytes;
  {
    google::protobuf::io::StringOutputStream stream(&bytes);
    google::protobuf::io::CodedOutputStream coded(&stream);
    coded.SetSerializationDeterministic(true);
    if (!saved_model.SerializeToCodedStream(&coded)) return absl::InternalError("cannot serialise the graph");
  }
  return bytes;
}

absl::Status WriteFolder(const std::string& folder, const std::map<std::string, std::string>& files) {
  if (files.empty()) return absl::OkStatus();
  TIQU_RETURN_IF_ERROR(MakeDirectories(folder));
  for (const auto& [name, bytes] : files) {
    if (name.empty() || name.find('/') != std::string::npos || name == "." || name == "..") {
      return absl::InvalidArgumentError(fmt::format("'{}' is not a plain file name", name));
    }
    TIQU_RETURN_IF_ERROR(WriteFileAtomically(folder + "/" + name, bytes));
  }
  return absl::OkStatus();
}

absl::Status WriteVariables(const std::string& folder, const model::WeightMap& weights) {
  if (weights.empty()) return absl::OkStatus();
  std::map<std::string, BundleTensor> tensors;
  for (const auto& [name, weight] : weights) {
    const auto* bytes = reinterpret_cast<const char*>(weight.values.data());
    tensors[name] = {DataType::kFloat, weight.shape, {bytes, weight.values.size() * sizeof(float)}, nullptr};
  }
  TIQU_RETURN_IF_ERROR(MakeDirectories(folder));
  return WriteTensorBundle(folder + "/variables", tensors);
}

}  // namespace

absl::Status WriteSavedModel(const SavedModelContents& contents, const std::string& base_dir, int64_t version) {
  if (version < 0) return absl::InvalidArgumentError(fmt::format("version {} is negative", version));
  tensorflow::SavedModel saved_model;
  saved_model.set_saved_model_schema_version(1);
  *saved_model.add_meta_graphs() = contents.meta_graph;
  TIQU_ASSIGN_OR_RETURN(const std::string bytes, SerializeDeterministically(saved_model));

  TIQU_RETURN_IF_ERROR(MakeDirectories(base_dir));
  TIQU_ASSIGN_OR_RETURN(AtomicDirectory folder, AtomicDirectory::Create(fmt::format("{}/{}", base_dir, version)));
  TIQU_RETURN_IF_ERROR(WriteVariables(folder.path() + "/variables", contents.variables));
  TIQU_RETURN_IF_ERROR(WriteFolder(folder.path() + "/assets", contents.assets));
  TIQU_RETURN_IF_ERROR(WriteFolder(folder.path() + "/assets.extra", contents.extra));
  TIQU_RETURN_IF_ERROR(WriteFileAtomically(folder.path() + "/saved_model.pb", bytes));
  return folder.Commit();
}

}  // namespace tiqu::savedmodel
