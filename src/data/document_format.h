// Formats that are one JSON document: read whole.
//
// Thread safety: free functions.
#pragma once

#include <string_view>

#include "data/collector.h"

namespace tiqu::data {

// Faults go to the collector. `json` without a byte order mark.
void ReadSquadDocument(std::string_view json, SampleCollector* out);
void ReadLabelStudioDocument(std::string_view json, SampleCollector* out);

}  // namespace tiqu::data
