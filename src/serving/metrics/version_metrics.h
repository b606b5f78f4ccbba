// The metrics of what becomes of versions.
//
// Thread safety: a free function.
#pragma once

#include "serving/metrics/metrics.h"
#include "serving/models/model_versions.h"

namespace tiqu::serving {

// :tensorflow:cc:saved_model:load_attempt_count and load_latency by path and status; :tiqu:serving:model_version is 1
// for each version that answers requests.
void CountVersionEvent(Metrics* metrics, const VersionEvent& event);

}  // namespace tiqu::serving
