#include "serving/batching/batch_metrics.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tiqu::serving {
namespace {

using testing::HasSubstr;

TEST(BatchMetricsTest, ABatchIsCounted) {
  Metrics metrics;
  CountBatch(&metrics, "qa", "extract", {2, 3, 1, 4, {absl::Microseconds(50), absl::Microseconds(250)}});
  const std::string text = metrics.Text();
  const std::string labels = R"({model_name="qa",signature="extract")";
  EXPECT_THAT(text, HasSubstr(":tensorflow:serving:batching_session:wrapped_run_count" + labels + "} 1\n"));
  EXPECT_THAT(text, HasSubstr(":tensorflow:serving:batching_session:input_batch_size_sum" + labels + "} 3\n"));
  EXPECT_THAT(text, HasSubstr(":tensorflow:serving:batching_session:processed_batch_size_sum" + labels + "} 4\n"));
  EXPECT_THAT(text, HasSubstr(":tensorflow:serving:batching_session:padding_size_sum" + labels + "} 1\n"));
  EXPECT_THAT(text, HasSubstr(":tensorflow:serving:batching_session:queuing_latency_count" + labels + "} 2\n"));
  EXPECT_THAT(text, HasSubstr(":tiqu:serving:batch_requests_sum" + labels + "} 2\n"));
  EXPECT_THAT(text, HasSubstr(":tiqu:serving:batch_queue_length" + labels + "} 4\n"));
}

}  // namespace
}  // namespace tiqu::serving
