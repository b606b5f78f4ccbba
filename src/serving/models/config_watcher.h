// Reads a --model_config_file again and again, and hands on what is new.
//
//   ConfigWatcher watcher("models.txt", absl::Seconds(1), [&](const auto& config) { return store->Reload(config); });
//
// A text that was taken is not handed on again; one that was refused is, until it is taken or replaced: what it lacked,
// such as a version for its label, may come. What goes wrong is logged once.
//
// Thread safety: `take` is called from the watcher's own thread; the destructor waits for it.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "serving_config.pb.h"

namespace tiqu::serving {

class ConfigWatcher {
 public:
  using Take = std::function<absl::Status(const tensorflow::serving::ModelServerConfig&)>;

  ConfigWatcher(std::string path, absl::Duration interval, Take take);
  ~ConfigWatcher();

 private:
  void Watch();
  absl::Status TakeIfNew();

  const std::string path_;
  const absl::Duration interval_;
  const Take take_;
  std::string taken_;  // the text
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace tiqu::serving
