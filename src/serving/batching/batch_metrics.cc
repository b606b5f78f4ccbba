#include "serving/batching/batch_metrics.h"

namespace tiqu::serving {
namespace {

constexpr char kBatchRuns[] = ":tensorflow:serving:batching_session:wrapped_run_count";
constexpr char kBatchQueuing[] = ":tensorflow:serving:batching_session:queuing_latency";
constexpr char kBatchInputSize[] = ":tensorflow:serving:batching_session:input_batch_size";
constexpr char kBatchProcessedSize[] = ":tensorflow:serving:batching_session:processed_batch_size";
constexpr char kBatchPaddingSize[] = ":tensorflow:serving:batching_session:padding_size";
constexpr char kBatchTasks[] = ":tiqu:serving:batch_requests";
constexpr char kBatchQueueLength[] = ":tiqu:serving:batch_queue_length";

constexpr HistogramBuckets kQueuingBuckets = {100, 1.2, 52};
constexpr HistogramBuckets kSizeBuckets = {1, 2, 15};

}  // namespace

void CountBatch(Metrics* metrics, const std::string& model_name, const std::string& signature,
                const BatchReport& report) {
  const MetricLabels labels = {{"model_name", model_name}, {"signature", signature}};
  metrics->Count(kBatchRuns, labels);
  metrics->Set(kBatchQueueLength, labels, static_cast<double>(report.queue_length));
  metrics->Observe(kBatchTasks, labels, static_cast<double>(report.tasks), kSizeBuckets);
  metrics->Observe(kBatchInputSize, labels, static_cast<double>(report.rows), kSizeBuckets);
  metrics->Observe(kBatchProcessedSize, labels, static_cast<double>(report.rows + report.padding_rows), kSizeBuckets);
  metrics->Observe(kBatchPaddingSize, labels, static_cast<double>(report.padding_rows), kSizeBuckets);
  for (const absl::Duration waited : report.queued) {
    metrics->Observe(kBatchQueuing, labels, absl::ToDoubleMicroseconds(waited), kQueuingBuckets);
  }
}

}  // namespace tiqu::serving
