// What batches leave in the metrics: how long requests queued, how large batches were and how much of them was padding.
//
// Thread safety: a free function.
#pragma once

#include <string>

#include "serving/batching/batch_runner.h"
#include "serving/metrics/metrics.h"

namespace tiqu::serving {

// Under TensorFlow Serving's names, with the labels model_name and signature.
void CountBatch(Metrics* metrics, const std::string& model_name, const std::string& signature,
                const BatchReport& report);

}  // namespace tiqu::serving
