#include "serving/metrics/metrics.h"

#include <thread>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tiqu::serving {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(MetricsTest, CountersAndGauges) {
  Metrics metrics;
  metrics.Count(":tensorflow:serving:request_count", {{"model_name", "m"}, {"status", "OK"}});
  metrics.Count(":tensorflow:serving:request_count", {{"model_name", "m"}, {"status", "OK"}}, 2);
  metrics.Count(":tensorflow:serving:request_count", {{"model_name", "m"}, {"status", "NOT_FOUND"}});
  metrics.Set("/a/b-c", {}, 2.5);
  EXPECT_THAT(metrics.Text(), HasSubstr("# TYPE :a:b:c gauge\n:a:b:c{} 2.5\n"));
  EXPECT_THAT(metrics.Text(), HasSubstr("# TYPE :tensorflow:serving:request_count counter\n"
                                        ":tensorflow:serving:request_count{model_name=\"m\",status=\"NOT_FOUND\"} 1\n"
                                        ":tensorflow:serving:request_count{model_name=\"m\",status=\"OK\"} 3\n"));
  metrics.Remove("/a/b-c", {});
  EXPECT_THAT(metrics.Text(), Not(HasSubstr(":a:b:c")));
}

TEST(MetricsTest, HistogramsAreCumulative) {
  Metrics metrics;
  const HistogramBuckets buckets = {1, 2, 3};
  for (const double value : {0.5, 1.0, 3.0, 100.0}) metrics.Observe("h", {{"k", "v"}}, value, buckets);
  EXPECT_THAT(metrics.Text(), HasSubstr("# TYPE h histogram\n"
                                        "h_bucket{k=\"v\",le=\"1\"} 2\n"
                                        "h_bucket{k=\"v\",le=\"2\"} 2\n"
                                        "h_bucket{k=\"v\",le=\"4\"} 3\n"
                                        "h_bucket{k=\"v\",le=\"+Inf\"} 4\n"
                                        "h_sum{k=\"v\"} 104.5\n"
                                        "h_count{k=\"v\"} 4\n"));
}

TEST(MetricsTest, LatencyHasTheBoundsOfTensorFlowServing) {
  Metrics metrics;
  metrics.Observe("l", {}, 7);
  const std::string text = metrics.Text();
  EXPECT_THAT(text, HasSubstr("l_bucket{le=\"10\"} 1\nl_bucket{le=\"18\"} 1\nl_bucket{le=\"32.4\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("l_bucket{le=\"1.47476e+09\"} 1\nl_bucket{le=\"+Inf\"} 1\n"));
}

TEST(MetricsTest, LabelsAreEscaped) {
  Metrics metrics;
  metrics.Count("c", {{"a-b", "x\"y\\z\n"}, {"1", ""}});
  EXPECT_THAT(metrics.Text(), HasSubstr("c{a_b=\"x\\\"y\\\\z\\n\",_1=\"\"} 1\n"));
}

TEST(MetricsTest, NamesFromStrangersDoNotFillTheMemory) {
  Metrics metrics;
  for (int i = 0; i < 20000; ++i) metrics.Count("c", {{"model_name", std::to_string(i)}});
  metrics.Count("c", {{"model_name", "0"}});
  const std::string text = metrics.Text();
  EXPECT_LT(text.size(), 300000U);
  EXPECT_THAT(text, HasSubstr("c{model_name=\"0\"} 2\n"));
  EXPECT_THAT(text, HasSubstr(":tiqu:serving:metrics_dropped{} 15001\n"));
}

TEST(MetricsTest, ThreadsCountTogether) {
  Metrics metrics;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&metrics] {
      for (int i = 0; i < 10000; ++i) {
        metrics.Count("c", {{"k", "v"}});
        metrics.Observe("h", {}, 1);
        if (i % 1000 == 0) metrics.Text();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_THAT(metrics.Text(), HasSubstr("c{k=\"v\"} 40000\n"));
  EXPECT_THAT(metrics.Text(), HasSubstr("h_count{} 40000\n"));
}

}  // namespace
}  // namespace tiqu::serving
