// The metrics of a request, under TensorFlow Serving's names, for REST and gRPC alike.
//
// Thread safety: free functions.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "serving/metrics/metrics.h"
#include "serving_inference.pb.h"

namespace tiqu::serving {

struct RequestKind {
  std::string model;
  std::string api;         // "predict" by REST, "Predict" by gRPC
  std::string entrypoint;  // "REST", "GRPC"
};

// request_count by model and status; request_latency, in microseconds, of those that succeeded.
void CountRequest(Metrics* metrics, const RequestKind& kind, const absl::Status& status, absl::Duration latency);

// request_example_counts and request_example_count_total.
void CountExamples(Metrics* metrics, const std::string& model, const tensorflow::serving::Input& input);

}  // namespace tiqu::serving
