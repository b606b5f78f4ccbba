// OUT/report.html: a training on one page that loads nothing from elsewhere: curves, scores, the worst errors, options.
//
// The page is well-formed XML; texts of the samples are escaped. Thread safety: free functions.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "data/sample.h"
#include "eval/metrics.h"
#include "eval/prediction.h"
#include "nlohmann/json.hpp"

namespace tiqu::train {

// The validation that the page shows.
struct ReportedValidation {
  const eval::Evaluation& evaluation;
  const std::vector<data::Sample>& samples;
  const std::vector<eval::Prediction>& predictions;  // of each sample, those that were scored
};

struct ReportInput {
  std::string title;
  std::vector<std::pair<std::string, std::string>> facts;  // name and value, shown at the top
  std::vector<nlohmann::json> metrics;                     // the lines of metrics.jsonl
  nlohmann::json config;                                   // {section: {name: value}}
  const ReportedValidation* validation = nullptr;          // null: there are no validation samples
};

std::string RenderReport(const ReportInput& input);

// The lines of metrics.jsonl; a line that is not a JSON object is left out. Errors: NOT_FOUND.
absl::StatusOr<std::vector<nlohmann::json>> ReadMetrics(const std::string& path);

}  // namespace tiqu::train
