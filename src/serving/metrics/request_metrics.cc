#include "serving/metrics/request_metrics.h"

#include "serving_errors.pb.h"

namespace tiqu::serving {
namespace {

constexpr char kRequestCountMetric[] = ":tensorflow:serving:request_count";
constexpr char kRequestLatencyMetric[] = ":tensorflow:serving:request_latency";
constexpr char kExampleCountsMetric[] = ":tensorflow:serving:request_example_counts";
constexpr char kExampleTotalMetric[] = ":tensorflow:serving:request_example_count_total";
constexpr HistogramBuckets kExampleBuckets = {1, 2, 15};

}  // namespace

void CountRequest(Metrics* metrics, const RequestKind& kind, const absl::Status& status, absl::Duration latency) {
  const std::string code = tensorflow::error::Code_Name(static_cast<tensorflow::error::Code>(status.raw_code()));
  metrics->Count(kRequestCountMetric, {{"model_name", kind.model}, {"status", code}});
  if (!status.ok()) return;
  metrics->Observe(kRequestLatencyMetric,
                   {{"model_name", kind.model}, {"API", kind.api}, {"entrypoint", kind.entrypoint}},
                   absl::ToDoubleMicroseconds(latency));
}

void CountExamples(Metrics* metrics, const std::string& model, const tensorflow::serving::Input& input) {
  const int count = input.has_example_list_with_context() ? input.example_list_with_context().examples_size()
                                                          : input.example_list().examples_size();
  metrics->Count(kExampleTotalMetric, {{"model", model}}, count);
  metrics->Observe(kExampleCountsMetric, {{"model", model}}, count, kExampleBuckets);
}

}  // namespace tiqu::serving
