// The versions of one model and what becomes of each: START, LOADING, AVAILABLE, UNLOADING, END.
//
//   versions.Want({{2, {"/models/qa/2", print}}}, now);
//   for (const auto& load : versions.Step(now).loads) ...     // load it elsewhere, then versions.Loaded(...)
//
// A new version is loaded before an old one goes, and the old one stays while no wanted version is available. A load
// that fails is tried again some times; between the tries, and after them, once more whenever the files have changed.
// Nothing here waits, reads files or knows the time: the model store (model_store.h) does.
//
// Thread safety: none; the model store guards it.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "serving/models/model_registry.h"
#include "serving/models/servable.h"

namespace tiqu::serving {

// A version reached a state. `status` says why a load failed.
struct VersionEvent {
  std::string model;
  int64_t version = 0;
  pb::ModelVersionStatus::State state = pb::ModelVersionStatus::UNKNOWN;
  absl::Status status;
  absl::Duration load_time;  // of AVAILABLE: how long the load took
};

struct VersionOptions {
  int max_load_retries = 5;
  absl::Duration load_retry_interval = absl::Seconds(60);
  int kept_ended = 100;  // versions that ended, in the status of a model
};

// A version that shall be served.
struct WantedVersion {
  std::string path;
  uint64_t print = 0;   // of its files; 0: not looked at
  bool settled = true;  // false: somebody is writing it, do not begin to load it yet
};

class ModelVersions {
 public:
  struct Load {
    int64_t version = 0;
    std::string path;
  };
  struct Actions {
    std::vector<Load> loads;              // to begin; each ends with Loaded
    std::vector<ServableHandle> dropped;  // to let go of outside of all locks
    std::vector<VersionEvent> events;
    bool changed = false;  // Available() is another than before
  };

  ModelVersions(std::string name, const VersionOptions& options) : name_(std::move(name)), options_(options) {}

  // What shall be served from now on.
  void Want(const std::map<int64_t, WantedVersion>& wanted);
  Actions Step(absl::Time now);

  // A load that Step gave has begun, on files of that print.
  void Began(int64_t version, uint64_t print);
  void Loaded(int64_t version, absl::StatusOr<ServableHandle> result, absl::Duration took, absl::Time now);
  // A handle that Loaded gave is held by nobody any more.
  void Released(int64_t version);

  // Newest first.
  std::vector<VersionStatus> Statuses() const;
  std::map<int64_t, ServableHandle> Available() const;
  // No version is available, and none will be without a change of the files; false when none is wanted.
  bool Failed() const;
  // Every wanted version is available or has failed.
  bool Settled() const;
  // When Step is due at the latest, if nothing happens before.
  absl::Time NextStep() const;
  bool Busy() const;  // a load or an unload is under way
  // The folders that are served: nobody needs to look at their files.
  std::map<int64_t, std::string> Served() const;

 private:
  struct Version {
    pb::ModelVersionStatus::State state = pb::ModelVersionStatus::START;
    absl::Status status;
    std::string path;     // what is served
    std::string loads;    // what is loaded
    uint64_t print = 0;   // of the files of the last load
    bool wanted = false;  // `wish` says how
    WantedVersion wish;
    bool loading = false;    // between Step and Loaded
    bool failed = false;     // all tries are used up
    bool extra_try = false;  // this one does not count: the files have changed since the last
    int tries = 0;
    absl::Time next_try = absl::InfinitePast();
    ServableHandle handle;
    int held = 0;  // handles that are not released
    uint64_t ended = 0;
  };

  bool FilesChanged(const Version& version) const;
  bool MayUnload() const;
  void SetState(int64_t number, Version* version, pb::ModelVersionStatus::State state, absl::Duration took = {});
  void StepVersion(int64_t number, absl::Time now, Version* version, Actions* actions);
  void BeginIfDue(int64_t number, absl::Time now, Version* version, Actions* actions);
  void Fail(int64_t number, const absl::Status& status, absl::Time now, Version* version);
  void Drop(Version* version);
  void ForgetOld();

  std::string name_;
  VersionOptions options_;
  std::map<int64_t, Version> versions_;
  uint64_t ends_ = 0;
  bool changed_ = false;
  std::vector<VersionEvent> events_;
  std::vector<ServableHandle> dropped_;
};

}  // namespace tiqu::serving
