// Counters, gauges and histograms under the names that TensorFlow Serving's dashboards know, and the page that
// Prometheus reads.
//
//   metrics.Count(":tensorflow:serving:request_count", {{"model_name", "m"}, {"status", "OK"}});
//   metrics.Observe(kRequestLatency, {{"model_name", "m"}, {"API", "predict"}, {"entrypoint", "REST"}}, micros);
//   metrics.Text()        # TYPE :tensorflow:serving:request_count counter ...
//
// Thread safety: every method may be called from any number of threads.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace tiqu::serving {

using MetricLabels = std::vector<std::pair<std::string, std::string>>;

// Upper bounds scale, scale * growth, ..., `count` of them, and one without a bound.
struct HistogramBuckets {
  double scale = 10;
  double growth = 1.8;
  int count = 33;
};

class Metrics {
 public:
  Metrics();
  ~Metrics();

  void Count(const std::string& name, const MetricLabels& labels, int64_t by = 1);
  void Set(const std::string& name, const MetricLabels& labels, double value);
  void Observe(const std::string& name, const MetricLabels& labels, double value, const HistogramBuckets& buckets = {});
  // Forgets the gauge: for versions that are gone.
  void Remove(const std::string& name, const MetricLabels& labels);

  // Prometheus' text format.
  std::string Text() const;

 private:
  struct Family;
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace tiqu::serving
