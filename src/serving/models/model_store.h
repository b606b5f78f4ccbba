// The models of a server: finds versions below base paths, loads and unloads them, and hands them out.
//
//   TIQU_ASSIGN_OR_RETURN(auto store, ModelStore::Start(SingleModelConfig("qa", "/models/qa"), {.loader = loader}));
//   TIQU_RETURN_IF_ERROR(store->WaitUntilServing());
//   TIQU_ASSIGN_OR_RETURN(ServableHandle servable, store->Find(spec));
//
// One thread watches the folders and takes all decisions (model_versions.h); loads run on threads of their own. A
// lookup waits for neither. What a version goes through and when: "Lifecycle" in docs/serving.md.
//
// Thread safety: every method may be called from any number of threads; Stop and the destructor once.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "serving/models/model_registry.h"
#include "serving/models/model_versions.h"
#include "serving/models/servable_loader.h"

namespace tiqu::serving {

struct ModelStoreOptions {
  std::shared_ptr<ServableLoader> loader;
  absl::Duration poll_interval = absl::Seconds(1);  // 0: once after each new configuration; negative: never
  // A version that appears while the server runs is not touched before nobody has written to it for this long.
  absl::Duration settle_time = absl::Milliseconds(500);
  int load_threads = 0;  // 0: one a core
  VersionOptions versions;
  // New labels may stand for versions that are not available.
  bool allow_labels_for_unavailable = false;
  // Read anew that often, once the server serves; a file that cannot be used changes nothing. 0: never.
  std::string config_file;
  absl::Duration config_poll_interval = absl::ZeroDuration();
  // Called for each event, one at a time, from the thread that watches; not to wait in. The store itself logs none.
  std::function<void(const VersionEvent&)> on_event = nullptr;
};

class ModelStore : public ModelRegistry {
 public:
  // Begins to load. Errors: INVALID_ARGUMENT (server_config.h); nothing has been started then.
  static absl::StatusOr<std::unique_ptr<ModelStore>> Start(const pb::ModelServerConfig& config,
                                                           ModelStoreOptions options);
  ~ModelStore() override;

  // Returns when every configured model has a version available and the labels are set: ports may be opened. A model
  // without any version is waited for. `stop` is asked several times a second. Errors: UNKNOWN ("1 servable(s) did not
  // become available: {{name: m version: 1} due to error: ..., }"), FAILED_PRECONDITION (a label for a version that is
  // not available), CANCELLED (`stop` said so, or Stop was called).
  absl::Status WaitUntilServing(const std::function<bool()>& stop = nullptr);

  absl::StatusOr<ServableHandle> Find(const pb::ModelSpec& spec) const override;
  absl::StatusOr<std::vector<VersionStatus>> Status(const pb::ModelSpec& spec) const override;
  // A configuration without any field is no change. Errors: also those of loading a model that is new (UNKNOWN as in
  // WaitUntilServing, NOT_FOUND when its base path does not exist; the new configuration stays), CANCELLED.
  absl::Status Reload(const pb::ModelServerConfig& config) override;
  std::vector<std::string> ModelNames() const override;
  bool Ready() const override;

  // Ends the threads; what is loading is finished first. Every version is let go of; handles stay good.
  void Stop();

 private:
  class Impl;
  explicit ModelStore(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace tiqu::serving
