// What the model store knows of its models: the configuration, the versions of each, the labels. It decides; the store
// reads the folders, loads and publishes.
//
// Thread safety: none; the model store guards it. ReadFolder is a free function.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "serving/models/model_store.h"
#include "serving/models/model_versions.h"
#include "serving/models/servable_map.h"
#include "serving/models/server_config.h"

namespace tiqu::serving {

// A look at a model's base path.
struct FolderPoll {
  std::string model;
  uint64_t revision = 0;  // of the model's configuration
  pb::ModelConfig config;
  bool first = false;                     // by this configuration: versions are taken as they lie
  std::map<int64_t, std::string> served;  // versions and their folders that need no second look

  absl::Status status;  // what came of it
  std::map<int64_t, WantedVersion> wanted;
};
void ReadFolder(absl::Duration settle_time, FolderPoll* poll);

class StoreModels {
 public:
  struct Actions {
    std::vector<std::pair<std::string, ModelVersions::Load>> loads;
    std::vector<ServableHandle> dropped;
    std::vector<VersionEvent> events;
    std::shared_ptr<const ServableMap> map;  // null: as before
    absl::Time next;                         // when to poll or step again
  };
  struct Progress {
    bool done = false;
    absl::Status status;
  };

  explicit StoreModels(const ModelStoreOptions& options);

  ModelConfigs Configs() const;
  std::vector<std::string> ConfiguredNames() const;
  absl::StatusOr<std::vector<VersionStatus>> Statuses(const pb::ModelSpec& spec) const;

  // Errors: FAILED_PRECONDITION (a label for a version that is not available).
  absl::Status CheckLabels(const ModelConfigs& configs) const;
  // Replaces the configuration. Gives the names that were not configured before.
  std::vector<std::string> Apply(const ModelConfigs& configs);
  void LabelsAreKnown() { labels_known_ = true; }

  std::vector<FolderPoll> DuePolls(absl::Time now);
  void Polled(const FolderPoll& poll, absl::Time now);
  Actions Step(absl::Time now);
  void Began(const std::string& model, int64_t version, uint64_t print);
  void Loaded(const std::string& model, int64_t version, absl::StatusOr<ServableHandle> result, absl::Duration took,
              absl::Time now);
  void Released(const std::string& model, int64_t version);

  // Whether each of the models has a version available; `starts`: and its labels stand for available versions.
  Progress ProgressOf(const std::vector<std::string>& names, bool starts) const;
  std::shared_ptr<const ServableMap> MakeMap() const;
  std::vector<ServableHandle> DropAll();

 private:
  struct Model {
    Model(const std::string& name, const VersionOptions& options) : versions(name, options) {}
    bool configured = false;
    pb::ModelConfig config;
    uint64_t revision = 0;
    bool poll_now = false;
    absl::Status poll_status;
    std::string note;  // what was last logged of its folder
    ModelVersions versions;
  };

  Model* Find(const std::string& name);
  bool LabelIsGood(const std::string& model, const std::string& label, int64_t version, bool starts) const;
  void Note(Model* model, std::string text);
  void ForgetModels();

  const VersionOptions version_options_;
  const absl::Duration poll_interval_;
  const absl::Duration settle_time_;
  const bool any_labels_;
  std::map<std::string, Model> models_;  // those of the past, too: their versions stay in the status
  absl::Time next_poll_ = absl::InfinitePast();
  uint64_t revisions_ = 0;
  bool labels_known_ = false;
};

}  // namespace tiqu::serving
