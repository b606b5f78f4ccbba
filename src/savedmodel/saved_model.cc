#include "savedmodel/saved_model.h"

#include <algorithm>
#include <filesystem>
#include <set>

#include "absl/strings/str_join.h"
#include "base/file.h"
#include "base/nesting.h"
#include "base/status.h"
#include "fmt/format.h"
#include "google/protobuf/io/tokenizer.h"
#include "google/protobuf/text_format.h"
#include "savedmodel/tensor_bundle.h"

namespace tiqu::savedmodel {
namespace {

constexpr char kVariablesPrefix[] = "/variables/variables";

// Keeps the first error for the message instead of logging it.
class FirstError : public google::protobuf::io::ErrorCollector {
 public:
  void AddError(int line, int column, const std::string& message) override {
    if (text_.empty()) text_ = fmt::format("line {}, column {}: {}", line + 1, column + 1, message);
  }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

absl::StatusOr<tensorflow::SavedModel> ParseText(const std::string& path) {
  TIQU_ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
  // The parser's own limit does not count in fields that it skips.
  if (NestsDeeperThan(text, kDeepestNesting)) {
    return absl::DataLossError(fmt::format("{} is nested deeper than the limit of {}", path, kDeepestNesting));
  }
  tensorflow::SavedModel saved_model;
  google::protobuf::TextFormat::Parser parser;
  FirstError error;
  parser.AllowUnknownField(true);
  parser.RecordErrorsTo(&error);
  if (!parser.ParseFromString(text, &saved_model)) {
    return absl::DataLossError(fmt::format("{} is not the text form of a SavedModel: {}", path, error.text()));
  }
  return saved_model;
}

bool HasTags(const tensorflow::MetaGraphDef& meta_graph, const std::set<std::string>& wanted) {
  const auto& tags = meta_graph.meta_info_def().tags();
  return std::set<std::string>(tags.begin(), tags.end()) == wanted;
}

absl::Status NoSuchTags(const tensorflow::SavedModel& saved_model, const std::string& version_dir,
                        const std::vector<std::string>& tags) {
  std::string present;
  for (const auto& meta_graph : saved_model.meta_graphs()) {
    if (!present.empty()) present += ", ";
    present += fmt::format("{{ {} }}", absl::StrJoin(meta_graph.meta_info_def().tags(), ", "));
  }
  return absl::NotFoundError(
      fmt::format("Could not find meta graph def matching supplied tags: {{ {} }}; {} has meta graphs with {}",
                  absl::StrJoin(tags, ", "), version_dir, present.empty() ? "no tags" : present));
}

bool HasVariables(const tensorflow::GraphDef& graph) {
  return std::any_of(graph.node().begin(), graph.node().end(), [](const tensorflow::NodeDef& node) {
    return node.op() == "VariableV2" || node.op() == "Variable" || node.op() == "VarHandleOp";
  });
}

// The number a version folder's name stands for; -1 when the name is not one (TensorFlow Serving allows leading zeros).
int64_t VersionNumber(const std::string& name) {
  if (name.empty() || name.size() > 18 ||
      !std::all_of(name.begin(), name.end(), [](char c) { return c >= '0' && c <= '9'; })) {
    return -1;
  }
  return std::stoll(name);
}

bool HasSavedModel(const std::string& dir) {
  return FileExists(dir + "/saved_model.pb") || FileExists(dir + "/saved_model.pbtxt");
}

// A plain file name: what leaves the folder or makes sub-folders would write or read elsewhere.
absl::Status CheckFileName(const std::string& name) {
  if (name.empty() || name == "." || name == ".." ||
      name.find_first_of(std::string_view("/\0", 2)) != std::string::npos) {
    return absl::InvalidArgumentError(fmt::format("'{}' is not a plain file name", name));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> ReadFrom(const std::string& version_dir, const char* folder, const std::string& name) {
  TIQU_RETURN_IF_ERROR(CheckFileName(name));
  return ReadFile(fmt::format("{}/{}/{}", version_dir, folder, name));
}

}  // namespace

absl::StatusOr<tensorflow::SavedModel> ReadSavedModelProto(const std::string& version_dir) {
  const std::string path = version_dir + "/saved_model.pb";
  if (!FileExists(path)) {
    if (FileExists(path + "txt")) return ParseText(path + "txt");
    return absl::NotFoundError(fmt::format("there is no saved_model.pb in {}", version_dir));
  }
  TIQU_ASSIGN_OR_RETURN(const std::string bytes, ReadFile(path));
  tensorflow::SavedModel saved_model;
  // No bytes at all are a message without fields, and what a full disk leaves.
  if (bytes.empty() || !saved_model.ParseFromString(bytes)) {
    return absl::DataLossError(fmt::format("{} is damaged or not a SavedModel", path));
  }
  return saved_model;
}

absl::StatusOr<LoadedSavedModel> ReadSavedModel(const std::string& version_dir, const std::vector<std::string>& tags) {
  TIQU_ASSIGN_OR_RETURN(tensorflow::SavedModel saved_model, ReadSavedModelProto(version_dir));
  auto& meta_graphs = *saved_model.mutable_meta_graphs();
  const std::set<std::string> wanted(tags.begin(), tags.end());
  const auto served = std::find_if(meta_graphs.begin(), meta_graphs.end(),
                                   [&wanted](const auto& meta_graph) { return HasTags(meta_graph, wanted); });
  if (served == meta_graphs.end()) return NoSuchTags(saved_model, version_dir, tags);
  LoadedSavedModel loaded;
  loaded.meta_graph.Swap(&*served);
  const std::string prefix = version_dir + kVariablesPrefix;
  if (FileExists(prefix + ".index")) {
    TIQU_ASSIGN_OR_RETURN(loaded.variables, ReadTensorBundle(prefix));
  } else if (HasVariables(loaded.meta_graph.graph_def())) {
    return absl::DataLossError(fmt::format("{}.index is missing", prefix));
  }
  return loaded;
}

absl::StatusOr<std::string> ReadAsset(const std::string& version_dir, const std::string& name) {
  return ReadFrom(version_dir, "assets", name);
}

absl::StatusOr<std::string> ReadExtra(const std::string& version_dir, const std::string& name) {
  return ReadFrom(version_dir, "assets.extra", name);
}

absl::StatusOr<std::string> ResolveVersionDir(const std::string& model_dir) {
  if (HasSavedModel(model_dir)) return model_dir;
  std::error_code error;
  std::string best;
  int64_t best_version = -1;
  for (std::filesystem::directory_iterator entry(model_dir, error), end; !error && entry != end;
       entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    const int64_t version = VersionNumber(name);
    if (version <= best_version || !HasSavedModel(entry->path().string())) continue;
    best = entry->path().string();
    best_version = version;
  }
  if (error) return absl::NotFoundError(fmt::format("cannot read folder {}: {}", model_dir, error.message()));
  if (best_version < 0) {
    return absl::NotFoundError(
        fmt::format("{} is not a SavedModel and has no numbered sub-folder that holds one", model_dir));
  }
  return best;
}

}  // namespace tiqu::savedmodel
