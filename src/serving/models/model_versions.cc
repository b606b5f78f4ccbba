#include "serving/models/model_versions.h"

#include <algorithm>
#include <utility>

#include "fmt/format.h"

namespace tiqu::serving {
namespace {

using LifeState = pb::ModelVersionStatus;

}  // namespace

void ModelVersions::Want(const std::map<int64_t, WantedVersion>& wanted) {
  for (auto& [number, version] : versions_) {
    if (wanted.contains(number)) continue;
    version.wanted = false;
    version.failed = false;  // when it comes back, it is tried again
  }
  for (const auto& [number, wish] : wanted) {
    const auto [found, added] = versions_.try_emplace(number);
    Version& version = found->second;
    if (added) version.state = LifeState::UNKNOWN;
    version.wanted = true;
    version.wish = wish;
  }
}

bool ModelVersions::FilesChanged(const Version& version) const {
  return version.wish.settled && version.wish.print != 0 && version.wish.print != version.print;
}

bool ModelVersions::MayUnload() const {
  bool any_wanted = false;
  for (const auto& [number, version] : versions_) {
    if (!version.wanted) continue;
    if (version.state == LifeState::AVAILABLE) return true;
    any_wanted = true;
  }
  return !any_wanted;
}

void ModelVersions::SetState(int64_t number, Version* version, pb::ModelVersionStatus::State state,
                             absl::Duration took) {
  version->state = state;
  if (state == LifeState::END) version->ended = ++ends_;
  events_.push_back({name_, number, state, version->status, took});
}

void ModelVersions::BeginIfDue(int64_t number, absl::Time now, Version* version, Actions* actions) {
  if (version->loading || !version->wish.settled) return;
  const bool changed = version->tries > 0 && FilesChanged(*version);
  if (now < version->next_try && !changed) return;
  version->extra_try = now < version->next_try;
  version->loading = true;
  version->loads = version->wish.path;
  actions->loads.push_back({number, version->loads});
}

void ModelVersions::StepVersion(int64_t number, absl::Time now, Version* version, Actions* actions) {
  switch (version->state) {
    case LifeState::UNKNOWN:
    case LifeState::END:
      if (!version->wanted || (version->failed && !FilesChanged(*version))) return;
      version->status = absl::OkStatus();
      version->failed = false;
      version->tries = 0;
      version->next_try = absl::InfinitePast();
      SetState(number, version, LifeState::START);
      [[fallthrough]];
    case LifeState::START:
    case LifeState::LOADING:
      if (version->wanted) {
        BeginIfDue(number, now, version, actions);
      } else if (!version->loading) {
        SetState(number, version, LifeState::END);
      }
      return;
    case LifeState::AVAILABLE:
      if (!version->wanted) {
        if (!MayUnload()) return;
        SetState(number, version, LifeState::UNLOADING);
        Drop(version);
      } else if (version->wish.path != version->path && !(version->failed && !FilesChanged(*version))) {
        BeginIfDue(number, now, version, actions);  // another folder under the number: it takes the place of this one
      }
      return;
    default:
      if (version->held == 0) SetState(number, version, LifeState::END);
  }
}

ModelVersions::Actions ModelVersions::Step(absl::Time now) {
  Actions actions;
  // The newest first; once more when something ended that is wanted again.
  for (auto entry = versions_.rbegin(); entry != versions_.rend(); ++entry) {
    StepVersion(entry->first, now, &entry->second, &actions);
    if (entry->second.state == LifeState::END && entry->second.wanted && !entry->second.failed) {
      StepVersion(entry->first, now, &entry->second, &actions);
    }
  }
  ForgetOld();
  actions.dropped.swap(dropped_);
  actions.events.swap(events_);
  actions.changed = std::exchange(changed_, false);
  return actions;
}

void ModelVersions::Began(int64_t number, uint64_t print) {
  Version& version = versions_.at(number);
  version.print = print;
  if (version.state == LifeState::START) SetState(number, &version, LifeState::LOADING);
}

void ModelVersions::Drop(Version* version) {
  if (version->handle == nullptr) return;
  dropped_.push_back(std::move(version->handle));
  version->handle = nullptr;
  changed_ = true;
}

void ModelVersions::Fail(int64_t number, const absl::Status& status, absl::Time now, Version* version) {
  version->status = status;
  if (!version->extra_try) ++version->tries;
  const bool again = version->wanted && version->tries <= options_.max_load_retries;
  if (again && !version->extra_try) version->next_try = now + options_.load_retry_interval;
  version->failed = !again && version->wanted;
  if (version->state == LifeState::AVAILABLE) {  // what replaces it is broken; it goes on
    events_.push_back({name_, number, LifeState::AVAILABLE, status, {}});
    version->status = absl::OkStatus();
  } else if (again) {
    events_.push_back({name_, number, LifeState::LOADING, status, {}});
  } else {
    SetState(number, version, LifeState::END);
  }
}

void ModelVersions::Loaded(int64_t number, absl::StatusOr<ServableHandle> result, absl::Duration took, absl::Time now) {
  Version& version = versions_.at(number);
  version.loading = false;
  if (!result.ok()) {
    Fail(number, result.status(), now, &version);
    return;
  }
  Drop(&version);
  ++version.held;
  version.handle = *std::move(result);
  version.path = version.loads;
  version.status = absl::OkStatus();
  version.tries = 0;
  version.next_try = absl::InfinitePast();
  version.failed = false;
  changed_ = true;
  if (version.wanted) {
    SetState(number, &version, LifeState::AVAILABLE, took);
  } else {  // nobody wants it any more
    SetState(number, &version, LifeState::UNLOADING);
    Drop(&version);
  }
}

void ModelVersions::Released(int64_t number) {
  const auto version = versions_.find(number);
  if (version != versions_.end()) --version->second.held;
}

std::vector<VersionStatus> ModelVersions::Statuses() const {
  std::vector<VersionStatus> statuses;
  for (auto entry = versions_.rbegin(); entry != versions_.rend(); ++entry) {
    if (entry->second.state == LifeState::UNKNOWN) continue;
    statuses.push_back({entry->first, entry->second.state, entry->second.status});
  }
  return statuses;
}

std::map<int64_t, ServableHandle> ModelVersions::Available() const {
  std::map<int64_t, ServableHandle> available;
  for (const auto& [number, version] : versions_) {
    if (version.handle != nullptr) available.emplace(number, version.handle);
  }
  return available;
}

bool ModelVersions::Failed() const {
  bool failed = false;
  for (const auto& [number, version] : versions_) {
    if (version.handle != nullptr || (version.wanted && !version.failed)) return false;
    failed = failed || version.wanted;
  }
  return failed;
}

bool ModelVersions::Settled() const {
  return std::all_of(versions_.begin(), versions_.end(), [](const auto& entry) {
    return !entry.second.wanted || entry.second.failed || entry.second.state == LifeState::AVAILABLE;
  });
}

absl::Time ModelVersions::NextStep() const {
  absl::Time next = absl::InfiniteFuture();
  for (const auto& [number, version] : versions_) {
    const bool waits = version.wanted && version.wish.settled && !version.loading && !version.failed;
    const bool served = version.handle != nullptr && version.path == version.wish.path;
    if (waits && version.tries > 0 && !served) next = std::min(next, version.next_try);
  }
  return next;
}

std::map<int64_t, std::string> ModelVersions::Served() const {
  std::map<int64_t, std::string> served;
  for (const auto& [number, version] : versions_) {
    if (version.handle != nullptr) served.emplace(number, version.path);
  }
  return served;
}

bool ModelVersions::Busy() const {
  return std::any_of(versions_.begin(), versions_.end(),
                     [](const auto& entry) { return entry.second.loading || entry.second.held > 0; });
}

void ModelVersions::ForgetOld() {
  std::vector<std::pair<uint64_t, int64_t>> ended;
  for (const auto& [number, version] : versions_) {
    if (version.state == LifeState::END && !version.wanted && version.held == 0)
      ended.emplace_back(version.ended, number);
  }
  if (ended.size() <= static_cast<size_t>(options_.kept_ended)) return;
  std::sort(ended.begin(), ended.end());
  ended.resize(ended.size() - static_cast<size_t>(options_.kept_ended));
  for (const auto& [end, number] : ended) versions_.erase(number);
}

}  // namespace tiqu::serving
