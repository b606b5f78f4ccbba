// OUT/metrics.jsonl: one JSON object a line, flushed as it is written.
//
//   {"kind":"train","step":20,"epoch":0.05,"loss":12.1,...}      {"kind":"valid","step":400,"f1":0.81,...}
//
// Thread safety: none.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "nlohmann/json.hpp"

namespace tiqu::train {

class MetricsLog {
 public:
  MetricsLog() = default;
  ~MetricsLog();
  MetricsLog(const MetricsLog&) = delete;
  MetricsLog& operator=(const MetricsLog&) = delete;

  // Keeps the first `bytes` of the file and writes after them: lines that a resumed training will write again go.
  absl::Status Open(const std::string& path, int64_t bytes);
  absl::Status Write(const nlohmann::json& line);
  int64_t bytes() const { return bytes_; }

 private:
  std::string path_;
  int file_ = -1;
  int64_t bytes_ = 0;
};

}  // namespace tiqu::train
