#include "serving/models/model_store.h"

#include <malloc.h>

#include <algorithm>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>
#include <utility>

#include "base/status.h"
#include "fmt/format.h"
#include "serving/models/config_watcher.h"
#include "serving/models/load_pool.h"
#include "serving/models/release_bell.h"
#include "serving/models/servable_map.h"
#include "serving/models/server_config.h"
#include "serving/models/store_models.h"
#include "serving/models/version_folders.h"

namespace tiqu::serving {
namespace {

constexpr absl::Duration kStopCheckInterval = absl::Milliseconds(100);

}  // namespace

class ModelStore::Impl {
 public:
  explicit Impl(ModelStoreOptions options) : options_(std::move(options)), models_(options_) {}

  absl::Status Start(const pb::ModelServerConfig& config);
  absl::Status Wait(const std::vector<std::string>& names, bool starts, const std::function<bool()>& stop);
  absl::Status WaitUntilServing(const std::function<bool()>& stop);
  absl::Status Reload(const pb::ModelServerConfig& config, bool wait);
  std::shared_ptr<const ServableMap> map() const {
    const std::lock_guard<std::mutex> lock(map_mutex_);
    return map_;
  }
  absl::StatusOr<std::vector<VersionStatus>> Status(const pb::ModelSpec& spec) const {
    const std::lock_guard<std::mutex> lock(mutex_);
    return models_.Statuses(spec);
  }
  std::vector<std::string> ModelNames() const {
    const std::lock_guard<std::mutex> lock(mutex_);
    return models_.ConfiguredNames();
  }
  void Stop();

 private:
  void Watch();
  void PollFolders();
  absl::Time Advance();
  void Publish(std::shared_ptr<const ServableMap> map);
  void Load(const std::string& model, const ModelVersions::Load& load);
  absl::StatusOr<std::unique_ptr<const Servable>> LoadWhole(const std::string& model, const ModelVersions::Load& load,
                                                            uint64_t print);

  const ModelStoreOptions options_;
  const std::shared_ptr<ReleaseBell> bell_ = std::make_shared<ReleaseBell>();

  mutable std::mutex mutex_;  // guards what follows
  std::condition_variable advanced_;
  StoreModels models_;
  bool stopping_ = false;

  mutable std::mutex map_mutex_;
  std::shared_ptr<const ServableMap> map_ = std::make_shared<ServableMap>();

  std::unique_ptr<LoadPool> pool_;
  std::thread watcher_;
  std::unique_ptr<ConfigWatcher> config_watcher_;
};

absl::Status ModelStore::Impl::Start(const pb::ModelServerConfig& config) {
  TIQU_ASSIGN_OR_RETURN(const ModelConfigs checked, CheckServerConfig(config, {}));
  models_.Apply(checked);
  const int cores = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  pool_ = std::make_unique<LoadPool>(options_.load_threads > 0 ? options_.load_threads : cores);
  watcher_ = std::thread([this] { Watch(); });
  return absl::OkStatus();
}

void ModelStore::Impl::Watch() {
  for (;;) {
    PollFolders();
    const absl::Time next = Advance();
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      if (stopping_) return;
    }
    bell_->Wait(next);
  }
}

// Folders may be slow: nothing is locked while they are read.
void ModelStore::Impl::PollFolders() {
  std::vector<FolderPoll> polls;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    polls = models_.DuePolls(absl::Now());
  }
  for (FolderPoll& poll : polls) ReadFolder(options_.settle_time, &poll);
  const std::lock_guard<std::mutex> lock(mutex_);
  for (const FolderPoll& poll : polls) models_.Polled(poll, absl::Now());
}

absl::Time ModelStore::Impl::Advance() {
  std::vector<std::pair<std::string, int64_t>> gone;
  {
    ReleaseBell::Released released = bell_->Take();
    for (const auto& servable : released) gone.emplace_back(servable->model_name(), servable->version());
  }
  if (!gone.empty()) malloc_trim(0);  // else the memory of a large model stays with the process
  StoreModels::Actions actions;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    for (const auto& [model, version] : gone) models_.Released(model, version);
    actions = models_.Step(absl::Now());
    if (actions.map != nullptr) Publish(std::move(actions.map));
    for (auto& [model, load] : actions.loads) {
      pool_->Add([this, model = model, load = load] { Load(model, load); });
    }
  }
  actions.dropped.clear();
  for (const VersionEvent& event : actions.events) {
    if (options_.on_event) options_.on_event(event);
  }
  advanced_.notify_all();
  return actions.next;
}

void ModelStore::Impl::Publish(std::shared_ptr<const ServableMap> map) {
  const std::lock_guard<std::mutex> lock(map_mutex_);
  map_.swap(map);  // the old one goes after the lock
}

absl::StatusOr<std::unique_ptr<const Servable>> ModelStore::Impl::LoadWhole(const std::string& model,
                                                                            const ModelVersions::Load& load,
                                                                            uint64_t print) {
  try {
    TIQU_ASSIGN_OR_RETURN(auto servable, options_.loader->Load(model, load.version, load.path));
    if (PrintFolder(load.path).value == print) return servable;
    return absl::UnavailableError(fmt::format("{} changed while it was loaded", load.path));
  } catch (const std::exception& error) {
    return absl::ResourceExhaustedError(fmt::format("loading {} failed: {}", load.path, error.what()));
  }
}

