#include "serving/models/config_watcher.h"

#include <utility>

#include "base/file.h"
#include "base/log.h"
#include "base/status.h"
#include "serving/models/text_config.h"

namespace tiqu::serving {

ConfigWatcher::ConfigWatcher(std::string path, absl::Duration interval, Take take)
    : path_(std::move(path)), interval_(interval), take_(std::move(take)), thread_([this] { Watch(); }) {}

ConfigWatcher::~ConfigWatcher() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

absl::Status ConfigWatcher::TakeIfNew() {
  TIQU_ASSIGN_OR_RETURN(std::string text, ReadFile(path_));
  if (text == taken_) return absl::OkStatus();
  tensorflow::serving::ModelServerConfig config;
  TIQU_RETURN_IF_ERROR(ParseTextConfig(text, &config));
  TIQU_RETURN_IF_ERROR(take_(config));
  taken_ = std::move(text);
  return absl::OkStatus();
}

void ConfigWatcher::Watch() {
  std::string logged;
  std::unique_lock<std::mutex> lock(mutex_);
  while (!stopping_) {
    lock.unlock();
    const absl::Status status = TakeIfNew();
    if (!status.ok() && status.message() != logged) {
      TIQU_LOG_ERROR("{}: the configuration stays as it was: {}", path_, status.ToString());
    }
    logged = std::string(status.message());
    lock.lock();
    wake_.wait_for(lock, absl::ToChronoNanoseconds(interval_), [this] { return stopping_; });
  }
}

}  // namespace tiqu::serving
