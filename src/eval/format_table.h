// An evaluation as a table for people and as JSON for programs.
//
// Thread safety: free functions.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "eval/metrics.h"

namespace tiqu::eval {

// One row a system ("model", "baseline"), then the rows by label and by length of the first one. Figures are percent.
std::string FormatMetrics(const std::vector<std::pair<std::string, const Evaluation*>>& systems);
std::string FormatMetrics(const Evaluation& evaluation);

// The figures of a tagger: its labels are the types of entities, the spans the entities.
std::string FormatEntities(const Evaluation& evaluation);

// {"overall": {...}, "by_label": {...}, "by_length": {...}}, shares in [0, 1], one line.
std::string MetricsToJson(const Evaluation& evaluation);

}  // namespace tiqu::eval