void ModelStore::Impl::Load(const std::string& model, const ModelVersions::Load& load) {
  const uint64_t print = PrintFolder(load.path).value;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    models_.Began(model, load.version, print);
  }
  bell_->Ring();
  const absl::Time begin = absl::Now();
  absl::StatusOr<std::unique_ptr<const Servable>> servable = LoadWhole(model, load, print);
  absl::StatusOr<ServableHandle> handle = nullptr;
  if (servable.ok()) {
    handle = bell_->Lend(*std::move(servable));
  } else {
    handle = servable.status();
  }
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    models_.Loaded(model, load.version, std::move(handle), absl::Now() - begin, absl::Now());
    Publish(models_.MakeMap());  // what the status calls available can be found
  }
  bell_->Ring();
}

absl::Status ModelStore::Impl::Wait(const std::vector<std::string>& names, bool starts,
                                    const std::function<bool()>& stop) {
  std::unique_lock<std::mutex> lock(mutex_);
  for (;;) {
    if (stopping_) return absl::CancelledError("the model store is stopped");
    const StoreModels::Progress progress = models_.ProgressOf(names, starts);
    if (progress.done) return progress.status;
    if (stop) {
      lock.unlock();
      const bool stopped = stop();
      lock.lock();
      if (stopped) return absl::CancelledError("stopped before every model was available");
    }
    advanced_.wait_for(lock, absl::ToChronoMilliseconds(kStopCheckInterval));
  }
}

absl::Status ModelStore::Impl::WaitUntilServing(const std::function<bool()>& stop) {
  TIQU_RETURN_IF_ERROR(Wait(ModelNames(), true, stop));
  const std::lock_guard<std::mutex> lock(mutex_);
  models_.LabelsAreKnown();
  Publish(models_.MakeMap());
  if (options_.config_file.empty() || options_.config_poll_interval <= absl::ZeroDuration()) return absl::OkStatus();
  if (config_watcher_ != nullptr || stopping_) return absl::OkStatus();
  config_watcher_ =
      std::make_unique<ConfigWatcher>(options_.config_file, options_.config_poll_interval,
                                      [this](const pb::ModelServerConfig& config) { return Reload(config, false); });
  return absl::OkStatus();
}

absl::Status ModelStore::Impl::Reload(const pb::ModelServerConfig& config, bool wait) {
  if (config.config_case() == pb::ModelServerConfig::CONFIG_NOT_SET) return absl::OkStatus();
  std::vector<std::string> added;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    TIQU_ASSIGN_OR_RETURN(const ModelConfigs checked, CheckServerConfig(config, models_.Configs()));
    TIQU_RETURN_IF_ERROR(models_.CheckLabels(checked));
    added = models_.Apply(checked);
    Publish(models_.MakeMap());
  }
  bell_->Ring();
  return wait ? Wait(added, false, nullptr) : absl::OkStatus();
}

void ModelStore::Impl::Stop() {
  std::unique_ptr<ConfigWatcher> config_watcher;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    stopping_ = true;
    config_watcher.swap(config_watcher_);
  }
  config_watcher.reset();
  advanced_.notify_all();
  bell_->Ring();
  if (watcher_.joinable()) watcher_.join();
  pool_.reset();
  bell_->Close();
  bell_->Take().clear();
  Publish(std::make_shared<ServableMap>());
  std::vector<ServableHandle> dropped;
  const std::lock_guard<std::mutex> lock(mutex_);
  dropped = models_.DropAll();
}

ModelStore::ModelStore(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

ModelStore::~ModelStore() { Stop(); }

absl::StatusOr<std::unique_ptr<ModelStore>> ModelStore::Start(const pb::ModelServerConfig& config,
                                                              ModelStoreOptions options) {
  auto impl = std::make_unique<Impl>(std::move(options));
  TIQU_RETURN_IF_ERROR(impl->Start(config));
  return std::unique_ptr<ModelStore>(new ModelStore(std::move(impl)));
}

absl::Status ModelStore::WaitUntilServing(const std::function<bool()>& stop) { return impl_->WaitUntilServing(stop); }

absl::StatusOr<ServableHandle> ModelStore::Find(const pb::ModelSpec& spec) const { return impl_->map()->Find(spec); }

absl::StatusOr<std::vector<VersionStatus>> ModelStore::Status(const pb::ModelSpec& spec) const {
  return impl_->Status(spec);
}

absl::Status ModelStore::Reload(const pb::ModelServerConfig& config) { return impl_->Reload(config, true); }

std::vector<std::string> ModelStore::ModelNames() const { return impl_->ModelNames(); }

bool ModelStore::Ready() const {
  const std::shared_ptr<const ServableMap> map = impl_->map();
  const std::vector<std::string> names = impl_->ModelNames();
  return std::all_of(names.begin(), names.end(), [&map](const std::string& name) {
    const auto model = map->models.find(name);
    return model != map->models.end() && !model->second.versions.empty();
  });
}

void ModelStore::Stop() { impl_->Stop(); }

}  // namespace tiqu::serving
