#include "serving/models/store_models.h"

#include <algorithm>

#include "absl/time/clock.h"
#include "base/log.h"
#include "base/status.h"
#include "fmt/format.h"
#include "serving/models/version_folders.h"

namespace tiqu::serving {
namespace {

constexpr size_t kMostModelsKept = 1000;

absl::Status NotAssignable(const std::string& model, const std::string& label, int64_t version) {
  return absl::FailedPreconditionError(
      fmt::format("Request to assign label to version {} of model {}, which is not currently available for inference "
                  "(the label is {})",
                  version, model, label));
}

std::string MissingVersions(const FolderPoll& poll) {
  std::string missing;
  for (const int64_t version : poll.config.model_version_policy().specific().versions()) {
    if (!poll.wanted.contains(version)) missing += fmt::format("{}{}", missing.empty() ? "" : ", ", version);
  }
  return missing;
}

}  // namespace

void ReadFolder(absl::Duration settle_time, FolderPoll* poll) {
  const auto versions = ListVersions(poll->config.base_path());
  poll->status = versions.status();
  if (!versions.ok()) return;
  for (const auto& [number, path] : ChooseVersions(*versions, poll->config.model_version_policy())) {
    WantedVersion& wanted = poll->wanted[number];
    wanted.path = path;
    const auto served = poll->served.find(number);
    if (served != poll->served.end() && served->second == path) continue;
    const FolderPrint print = PrintFolder(path);
    const absl::Duration age = absl::Now() - print.newest;
    wanted.print = print.value;
    wanted.settled = poll->first || age >= settle_time || age < absl::ZeroDuration();
  }
}

StoreModels::StoreModels(const ModelStoreOptions& options)
    : version_options_(options.versions),
      poll_interval_(options.poll_interval),
      settle_time_(options.settle_time),
      any_labels_(options.allow_labels_for_unavailable) {}

StoreModels::Model* StoreModels::Find(const std::string& name) {
  const auto found = models_.find(name);
  return found == models_.end() ? nullptr : &found->second;
}

ModelConfigs StoreModels::Configs() const {
  ModelConfigs configs;
  for (const auto& [name, model] : models_) {
    if (model.configured) configs.emplace(name, model.config);
  }
  return configs;
}

std::vector<std::string> StoreModels::ConfiguredNames() const {
  std::vector<std::string> names;
  for (const auto& [name, model] : models_) {
    if (model.configured) names.push_back(name);
  }
  return names;
}

absl::StatusOr<std::vector<VersionStatus>> StoreModels::Statuses(const pb::ModelSpec& spec) const {
  if (spec.name().empty()) return absl::InvalidArgumentError("ModelSpec has no name specified.");
  const auto model = models_.find(spec.name());
  std::vector<VersionStatus> statuses;
  if (model != models_.end()) statuses = model->second.versions.Statuses();
  if (spec.has_version()) {
    const int64_t version = spec.version().value();
    std::erase_if(statuses, [version](const VersionStatus& status) { return status.version != version; });
    if (statuses.empty()) {
      return absl::NotFoundError(fmt::format("Could not find version {} of model {}", version, spec.name()));
    }
  }
  if (statuses.empty()) {
    return absl::NotFoundError(fmt::format("Could not find any versions of model {}", spec.name()));
  }
  return statuses;
}

bool StoreModels::LabelIsGood(const std::string& name, const std::string& label, int64_t version, bool starts) const {
  const auto model = models_.find(name);
  if (model == models_.end()) return any_labels_;
  if (model->second.versions.Available().contains(version)) return true;
  if (!any_labels_) return false;
  // A label that is in use must not be moved to where nothing is served.
  const auto& labels = model->second.config.version_labels();
  const auto assigned = labels.find(label);
  return starts || !model->second.configured || assigned == labels.end() || assigned->second == version;
}

absl::Status StoreModels::CheckLabels(const ModelConfigs& configs) const {
  for (const auto& [name, config] : configs) {
    for (const auto& [label, version] : config.version_labels()) {
      if (!LabelIsGood(name, label, version, false)) return NotAssignable(name, label, version);
    }
  }
  return absl::OkStatus();
}

std::vector<std::string> StoreModels::Apply(const ModelConfigs& configs) {
  std::vector<std::string> added;
  for (auto& [name, model] : models_) {
    if (!model.configured || configs.contains(name)) continue;
    model.configured = false;
    model.config.Clear();
    model.revision = ++revisions_;
    model.versions.Want({});
  }
  for (const auto& [name, config] : configs) {
    Model& model = models_.try_emplace(name, name, version_options_).first->second;
    if (!model.configured) added.push_back(name);
    const bool same_folder =
        model.configured && model.config.base_path() == config.base_path() &&
        model.config.model_version_policy().SerializeAsString() == config.model_version_policy().SerializeAsString();
    model.configured = true;
    model.config = config;
    if (same_folder) continue;
    model.revision = ++revisions_;
    model.poll_now = true;
    model.poll_status = absl::OkStatus();
    model.note.clear();
  }
  ForgetModels();
  return added;
}

void StoreModels::ForgetModels() {
  for (auto model = models_.begin(); model != models_.end() && models_.size() > kMostModelsKept;) {
    const bool gone = !model->second.configured && !model->second.versions.Busy();
    model = gone ? models_.erase(model) : std::next(model);
  }
}

std::vector<FolderPoll> StoreModels::DuePolls(absl::Time now) {
  std::vector<FolderPoll> polls;
  if (poll_interval_ < absl::ZeroDuration()) return polls;
  const bool all = poll_interval_ > absl::ZeroDuration() && now >= next_poll_;
  if (all) next_poll_ = now + poll_interval_;
  for (auto& [name, model] : models_) {
    if (!model.configured || !(all || model.poll_now)) continue;
    FolderPoll& poll = polls.emplace_back();
    poll.model = name;
    poll.revision = model.revision;
    poll.config = model.config;
    poll.first = std::exchange(model.poll_now, false);
    poll.served = model.versions.Served();
  }
  return polls;
}

void StoreModels::Note(Model* model, std::string text) {
  if (model->note == text) return;
  if (!text.empty()) TIQU_LOG_WARNING("{}", text);
  model->note = std::move(text);
}

void StoreModels::Polled(const FolderPoll& poll, absl::Time now) {
  Model* model = Find(poll.model);
  if (model == nullptr || !model->configured || model->revision != poll.revision) return;
  model->poll_status = Annotate(poll.status, fmt::format("servable {}", poll.model));
  if (!poll.status.ok()) {  // the folder may come back: nothing is unloaded
    Note(model, std::string(model->poll_status.message()));
    return;
  }
  model->versions.Want(poll.wanted);
  const std::string missing = MissingVersions(poll);
  if (poll.wanted.empty()) {
    Note(model,
         fmt::format("No versions of servable {} found under base path {}", poll.model, poll.config.base_path()));
  } else if (!missing.empty()) {
    Note(model, fmt::format("servable {}: of the versions that its policy asks for, {} cannot be found under base path "
                            "{}",
                            poll.model, missing, poll.config.base_path()));
  } else {
    Note(model, "");
  }
  const bool settled =
      std::all_of(poll.wanted.begin(), poll.wanted.end(), [](const auto& wanted) { return wanted.second.settled; });
  if (!settled) next_poll_ = std::min(next_poll_, now + settle_time_);
}

StoreModels::Actions StoreModels::Step(absl::Time now) {
  Actions actions;
  bool changed = false;
  bool poll_now = false;
  actions.next = poll_interval_ > absl::ZeroDuration() ? next_poll_ : absl::InfiniteFuture();
  for (auto& [name, model] : models_) {
    ModelVersions::Actions step = model.versions.Step(now);
    for (ModelVersions::Load& load : step.loads) actions.loads.emplace_back(name, std::move(load));
    std::move(step.dropped.begin(), step.dropped.end(), std::back_inserter(actions.dropped));
    std::move(step.events.begin(), step.events.end(), std::back_inserter(actions.events));
    changed = changed || step.changed;
    poll_now = poll_now || (model.poll_now && poll_interval_ >= absl::ZeroDuration());
    actions.next = std::min(actions.next, model.versions.NextStep());
  }
  if (changed) actions.map = MakeMap();
  if (poll_now) actions.next = now;
  return actions;
}

void StoreModels::Began(const std::string& model, int64_t version, uint64_t print) {
  if (Model* found = Find(model)) found->versions.Began(version, print);
}

void StoreModels::Loaded(const std::string& model, int64_t version, absl::StatusOr<ServableHandle> result,
                         absl::Duration took, absl::Time now) {
  if (Model* found = Find(model)) found->versions.Loaded(version, std::move(result), took, now);
}

void StoreModels::Released(const std::string& model, int64_t version) {
  if (Model* found = Find(model)) found->versions.Released(version);
}

StoreModels::Progress StoreModels::ProgressOf(const std::vector<std::string>& names, bool starts) const {
  bool waiting = false;
  int failed = 0;
  std::string errors;
  for (const std::string& name : names) {
    const auto found = models_.find(name);
    if (found == models_.end() || !found->second.configured) continue;
    const Model& model = found->second;
    if (model.versions.Failed()) {
      for (const VersionStatus& version : model.versions.Statuses()) {
        if (version.status.ok()) continue;
        ++failed;
        errors += fmt::format("{{name: {} version: {}}} due to error: {}, ", name, version.version,
                              version.status.ToString());
      }
      continue;
    }
    const bool available = !model.versions.Available().empty();
    if (!available && !starts && !model.poll_status.ok()) return {true, model.poll_status};
    waiting = waiting || !available;
    if (!starts || !available) continue;
    for (const auto& [label, version] : model.config.version_labels()) {
      if (LabelIsGood(name, label, version, true)) continue;
      if (model.versions.Settled()) return {true, NotAssignable(name, label, version)};
      waiting = true;
    }
  }
  if (failed > 0) {
    return {true, absl::UnknownError(fmt::format("{} servable(s) did not become available: {{{}}}", failed, errors))};
  }
  return {!waiting, absl::OkStatus()};
}

std::shared_ptr<const ServableMap> StoreModels::MakeMap() const {
  auto map = std::make_shared<ServableMap>();
  map->labels_known = labels_known_;
  for (const auto& [name, model] : models_) {
    ServableMap::Model entry;
    entry.versions = model.versions.Available();
    entry.labels.insert(model.config.version_labels().begin(), model.config.version_labels().end());
    if (!entry.versions.empty() || model.configured) map->models.emplace(name, std::move(entry));
  }
  return map;
}

std::vector<ServableHandle> StoreModels::DropAll() {
  std::vector<ServableHandle> dropped;
  for (auto& [name, model] : models_) {
    for (auto& [version, handle] : model.versions.Available()) dropped.push_back(handle);
  }
  models_.clear();
  return dropped;
}

}  // namespace tiqu::serving
