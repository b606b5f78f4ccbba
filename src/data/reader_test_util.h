// Helpers of the readers' tests.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "data/reader.h"

namespace tiqu::data {

struct ReadResult {
  absl::Status status;
  std::vector<Sample> samples;
  Report report;
};

inline ReadResult ReadText(std::string_view bytes, const ReadOptions& options = {}) {
  ReadResult result;
  result.status = ReadSamplesFromBytes(
      bytes, "test", options,
      [&](Sample sample) {
        result.samples.push_back(std::move(sample));
        return absl::OkStatus();
      },
      &result.report);
  return result;
}

inline ReadOptions WithLabels(std::string_view map) {
  ReadOptions options;
  options.labels = LabelMap::Parse(map).value();
  return options;
}

}  // namespace tiqu::data
